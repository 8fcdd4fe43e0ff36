"""Metric series as every store and every product sees them: a list of series with lazy points.

All conversions go through `MetricTable`: n formats need n readers and n writers, not n².
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

POINT_DTYPE = np.dtype([("step", "<i8"), ("time", "<i8"), ("value", "<f8")])
"""Points in memory: step, time in ns since the epoch (UTC), value with all its 64 bits."""

Points = npt.NDArray[np.void]
"""A one-dimensional structured array of `POINT_DTYPE`."""

CHUNK_POINTS = 1 << 18
"""How many points travel at once: 6 MiB, large enough to be fast and small enough for a laptop."""


LONG = 1 << 14
"""Points that are worth a call of `MetricSeries.column` for each field."""


class Mixture(Protocol):
    """A file in which the points of several series lie mixed, in the order logged."""

    def blocks(self, numbers: Sequence[int]) -> Iterator[tuple[int, Points]]:
        """Yield all points of the series with these numbers, in one pass over the file.

        A block is of one series, which it is yielded with; it has the fields of `POINT_DTYPE` among others
        and lasts until the next is asked for. The blocks of each series are in the order logged.
        """
        ...


@dataclass(frozen=True)
class MetricSeries:
    """One series of one rank: its names, its length, and a way to its points.

    Attributes:
        context: true name of the context, or None for the run itself.
        metric: true name of the metric.
        source: where the value came from, as the user said, or None.
        rank: the rank that logged it.
        unit: unit of the value, or None.
        count: number of points.
        read: returns the points `start` (inclusive) to `stop` (exclusive), in the order logged.
        mixed: where it lies among others and its number there, if reading all of them in one pass is cheaper
            than reading one after the other.
        column: returns one field of the points `start` to `stop`, where that is cheaper than whole points; it
            lasts until the next call for that field, of whichever series.
        one_nan: whether every NaN is the one that numpy makes, without a sign or payload to keep.
    """

    context: str | None
    metric: str
    source: str | None
    rank: int
    unit: str | None
    count: int
    read: Callable[[int, int], Points] = field(repr=False, compare=False)
    mixed: tuple[Mixture, int] | None = field(default=None, repr=False, compare=False)
    column: Callable[[str, int, int], npt.NDArray[Any]] | None = field(
        default=None, repr=False, compare=False
    )
    one_nan: bool = field(default=False, repr=False, compare=False)

    def chunks(self, size: int = CHUNK_POINTS) -> Iterator[Points]:
        """Yield the points in the order logged, at most `size` at a time; nothing for an empty series."""
        for start in range(0, self.count, size):
            yield self.read(start, min(start + size, self.count))

    def points(self) -> Points:
        """Return all points at once; memory is 24 bytes a point."""
        return self.read(0, self.count)

    @property
    def identity(self) -> tuple[str, str, str, int]:
        """What tells series apart, and their order in every store; None sorts first."""
        return (self.context or "", self.metric, self.source or "", self.rank)


@dataclass(frozen=True)
class MetricTable:
    """All series of one run, or of one store.

    Attributes:
        series: in the order of `MetricSeries.identity`, which no two series share.
        attributes: what the store says of itself (experiment, run, …): text, int, float or bool.
    """

    series: tuple[MetricSeries, ...]
    attributes: Mapping[str, str | int | float | bool] = field(default_factory=dict)

    @property
    def point_count(self) -> int:
        """Return the number of points of all series."""
        return sum(series.count for series in self.series)

    def by_context(self) -> Iterator[tuple[str | None, tuple[MetricSeries, ...]]]:
        """Yield each context with its series, in the order of the table."""
        for context, group in groupby(self.series, key=lambda series: series.context):
            yield context, tuple(group)


def sorted_table(
    series: Iterable[MetricSeries], attributes: Mapping[str, str | int | float | bool] | None = None
) -> MetricTable:
    """Return a table with the series put in the order that a `MetricTable` promises."""
    return MetricTable(tuple(sorted(series, key=lambda one: one.identity)), dict(attributes or {}))


def series_from_points(
    points: Points,
    *,
    metric: str,
    context: str | None = None,
    source: str | None = None,
    rank: int = 0,
    unit: str | None = None,
) -> MetricSeries:
    """Return a series over points that are in memory already."""
    return MetricSeries(
        context, metric, source, rank, unit, len(points), lambda start, stop: points[start:stop]
    )


class JoinedPoints:
    """The points of many series as one long array, of which any part can be read.

    Ten thousand short series thus cost a store a few writes and not ten thousand.
    """

    def __init__(self, series: Sequence[MetricSeries]) -> None:
        self.series = series
        self._ends = np.cumsum([one.count for one in series], dtype=np.int64)
        self.count = int(self._ends[-1]) if len(series) else 0

    def spans(self, start: int, stop: int) -> Iterator[tuple[MetricSeries, int, int]]:
        """Yield each series that lies between two places, and which of its own points do."""
        number = int(np.searchsorted(self._ends, start, side="right"))
        while start < stop:
            one = self.series[number]
            first = int(self._ends[number]) - one.count
            last = min(stop, int(self._ends[number]))
            if start < last:
                yield one, start - first, last - first
            start = last
            number += 1

    def read(self, start: int, stop: int) -> Points:
        """Return the points from `start` to `stop`."""
        parts = [one.read(first, last) for one, first, last in self.spans(start, stop)]
        if len(parts) == 1:
            return parts[0]
        return np.concatenate(parts) if parts else np.empty(0, POINT_DTYPE)


@dataclass(frozen=True)
class SeriesStatistics:
    """What provenance says of a series instead of its points.

    `first` and `last` are in the order logged; `minimum`, `maximum` and `mean` leave NaN out and are NaN
    where nothing else is there, and so does `total`, their sum, which then is 0. All are None for an empty
    series.
    """

    count: int
    first: float | None
    last: float | None
    minimum: float | None
    maximum: float | None
    mean: float | None
    total: float | None
    first_time: int | None
    last_time: int | None


def statistics(series: MetricSeries) -> SeriesStatistics:
    """Compute the statistics of a series in one pass over its chunks.

    The mean is the sum in float64 divided by the number of values that are no NaN. Times are the smallest
    and the largest, in ns since the epoch.
    """
    if series.count == 0:
        return SeriesStatistics(0, *[None] * 8)
    first = last = float("nan")
    minimum = maximum = float("nan")
    total, numbers = 0.0, 0
    first_time, last_time = np.iinfo(np.int64).max, np.iinfo(np.int64).min
    for index, chunk in enumerate(series.chunks()):
        values = chunk["value"]
        if index == 0:
            first = float(values[0])
        last = float(values[-1])
        first_time = min(first_time, int(chunk["time"].min()))
        last_time = max(last_time, int(chunk["time"].max()))
        kept = values[~np.isnan(values)]
        if len(kept):
            minimum = float(np.fmin(minimum, kept.min()))
            maximum = float(np.fmax(maximum, kept.max()))
            with np.errstate(over="ignore", invalid="ignore"):  # +inf and -inf in one series: the mean is NaN
                total += float(kept.sum())
            numbers += len(kept)
    mean = total / numbers if numbers else float("nan")
    return SeriesStatistics(series.count, first, last, minimum, maximum, mean, total, first_time, last_time)
