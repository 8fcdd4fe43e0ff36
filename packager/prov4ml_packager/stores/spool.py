"""Points that arrive in any order, kept in a temporary file until their numbers are known.

A store says how many points a series has before the first of them, so what is only known at the end (a CSV of
someone else, a damaged store) goes through here: in the layout of a run's `metrics.bin`, read back by the
same code.
"""

import struct
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from prov4ml.rundir import METRICS_FILE

from ..metric_table import MetricSeries, MetricTable, Points
from ..reader.metrics import MEMORY_POINTS
from ..reader.points import RECORD_DTYPE, RankPoints, SeriesCodes
from ..reader.problems import Problems
from ..reader.scratch import ScratchFile, writing_scratch
from .attributes import Attribute, checked_table

SeriesKey = tuple[str | None, str, str | None, int]
"""Context, metric, source and rank."""

_BUFFERED = 1 << 14
_LARGEST = (1 << 63) - 1


@dataclass
class _Series:
    number: int
    unit: str | None


class PointSpool:
    """Collects points of many series in a folder; `table` gives them back series by series.

    Args:
        folder: an empty one, removed by the caller when the table is no longer read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with writing_scratch():
            self._stream = (folder / METRICS_FILE).open("wb", buffering=0)
        self._series: dict[SeriesKey, _Series] = {}
        self._buffer: list[bytes] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    def declare(self, key: SeriesKey, unit: str | None = None) -> int:
        """Return the number of a series, from 1; it is there from now on, also without a point."""
        found = self._series.setdefault(key, _Series(len(self._series) + 1, unit))
        found.unit = found.unit or unit
        return found.number

    def add(self, key: SeriesKey, step: int, time: int, value: float, unit: str | None = None) -> None:
        """Add one point.

        Raises:
            ValueError: step or time do not fit into 64 bits.
            ScratchError: the folder is full.
        """
        number = self.declare(key, unit)
        if not (-_LARGEST - 1 <= step <= _LARGEST and -_LARGEST - 1 <= time <= _LARGEST):
            raise ValueError("the step or the time does not fit into 64 bits")
        self._buffer.append(struct.pack("<IIqqd", number, 0, step, time, value))
        if len(self._buffer) == _BUFFERED:
            self._flush()

    def extend(self, key: SeriesKey, points: Points) -> None:
        """Add points of one series.

        Raises:
            ScratchError: the folder is full.
        """
        number = self.declare(key)
        self._flush()
        records = np.zeros(len(points), RECORD_DTYPE)
        records["series"] = number
        for name in points.dtype.names or ():
            records[name] = points[name]
        self._write(records.view(np.uint8).data)

    def _flush(self) -> None:
        self._write(memoryview(b"".join(self._buffer)))
        self._buffer.clear()

    def _write(self, data: memoryview) -> None:
        with writing_scratch():
            while len(data):
                data = data[self._stream.write(data) :]

    def table(self, attributes: dict[str, Attribute] | None = None) -> MetricTable:
        """Return all series with the points added so far, in the order added."""
        self._flush()
        codes = {one.number: one.number - 1 for one in self._series.values()}
        points = RankPoints(self._folder, SeriesCodes(codes))
        points.scan(-_LARGEST - 1, _LARGEST, Problems())
        if points.total > MEMORY_POINTS:
            points.place_on_disk(ScratchFile(), 0)
        series = [
            MetricSeries(
                context, metric, source, rank, one.unit, int(points.counts[one.number - 1]),
                partial(points.read, one.number - 1),
            )
            for (context, metric, source, rank), one in self._series.items()
        ]  # fmt: skip
        return checked_table(MetricTable(tuple(series), attributes or {}))
