"""`prov4ml-pack report`."""

from pathlib import Path

import click

from .options import debug_option, example, output_option, path_type
from .output import say, tell


@click.command("report", epilog=example("prov4ml-pack report prov/digits_0 prov/digits_1 -o report.html"))
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=path_type)
@output_option("The page: FILE.html; not needed with --table or --card.", required=False)
@click.option(
    "--table",
    metavar="FILE",
    type=path_type,
    default=None,
    help="Also write the comparison of several runs as CSV.",
)
@click.option(
    "--card",
    metavar="FILE",
    type=path_type,
    default=None,
    help="Also write a model card in Markdown, of one RUN.",
)
@debug_option
def command(runs: tuple[Path, ...], output: Path | None, table: Path | None, card: Path | None) -> None:
    """Write one HTML page on a run: curves, parameters, energy, files, provenance.

    RUN is a run's folder, or one that holds runs: then all of them. Several are compared in a table, their
    curves are drawn over each other, and what differs stands side by side. The page needs no network and no
    other file. --table has the table as CSV, with its metadata (CSV on the Web) beside it.

    A model card has the sections of Hugging Face's template, filled from what the run recorded; people and
    licence come from the table [tool.prov4ml.crate] in pyproject.toml, or CITATION.cff.
    """
    from ..card import write_card
    from ..crate import load_crate_config
    from ..find_runs import find_runs
    from ..report import write_report, write_run_table

    if output is None and table is None and card is None:
        raise click.UsageError(
            "Missing option '-o' / '--output', '--table' or '--card'", click.get_current_context()
        )
    if card is not None and len(runs) > 1:
        raise click.UsageError("--card takes one RUN", click.get_current_context())

    found = find_runs(runs, tell) if output is not None or table is not None else []
    if output is not None:
        say(write_report(found, output, note=tell))
    if table is not None:
        say(write_run_table(found, table))
    if card is not None:
        say(write_card(runs[0], card, load_crate_config()))
