"""`prov4ml-pack graph`."""

from pathlib import Path
from typing import Literal

import click

from .options import debug_option, example, output_option, path_type
from .output import say


@click.command("graph", epilog=example("prov4ml-pack graph prov/digits_0 -o digits.svg"))
@click.argument("source", metavar="INPUT", type=path_type)
@output_option("The picture: FILE.dot or FILE.svg.")
@click.option(
    "--detail",
    type=click.Choice(["overview", "summary", "full"]),
    default="summary",
    show_default=True,
    help="How much is folded into groups.",
)
@debug_option
def command(source: Path, output: Path, detail: Literal["overview", "summary", "full"]) -> None:
    """Draw the provenance of a run directory, a PROV-JSON document or a crate.

    SVG needs no Graphviz: the system's dot draws where it is installed, else the one that came along.
    """
    from ..draw import draw_graph

    say(draw_graph(source, output, detail=detail))
