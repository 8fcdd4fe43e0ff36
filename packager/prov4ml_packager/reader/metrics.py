"""The metric series of all ranks: names from the journals, points from `metrics.bin`."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from ..metric_table import MetricSeries, MetricTable, sorted_table
from .fields import FieldError, Fields
from .journal import Event
from .points import RankPoints, SeriesCodes
from .problems import Problems
from .scratch import ScratchFile

MEMORY_POINTS = 1 << 20
"""Points of a run that are held in memory (24 bytes each); more of them go through a temporary file."""

_MOST_CONTEXTS = 4  # a store is written context by context, and each would be a pass over all points
_YEAR = 366 * 86_400 * 10**9
_LARGEST_NUMBER = 2**32 - 1

_Names = tuple[str | None, str, str | None]


class RankSeries:
    """The series that one rank declared and their points.

    A series that was declared twice, under two numbers, is one series: its points are in the order logged.
    """

    def __init__(self, folder: Path, rank: int, journal: list[Event], problems: Problems) -> None:
        self.rank = rank
        self._units: dict[_Names, str | None] = {}
        numbers: dict[int, _Names] = {}
        for event in journal:
            if event.name != "series":
                continue
            place = f"{folder.name}/events.jsonl"
            fields = Fields(event.data, partial(problems.add, place, line=event.line))
            try:
                number = fields.integer("number", least=1)
                names = (fields.optional_text("context"), fields.text("key"), fields.optional_text("source"))
                if number > _LARGEST_NUMBER:
                    raise FieldError("field 'number' does not fit 32 bits")
                if numbers.get(number, names) != names:
                    raise FieldError(f"series number {number} is declared twice")
            except FieldError as error:
                problems.add(place, f"{error}; series dropped", line=event.line)
                continue
            numbers[number] = names
            self._units[names] = self._units.get(names) or fields.optional_text("unit")
        codes = {names: code for code, names in enumerate(self._units)}
        self.points = RankPoints(
            folder, SeriesCodes({number: codes[names] for number, names in numbers.items()})
        )

    def series(self) -> list[MetricSeries]:
        """Return the series in the order declared; also those without a point."""
        contexts = {context for context, _, _ in self._units}
        mixed = self.points.is_mixed and len(contexts) <= _MOST_CONTEXTS
        return [
            MetricSeries(
                context, metric, source, self.rank, unit, int(self.points.counts[code]),
                partial(self.points.read, code), (self.points, code) if mixed else None,
            )
            for code, ((context, metric, source), unit) in enumerate(self._units.items())
        ]  # fmt: skip

    def context_times(self) -> list[tuple[str, int, int]]:
        """Return (context, first, last) of every series that has a point at a credible time (ns)."""
        return [
            (context, int(first), int(last))
            for (context, _, _), first, last in zip(
                self._units, self.points.first_time, self.points.last_time, strict=True
            )
            if context is not None and first <= last
        ]

    def last_time(self) -> int | None:
        """Return the largest credible time (ns) of all points, or None."""
        seen = self.points.last_time[self.points.first_time <= self.points.last_time]
        return int(seen.max()) if len(seen) else None


def read_series(
    journals: Mapping[int, tuple[Path, list[Event]]],
    start: int,
    problems: Problems,
    memory_points: int = MEMORY_POINTS,
) -> list[RankSeries]:
    """Read the series of all ranks and count their points.

    Args:
        journals: rank to its folder and journal.
        start: start of the run (ns). Times before it, or more than a year after the journals' last line, are
            not believed where the times of contexts and of the run are found; the points keep them.
        problems: where to report.
        memory_points: the number of points above which they are partitioned on disk.
    """
    latest = max((event.time for _, journal in journals.values() for event in journal), default=start)
    latest = min(latest + _YEAR, 2**63 - 1)
    ranks = [RankSeries(folder, rank, journal, problems) for rank, (folder, journal) in journals.items()]
    for one in ranks:
        one.points.scan(start, latest, problems)
    if sum(one.points.total for one in ranks) > memory_points:
        scratch, offset = ScratchFile(), 0
        for one in ranks:
            offset = one.points.place_on_disk(scratch, offset)
    return ranks


def to_table(ranks: list[RankSeries], attributes: Mapping[str, str | int | float | bool]) -> MetricTable:
    """Return one table with the series of all ranks."""
    return sorted_table([series for one in ranks for series in one.series()], attributes)
