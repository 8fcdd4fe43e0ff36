"""`prov4ml-pack diff`."""

import json
from pathlib import Path

import click

from .options import debug_option, example, path_type
from .output import say


@click.command("diff", epilog=example("prov4ml-pack diff prov/digits_0 digits_1.zip --tolerance 1e-6"))
@click.argument("a", type=path_type)
@click.argument("b", type=path_type)
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
@click.option(
    "--all", "everything", is_flag=True, help="Also list load of the machine and times, and all rows."
)
@click.option(
    "--tolerance",
    metavar="REL",
    type=click.FloatRange(min=0),
    default=0.0,
    help="Metrics no further apart than this part of the larger are the same.",
)
@debug_option
def command(a: Path, b: Path, as_json: bool, everything: bool, tolerance: float) -> None:
    """Say what differs between two runs, crates or PROV documents.

    Compared are parameters, data and code by their digests, environment, last values of metrics, results and
    the structure of the provenance. Load of the machine and times do not count.

    Exit status: 0 the same, 1 they differ, 2 one cannot be read.
    """
    from ..comparison import compare, comparison_json, comparison_lines, facets_of
    from ..documents import load_documents

    found = compare(facets_of(load_documents(a)), facets_of(load_documents(b)), tolerance=tolerance)
    if as_json:
        print(json.dumps(comparison_json(found, str(a), str(b)), indent=2))
    else:
        for line in comparison_lines(found, everything=everything):
            say(line)
    if not found.same:
        raise click.exceptions.Exit(1)
