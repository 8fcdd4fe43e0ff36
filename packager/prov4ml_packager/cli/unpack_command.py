"""`prov4ml-pack unpack`."""

from pathlib import Path

import click

from .options import debug_option, example, output_option, path_type
from .output import say
from .progress_bar import byte_progress


def default_target(crate: Path) -> Path:
    """Return the folder to unpack to: in the current one, named as the crate without its ending."""
    from ..crate_members import crate_stem

    return Path(crate_stem(crate) or f"{crate.name}-unpacked")


@click.command("unpack", epilog=example("prov4ml-pack unpack digits.zip -o digits"))
@click.argument("crate", type=path_type)
@output_option("The new folder; by default named as CRATE, in the current one.", required=False)
@debug_option
def command(crate: Path, output: Path | None) -> None:
    """Unpack a crate safely: nothing is ever written outside the new folder.

    Prints the path of the folder.
    """
    from ..crate import unpack_crate

    with byte_progress(str(crate)) as (progress, _):
        target = unpack_crate(crate, output or default_target(crate), progress=progress)
    say(target)
