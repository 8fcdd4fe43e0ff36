"""`prov4ml-pack init`."""

from pathlib import Path

import click

from .options import debug_option, example, path_type
from .output import note, say


@click.command("init", epilog=example("prov4ml-pack init -o crate.toml"))
@click.option(
    "-o",
    "--output",
    type=path_type,
    default=Path("pyproject.toml"),
    show_default=True,
    help="TOML file; the template is put at the end of one that is there.",
)
@debug_option
def command(output: Path) -> None:
    """Write a commented template of what crates say of people and licence, to be filled in.

    It is the table [tool.prov4ml.crate], which crate finds in pyproject.toml by itself, and in any other file
    with --config.
    """
    from ..crate.template import write_template

    say(write_template(output))
    note("prov4ml-pack: fill in what applies, and take the # away from it")
