"""Points of a run while its source is read, in 24 bytes each."""

import math
from array import array
from collections import Counter

import numpy as np

from ..metric_table import POINT_DTYPE, MetricSeries, Points
from ..stores.foreign.numbers import rounding_note
from .counts import counted

Key = tuple[str | None, str, str | None]
"""Context, metric and source."""


class _Points:
    """The points of one series."""

    __slots__ = ("steps", "times", "values")

    def __init__(self) -> None:
        self.steps = array("q")
        self.times = array("q")
        self.values = array("d")

    def read(self, start: int, stop: int) -> Points:
        count = max(0, min(stop, len(self.values)) - start)
        points = np.empty(count, POINT_DTYPE)
        for name, column in (("step", self.steps), ("time", self.times), ("value", self.values)):
            points[name] = np.frombuffer(column, column.typecode, count, start * 8) if count else ()
        return points


class PointCollector:
    """Sorts points into series, each in the order in which they come.

    Attributes:
        refused: how many points could not be kept, by reason.
        rounded: how many values are whole numbers that have no 64-bit float of their own.
    """

    def __init__(self) -> None:
        self._series: dict[Key, _Points] = {}
        self.refused: Counter[str] = Counter()
        self.rounded = 0

    def add(
        self,
        metric: str,
        step: int,
        time: int,
        value: int | float,
        *,
        context: str | None = None,
        source: str | None = None,
    ) -> None:
        """Keep a point; time in ns since the epoch. One outside 64 bits is counted in `refused`.

        Raises:
            OverflowError: `value` is an integer that is larger than every float.
        """
        number = float(value)
        if number != value == value:
            self.rounded += 1
        key = (context, metric, source)
        points = self._series.get(key)
        if points is None:
            points = self._series[key] = _Points()
        try:
            points.steps.append(step)
        except OverflowError:
            self.refused["its step does not fit in 64 bits"] += 1
            return
        try:
            points.times.append(time)
        except OverflowError:
            points.steps.pop()
            self.refused["its time does not fit in 64 bits"] += 1
            return
        points.values.append(number)

    def count(self, metric: str, context: str | None = None, source: str | None = None) -> int:
        """Return how many points a series has so far."""
        points = self._series.get((context, metric, source))
        return len(points.values) if points is not None else 0

    def last(self, metric: str, context: str | None = None, source: str | None = None) -> float | None:
        """Return the last value of a series, None if it has none."""
        points = self._series.get((context, metric, source))
        return points.values[-1] if points is not None and points.values else None

    def ends_with(self, metric: str, value: float | None) -> bool:
        """Tell whether the last point of a series has this value; NaN is NaN, None is never there."""
        last = self.last(metric)
        if value is None or last is None:
            return False
        return value == last or (math.isnan(value) and math.isnan(last))

    def series(self) -> tuple[MetricSeries, ...]:
        """Return all series that have points; they read from this collector."""
        return tuple(
            MetricSeries(context, metric, source, 0, None, len(points.values), points.read)
            for (context, metric, source), points in self._series.items()
            if points.values
        )

    def span(self) -> tuple[int, int] | None:
        """Return the first and the last time of all points; None without points."""
        spans = [(min(points.times), max(points.times)) for points in self._series.values() if points.times]
        return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None

    def losses(self) -> list[str]:
        """Return one sentence for each reason why points were refused, and one on those that were rounded."""
        return [
            *(f"{counted(count, 'point')}: {reason}" for reason, count in self.refused.items()),
            *([rounding_note("values", self.rounded)] if self.rounded else []),
        ]
