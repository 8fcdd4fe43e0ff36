"""All checks of one run directory."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prov4ml.rundir import (
    FORMAT_VERSION,
    JOURNAL_FILE,
    METRICS_FILE,
    PACKAGED_DIRECTORY,
    PACKAGED_STORES,
    RUN_FILE,
    rank_directory,
)

from ..json_text import decode_json, with_places
from ..report import Finding, Location, Severity
from ..rules import rule
from ..schema import violations
from ..store_reader import StoreReader, read_store
from .artifacts import check_copy
from .journal import NEWER, read_journal
from .points import check_points, count_points

_MUST, _SHOULD = Severity.MUST, Severity.SHOULD
_SOURCE = "docs/run-directory.md"

RUN = rule(
    "run-directory/run-file",
    _MUST,
    f"{RUN_FILE} has the fields that the format gives it.",
    source=f"{_SOURCE}, run.json",
    help="see docs/run-directory.md",
)
NO_RANK = rule(
    "run-directory/no-rank",
    _SHOULD,
    "A run has the folder of a rank.",
    source=_SOURCE,
    help="nothing to do: the process died before it logged anything",
)
MISSING_RANK = rule(
    "run-directory/missing-rank",
    _SHOULD,
    "Every rank of the world size has its folder.",
    source=f"{_SOURCE}, Status of a run",
    help="the run counts as unfinished; copy the folder if it is elsewhere",
)
UNEXPECTED_RANK = rule(
    "run-directory/unexpected-rank",
    _SHOULD,
    "There is no folder of a rank beyond those expected.",
    source=_SOURCE,
    help="check that two jobs did not share the run's identity",
)
NO_JOURNAL = rule(
    "run-directory/no-journal",
    _SHOULD,
    f"The folder of a rank has {JOURNAL_FILE}.",
    source=_SOURCE,
    help="nothing to do: the process died before it logged anything",
)
POINT_COUNT = rule(
    "run-directory/point-count",
    _SHOULD,
    "A rank that came to its end has all the points that it logged.",
    source=f"{_SOURCE}, events.jsonl",
    help="points were lost on the way to the disk",
)
LINKED_PART = rule(
    "run-directory/linked-part",
    _MUST,
    "The folders of ranks and their files are no links.",
    source=_SOURCE,
    help="put the files themselves in",
)

_RANK = re.compile(r"rank_(0|[1-9]\d{0,8})")


def check_run_directory(directory: Path, store_reader: StoreReader | None = None) -> list[Finding]:
    """Check a run directory of format version 1.

    Args:
        directory: has `run.json`.
        store_reader: reads the packaged metric store.

    Returns:
        The findings, by file: run.json, then each rank.

    Raises:
        Unreadable: run.json is no JSON.
        OSError: something cannot be read.
    """
    source = decode_json((directory / RUN_FILE).read_bytes(), path=str(directory / RUN_FILE))
    run = source.value if isinstance(source.value, dict) else {}
    own = list(source.findings)
    own += (
        RUN.finding(one.message, Location(pointer=one.pointer))
        for one in violations(source.value, "run.schema.json")
    )
    version = run.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        own.append(NEWER.finding(f"format version {version} is newer", Location(pointer="/format_version")))
    findings = with_places(own, source.text, file=RUN_FILE)
    ranks = sorted(
        int(match.group(1)) for entry in directory.iterdir() if (match := _RANK.fullmatch(entry.name))
    )
    findings += _check_ranks(run, ranks)
    for rank in ranks:
        findings += _check_rank(directory, rank)
    for store in sorted(set(PACKAGED_STORES.values()) | {f"{PACKAGED_STORES['zarr']}.zip"}):
        packaged = directory / PACKAGED_DIRECTORY / store
        if packaged.exists():
            name = f"{PACKAGED_DIRECTORY}/{store}"
            findings += read_store(packaged, name, Location(file=name), store_reader)[1]
    return findings


def _check_ranks(run: dict[str, Any], ranks: list[int]) -> Iterator[Finding]:
    if not ranks:
        yield NO_RANK.finding("there is no folder rank_0")
        return
    size = run.get("world_size")
    if run.get("collect_all_processes") is True:
        if not isinstance(size, int) or isinstance(size, bool):
            return  # how many there should be is not known
    else:
        size = 1
    present = set(ranks)
    missing = [rank for rank in range(min(size, 1_000_000)) if rank not in present]
    if missing:
        names = ", ".join(rank_directory(rank) for rank in missing[:5]) + (
            ", ..." if len(missing) > 5 else ""
        )
        yield MISSING_RANK.finding(f"{len(missing)} of {size} ranks are missing: {names}")
    for rank in ranks:
        if rank >= size:
            name = rank_directory(rank)
            yield UNEXPECTED_RANK.finding(f"{name} is beyond the {size} expected", Location(file=name))


def _check_rank(directory: Path, rank: int) -> Iterator[Finding]:
    name = rank_directory(rank)
    folder = directory / name
    for part in (folder, folder / JOURNAL_FILE, folder / METRICS_FILE):
        if part.is_symlink():
            where = Location(file=part.relative_to(directory).as_posix())
            yield LINKED_PART.finding(f"{where.file} is a link", where)
            return
    if not (folder / JOURNAL_FILE).is_file():
        yield NO_JOURNAL.finding(f"{name} has no {JOURNAL_FILE}", Location(file=name))
        return
    journal = read_journal(folder / JOURNAL_FILE, f"{name}/{JOURNAL_FILE}", rank)
    yield from journal.findings
    for number, file in journal.files:
        yield from check_copy(directory, file, Location(f"{name}/{JOURNAL_FILE}", line=number, column=1))
    records = 0
    if (folder / METRICS_FILE).is_file():
        counts = count_points(folder / METRICS_FILE, journal.series)
        yield from check_points(counts, f"{name}/{METRICS_FILE}")
        records = counts.records - counts.zeros - sum(counts.undeclared.values())
    if journal.end is not None:
        yield from _check_count(journal.end, records, f"{name}/{METRICS_FILE}")


def _check_count(end: dict[str, Any], records: int, file: str) -> Iterator[Finding]:
    logged, lost = end.get("points"), end.get("points_lost", 0)
    if isinstance(logged, int) and isinstance(lost, int) and records < logged - lost:
        message = f"{records} points are there, {logged} were logged and {lost} reported lost"
        yield POINT_COUNT.finding(message, Location(file=file))
