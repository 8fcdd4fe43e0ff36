"""From runs, wherever they are, to a report in one file."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from prov4ml_validators import Report, Unreadable, validate

from ..atomic import atomic_file
from ..comparison import facets_of, refuse_copies, run_table
from ..errors import PackagerError
from ..store_summaries import MetricStoreReader
from .files import report_files
from .graphs import page_graph
from .html import Html, text
from .limits import REPORT, Limits
from .page import PageHead, report_page
from .subject import ReportCrate, ReportRun

if TYPE_CHECKING:
    from ..opened_runs import OpenedRun, SourceCrate

_Note = Callable[[str], None]


def write_report(places: Sequence[Path], output: Path, *, note: _Note = lambda _: None) -> Path:
    """Write one page on one run, or on several with their curves over each other.

    Runs need not be finalized, and neither they nor crates are changed. The file is written in one step.

    Args:
        places: run directories, crates, or folders that hold some.
        output: the file; an older one is replaced.
        note: is called with one line for each thing that the page does not show and why.

    Returns:
        The file written.

    Raises:
        PackagerError: no run, one is given twice or cannot be read, or the file cannot be written.
        Unreadable: a crate is no archive that can be read.
    """
    from ..opened_runs import open_runs

    with open_runs(places, note) as runs:
        return write_opened_report(runs, output, note=note)


def write_opened_report(runs: "Sequence[OpenedRun]", output: Path, *, note: _Note = lambda _: None) -> Path:
    """Do what `write_report` does for runs that are open already."""
    if not runs:
        raise PackagerError("a report needs at least one run")
    records = [one.record for one in runs]
    refuse_copies(records, [one.place for one in runs])
    limits = REPORT.of_one(len(runs))
    subjects = [_subject(one, f"graph-{at}", limits, note) for at, one in enumerate(runs)]
    crates = [_crate(one, note) for one in {id(one.crate): one.crate for one in runs}.values() if one]
    loggers = sorted({f"{record.logger_name} {record.logger_version}" for record in records})
    footer = _footer(", ".join(loggers))
    head = PageHead(footer=footer)
    if len(runs) > 1 and len(crates) == 1 and all(one.crate is not None for one in runs):
        root = crates[0].metadata.root
        head = PageHead(title=_text(root.get("name")), lead=_text(root.get("description")), footer=footer)
    table = run_table(subjects, [one.name for one in runs]) if len(runs) > 1 else None
    page = report_page(subjects, head, REPORT, table, crates)
    try:
        with atomic_file(output) as temporary:
            temporary.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise PackagerError(f"cannot be written ({error.strerror or error})", path=output) from error
    return output


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _footer(logger: str) -> Html:
    return Html(
        f"Made by prov4ml-pack from what {text(logger, 200)} logged. This page holds everything it "
        "shows, loads nothing, and works from a disk without a network."
    )


def _subject(run: "OpenedRun", name: str, limits: Limits, note: _Note) -> ReportRun:
    """Gather what a page says of a run: record, files as logged, graph, and of a directory the verdict."""
    document = run.provenance()
    return ReportRun(
        run=run.record,
        series=run.series,
        files=tuple(report_files(run.record)),
        graph=page_graph(document, name, limits.graph),
        verdict=_verdict(run.place, note) if run.crate is None else None,
        verdict_of="for the run directory",
        facets=facets_of(document, structure=False),
    )


def _crate(crate: "SourceCrate", note: _Note) -> ReportCrate:
    name = crate.path.resolve().name
    return ReportCrate(name, crate.metadata, crate.runs, crate.missing, _verdict(crate.path, note))


def _verdict(path: Path, note: _Note) -> Report | None:
    try:
        return validate(path, store_reader=MetricStoreReader())
    except Unreadable as error:
        note(f"{path}: the report holds no verdict: {error}")
        return None
