"""`prov4ml-pack demo`."""

from pathlib import Path

import click

from .options import debug_option, example, output_option
from .output import note, say


@click.command("demo", epilog=example("prov4ml-pack demo -o demo"))
@output_option("Where the demo works; made if needed.  [default: prov4ml-demo]", required=False)
@debug_option
def command(output: Path | None) -> None:
    """Train a small model, log it, package it, validate it: everything once, in under two minutes.

    Prints the paths of the run, the crate, the graph and the crate's preview page.
    """
    from ..demo import run_demo

    note("prov4ml-pack: training on scikit-learn's digits, then packaging; this takes a moment")
    made = run_demo(output or Path("prov4ml-demo"))
    note("prov4ml-pack: done; the run directory, its provenance document and the crate are valid")
    for what, path in (
        ("run", made.run),
        ("crate", made.crate),
        ("graph", made.svg),
        ("preview", made.preview),
    ):
        say(f"{what + ':':9}{path}")
