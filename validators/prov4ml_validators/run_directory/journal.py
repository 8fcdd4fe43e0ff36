"""`events.jsonl`: every line on its own, then what lines say of each other."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from prov4ml.rundir import FORMAT_VERSION

from ..json_text import shorten
from ..report import Finding, Location, Severity
from ..rules import rule
from ..schema import definitions, violations

_MUST, _SHOULD = Severity.MUST, Severity.SHOULD
_SOURCE = "docs/run-directory.md, events.jsonl"
SCHEMA = "journal.schema.json"

TORN_LINE = rule(
    "run-directory/torn-line",
    _SHOULD,
    "The journal ends with a whole line.",
    source=_SOURCE,
    help="nothing to do: the process died while it was written, and the line is dropped",
)
NOT_JSON = rule(
    "run-directory/journal-line",
    _MUST,
    "Every line but the last is a JSON object in UTF-8.",
    source=_SOURCE,
    help="the file is damaged: nothing but the end of a journal may be torn",
)
EVENT = rule(
    "run-directory/event",
    _MUST,
    "An event has the fields that the format gives it.",
    source=_SOURCE,
    help="see docs/run-directory.md",
)
FIRST_LINE = rule(
    "run-directory/first-line",
    _MUST,
    "The first line of a journal is rank_start, of the rank of its folder.",
    source=_SOURCE,
    help="the file is damaged, or copied from another rank",
)
AFTER_END = rule(
    "run-directory/after-end",
    _MUST,
    "run_end is the last line.",
    source=_SOURCE,
    help="report it as a bug of the program that wrote it",
)
NO_END = rule(
    "run-directory/no-end",
    Severity.MAY,
    "The journal of a run that came to its end has a run_end.",
    source=_SOURCE,
    help="nothing to do: the process was killed or is still running, and the run counts as unfinished",
)
SERIES = rule(
    "run-directory/series-number",
    _MUST,
    "A series number of a rank names one series.",
    source=_SOURCE,
    help="report it as a bug of the program that wrote it",
)
NEWER = rule(
    "run-directory/format-version",
    _MUST,
    f"The format version is {FORMAT_VERSION}.",
    source="docs/run-directory.md",
    help="install a later version of prov4ml",
)

_LONGEST_LINE = 64 << 20


class Journal(NamedTuple):
    """What the other checks need of a journal.

    `files` are the file objects with the number of their line; `end` is run_end, if it is the last line.
    """

    findings: list[Finding]
    series: frozenset[int]
    files: list[tuple[int, Any]]
    end: dict[str, Any] | None


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as stream:
        number = 0
        while line := stream.readline(_LONGEST_LINE):
            number += 1
            yield number, line


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def read_journal(path: Path, file: str, rank: int) -> Journal:
    """Check a journal and collect what it declares; memory does not follow the number of lines.

    Args:
        path: the journal.
        file: its path in the run directory, for findings.
        rank: the rank of its folder.

    Raises:
        OSError: it cannot be read.
    """
    findings: list[Finding] = []
    series: set[int] = set()
    files: list[tuple[int, Any]] = []
    end: dict[str, Any] | None = None
    pending: Finding | None = None
    events = 0
    for number, line in _lines(path):
        if pending is not None:
            findings.append(pending)
            pending = None
        where = Location(file=file, line=number, column=1)
        event, problem = _parse(line)
        if event is None:
            # Whether it is torn or damaged shows when another line follows, or none.
            pending = NOT_JSON.finding(problem, where)
            continue
        events += 1
        if end is not None:
            findings.append(AFTER_END.finding("there is a line behind run_end", where))
            end = None
        name = event.get("event")
        findings.extend(_check_event(event, name, where))
        if events == 1:
            findings.extend(_check_first(event, rank, where))
        if name == "series" and isinstance(event.get("number"), int):
            if event["number"] in series:
                findings.append(SERIES.finding(f"series {event['number']} is declared twice", where))
            series.add(event["number"])
        elif name == "run_end":
            end = event
        files.extend((number, one) for one in _file_objects(event))
    if pending is not None:
        findings.append(TORN_LINE.finding("the last line is torn and is dropped", pending.location))
    if events == 0:
        findings.append(FIRST_LINE.finding("the journal is empty", Location(file=file)))
    elif end is None:
        findings.append(
            NO_END.finding("there is no run_end: the run counts as unfinished", Location(file=file))
        )
    return Journal(findings, frozenset(series), files, end)


def _parse(line: bytes) -> tuple[dict[str, Any] | None, str]:
    if not line.endswith(b"\n"):
        return None, "the line has no line break"
    try:
        event = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        return None, f"not JSON ({shorten(str(error))})"
    return (event, "") if isinstance(event, dict) else (None, f"{shorten(event)} is no object")


def _check_event(event: dict[str, Any], name: Any, where: Location) -> Iterator[Finding]:
    definition = f"event_{name}" if isinstance(name, str) and f"event_{name}" in definitions(SCHEMA) else None
    for violation in violations(event, SCHEMA, definition):
        place = Location(file=where.file, line=where.line, column=1, pointer=violation.pointer)
        yield EVENT.finding(f"{shorten(name)}: {violation.message}", place)


def _check_first(event: dict[str, Any], rank: int, where: Location) -> Iterator[Finding]:
    if event.get("event") != "rank_start":
        yield FIRST_LINE.finding(f"the first event is {shorten(event.get('event'))}", where)
        return
    if event.get("rank") != rank:
        yield FIRST_LINE.finding(f"it is the journal of rank {shorten(event.get('rank'))}", where)
    version = event.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        yield NEWER.finding(f"format version {version} is newer", where)


def _file_objects(event: dict[str, Any]) -> Iterator[Any]:
    if isinstance(event.get("file"), dict):
        yield event["file"]
    if event.get("event") == "source_code" and isinstance(event.get("files"), list):
        yield from (one for one in event["files"] if isinstance(one, dict))
