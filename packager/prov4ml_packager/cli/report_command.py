"""`prov4ml-pack report`."""

from pathlib import Path

import click

from .options import debug_option, example, output_option, path_type
from .output import note, say


@click.command("report", epilog=example("prov4ml-pack report prov/digits_0 prov/digits_1 -o report.html"))
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=path_type)
@output_option("The page: FILE.html.")
@debug_option
def command(runs: tuple[Path, ...], output: Path) -> None:
    """Write one HTML page on a run: curves, parameters, energy, files, provenance.

    Of several runs the curves are drawn over each other, and what differs stands side by side. The page needs
    no network and no other file.
    """
    from ..report import write_report

    say(write_report(runs, output, note=lambda line: note(f"prov4ml-pack: note: {line}")))
