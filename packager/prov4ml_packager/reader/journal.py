"""The journal of one rank: events in the order written, whatever the state of the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from prov4ml.rundir import JOURNAL_FILE

from ..credentials import hide_in_event
from ..errors import PackagerError
from .fields import LARGEST_INTEGER
from .problems import Problems
from .raw_files import open_regular, parse_json

_LONGEST_LINE = 64 << 20


@dataclass(frozen=True)
class Event:
    """One line of a journal.

    Attributes:
        name: what happened, such as `param`.
        time: when it was written (ns since the epoch); that of the line before where the line has none.
        rank: the rank whose journal it is in.
        line: number of the line, from 1.
        data: the whole object.
    """

    name: str
    time: int
    rank: int
    line: int
    data: dict[str, object]


def _lines(path: Path, name: str, problems: Problems) -> Iterator[tuple[int, bytes]]:
    """Yield the whole lines with their numbers; a last one without a line break is dropped."""
    try:
        file = open_regular(path)
    except FileNotFoundError:
        problems.add(name, "missing (killed before its first line was written)")
        return
    except PackagerError as error:
        problems.add(name, f"{error.message}; ignored")
        return
    with file:
        number = 0
        while line := file.readline(_LONGEST_LINE):
            number += 1
            if line.endswith(b"\n"):
                yield number, line
            elif len(line) < _LONGEST_LINE:
                problems.add(name, "torn last line dropped", line=number)
            else:
                problems.add(name, f"longer than {_LONGEST_LINE >> 20} MiB; dropped", line=number)
                while (rest := file.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
                    pass


def read_journal(folder: Path, rank: int, start: int, problems: Problems) -> list[Event]:
    """Read the journal in a rank's folder.

    Lines that are no JSON object with an `event` are dropped and reported; zeros before a line, a hole that a
    file system left when its node died, are skipped and reported. Credentials, which other
    trackers may have recorded, are hidden.

    Args:
        folder: the rank's folder.
        rank: its number.
        start: the time (ns) that counts until a line has one.
        problems: where to report.
    """
    name = f"{folder.name}/{JOURNAL_FILE}"
    events: list[Event] = []
    time = start
    for number, line in _lines(folder / JOURNAL_FILE, name, problems):
        stripped = line.strip(b"\0\r\n\t ")
        if b"\0" in line:
            problems.add(name, "zeros skipped (the file system lost a part)", line=number)
        if not stripped:
            continue
        try:
            data = parse_json(stripped)
        except ValueError as error:
            problems.add(name, f"no JSON ({str(error)[:100]}); dropped", line=number)
            continue
        event = data.get("event") if isinstance(data, dict) else None
        if not isinstance(data, dict) or not isinstance(event, str):
            problems.add(name, "no object with an 'event'; dropped", line=number)
            continue
        written = data.get("time")
        if isinstance(written, int) and not isinstance(written, bool) and 0 <= written <= LARGEST_INTEGER:
            time = written
        else:
            problems.add(name, "no valid 'time'; the time of the line before is used", line=number)
        events.append(Event(event, time, rank, number, hide_in_event(data, stripped)))
    return events


def in_order_logged(journals: list[list[Event]]) -> list[Event]:
    """Merge the journals of all ranks by time, without ever changing the order within a rank.

    A clock that was set back would do that; therefore the latest time so far counts.
    """
    keyed: list[tuple[int, int, int, Event]] = []
    for journal in journals:
        latest = 0
        for event in journal:
            latest = max(latest, event.time)
            keyed.append((latest, event.rank, event.line, event))
    keyed.sort(key=lambda entry: entry[:3])
    return [entry[3] for entry in keyed]
