"""From run directories to a report in one file."""

from collections.abc import Callable, Sequence
from pathlib import Path

from prov4ml_validators import Unreadable, validate

from ..atomic import atomic_file
from ..comparison import facets_of, refuse_copies, run_table
from ..errors import PackagerError
from ..file_roles import FileRole, file_roles
from ..metric_table import statistics
from ..provenance import build_document
from ..reader import read_run
from ..record import FileRecord, RunRecord
from ..store_summaries import MetricStoreReader
from .graphs import page_graph
from .html import Html, text
from .limits import REPORT, Limits
from .page import PageHead, report_page
from .subject import ReportFile, ReportRun


def write_report(runs: Sequence[Path], output: Path, *, note: Callable[[str], None] = lambda _: None) -> Path:
    """Write one page on one run, or on several with their curves over each other.

    Runs need not be finalized, and are not changed. The file is written in one step.

    Args:
        runs: run directories.
        output: the file; an older one is replaced.
        note: is called with one line for each thing that the page does not show and why.

    Returns:
        The file written.

    Raises:
        PackagerError: no run, one is given twice or cannot be read, or the file cannot be written.
    """
    if not runs:
        raise PackagerError("a report needs at least one run")
    records = [read_run(run) for run in runs]
    refuse_copies(records)
    limits = REPORT.of_one(len(records))
    subjects = [run_subject(record, f"graph-{at}", limits, note) for at, record in enumerate(records)]
    loggers = sorted({f"{record.logger_name} {record.logger_version}" for record in records})
    head = PageHead(footer=_footer(", ".join(loggers)))
    table = run_table(subjects, [record.directory.name for record in records]) if len(records) > 1 else None
    page = report_page(subjects, head, REPORT, table)
    try:
        with atomic_file(output) as temporary:
            temporary.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise PackagerError(f"cannot be written ({error.strerror or error})", path=output) from error
    return output


def _footer(logger: str) -> Html:
    return Html(
        f"Made by prov4ml-pack from what {text(logger, 200)} logged. This page holds everything it "
        "shows, loads nothing, and works from a disk without a network."
    )


def run_subject(record: RunRecord, name: str, limits: Limits, note: Callable[[str], None]) -> ReportRun:
    """Gather what a page says of a run directory: its record, its files as logged, its graph, the verdict."""
    try:
        verdict = validate(record.directory, store_reader=MetricStoreReader())
    except Unreadable as error:
        verdict = None
        note(f"{record.directory}: the report holds no verdict: {error}")
    document = build_document(record, store=None)
    return ReportRun(
        run=record,
        series=tuple((series, statistics(series)) for series in record.metrics.series),
        files=tuple(recorded_files(record)),
        graph=page_graph(document, name, limits.graph),
        verdict=verdict,
        verdict_of="for the run directory",
        facets=facets_of(document, structure=False),
    )


def recorded_files(record: RunRecord) -> list[ReportFile]:
    """Return the files that the record names, each once, in the order logged; those without a copy too."""
    roles = file_roles(record)
    named: list[tuple[str, FileRecord, bool]] = [
        (one.name, one.file, one.is_input) for one in record.artifacts
    ]
    named += [(f"{one.name}, version {one.version}", one.file, False) for one in record.model_versions]
    named += [(one.name, one.file, False) for one in record.models if one.file is not None]
    named += [(one.label, one.file, True) for one in record.datasets if one.file is not None]
    named += [
        (f"{one.direction} {one.number}", one.file, one.direction == "input")
        for one in record.ports
        if one.file is not None
    ]
    named += [(file.path or "source", file, True) for code in record.source_code for file in code.files]
    found: dict[tuple[str, str], ReportFile] = {}
    for name, file, takes in named:
        role = roles.get(file.path) if file.path is not None else None
        found[name if file.path is None else "", file.path or ""] = ReportFile(
            name=role.name if role else name,
            path=file.path,
            href=None,
            side=side_of(role) if role else "input" if takes else "output",
            size=file.size,
            sha256=file.sha256,
            files=file.files,
        )
    return list(found.values())


def side_of(role: FileRole | None) -> str:
    """Return what a file was to the run in one word or three."""
    if role is None:
        return "record"
    sides = (["input"] if role.is_object else []) + (["output"] if role.is_result else [])
    return " and ".join(sides)
