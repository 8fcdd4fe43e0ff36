"""`prov4ml-pack graph`."""

from pathlib import Path
from typing import Any

import click

from .options import debug_option, example, output_option, path_type
from .output import say, tell


@click.command(
    "graph",
    epilog=example(
        "prov4ml-pack graph prov/digits_0 -o digits.svg",
        "prov4ml-pack graph digits.zip -o digits.html --detail overview",
        "prov4ml-pack graph prov.ttl -o model.pdf --lineage digits-classifier",
    ),
)
@click.argument("source", metavar="INPUT", type=path_type)
@output_option("The picture; its ending says what: .svg, .png, .pdf, .html, .dot or .mmd (Mermaid).")
@click.option(
    "--detail",
    type=click.Choice(["overview", "summary", "full"]),
    default="summary",
    show_default=True,
    help="How much is folded into counts.",
)
@click.option(
    "--style",
    type=click.Choice(["prov", "mono", "dark"]),
    default="prov",
    show_default=True,
    help="Colours: the W3C's, black and white, or for dark pages.",
)
@click.option("--focus", metavar="ID", default=None, help="Draw only what is near this identifier or label.")
@click.option(
    "--depth",
    type=click.IntRange(min=0),
    default=2,
    show_default=True,
    metavar="N",
    help="How many arrows away from --focus.",
)
@click.option("--lineage", metavar="ID", default=None, help="Draw only what this came from.")
@debug_option
def command(source: Path, output: Path, **chosen: Any) -> None:
    """Draw the provenance of a run directory, a PROV document or a crate.

    A document may be PROV-JSON, PROV-N, PROV-XML, PROV-O (Turtle, TriG) or PROV-JSONLD. Every record is
    drawn or counted, and a line says how many of each. Only .pdf needs an installed Graphviz.
    """
    from ..draw import draw_graph
    from ..graph import GraphOptions

    drawn = draw_graph(source, output, options=GraphOptions(**chosen))
    say(drawn.output)
    for line in (drawn.caption, *drawn.notes):
        tell(line)
