"""`prov4ml-pack report`."""

from pathlib import Path

import click

from .options import debug_option, example, output_option, path_type
from .output import say, tell


@click.command(
    "report",
    epilog=example(
        "prov4ml-pack report prov/digits_0 prov/digits_1 -o report.html",
        "prov4ml-pack report digits.zip -o report.html",
    ),
)
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

    RUN is a run's folder, a crate (a zip, tar.gz, tar.zst or folder, with one run or many), or a folder that
    holds runs, or else crates: then all of them. Several are compared in a table, their curves are drawn over
    each other, and what differs stands side by side. The page needs no network and no other file. --table has
    the table as CSV, with its metadata (CSV on the Web) beside it. Of a crate that was made without the raw
    run the page shows what the crate holds, and says what that lacks.

    A model card has the sections of Hugging Face's template, filled from what the run recorded; people and
    licence come from the table [tool.prov4ml.crate] in pyproject.toml, or CITATION.cff, those of a crate from
    its metadata.
    """
    from ..card import write_card
    from ..crate import load_crate_config
    from ..errors import PackagerError
    from ..opened_runs import open_runs
    from ..report import write_opened_report, write_run_table

    if output is None and table is None and card is None:
        raise click.UsageError(
            "Missing option '-o' / '--output', '--table' or '--card'", click.get_current_context()
        )
    if card is not None and len(runs) > 1:
        raise click.UsageError("--card takes one RUN", click.get_current_context())

    with open_runs(runs, tell) as found:
        if card is not None and len(found) > 1:
            raise PackagerError(f"holds {len(found)} runs, and --card takes one", path=runs[0])
        if output is not None:
            say(write_opened_report(found, output, note=tell))
        if table is not None:
            say(write_run_table(found, table))
        if card is not None:
            one = found[0]
            options = load_crate_config() if one.crate is None else one.crate.people()
            say(write_card(one.record, card, options, series=one.series))
