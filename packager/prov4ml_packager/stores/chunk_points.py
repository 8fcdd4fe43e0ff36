"""The points of groups cut into chunks, in whichever order the source gives them cheapest.

A run's series lie mixed in one file. Read one after the other they would first have to be sorted through a
temporary file as large as they are; a store's chunks may be made in any order, so they fill side by side,
also those of different groups: a pass over the file costs a third of a conversion.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from ..metric_table import LONG, JoinedPoints, MetricSeries, Mixture, Points
from .ragged import POINT_VARIABLES

_SIDE_BY_SIDE = 8  # series; each has one chunk that is being filled and shares one with the next: 100 MiB
_MOST_PASSES = 4  # over one file; more of them cost more than the temporary file


Columns = dict[str, npt.NDArray[Any]]
"""The numbers of a chunk by point variable."""


@dataclass
class ChunkPoints:
    """The points of one chunk.

    Attributes:
        group: key of its group.
        number: of the chunk, from 0.
        count: how many points are in it; a chunk at the edge is filled up with zeros.
        columns: of each point variable.
    """

    group: str
    number: int
    count: int
    columns: Columns
    _missing: int = field(init=False)

    def __post_init__(self) -> None:
        self._missing = self.count

    def put(self, offset: int, points: Points) -> bool:
        """Fill in points from `offset` on; return whether the chunk is full now."""
        for name, column in self.columns.items():
            column[offset : offset + len(points)] = points[name]
        return self.count_in(len(points))

    def count_in(self, points: int) -> bool:
        """Note that so many points more are filled in; return whether the chunk is full now."""
        self._missing -= points
        return self._missing == 0


class GroupCutter:
    """Cuts the points of one group into chunks of one length.

    Args:
        key: of the group.
        points: of the group.
        length: points a chunk.
        skips: tells of a chunk's number whether it is there already, and need not be made.
        spare: memory of chunks that nobody reads any more, of any group.
    """

    def __init__(
        self, key: str, points: JoinedPoints, length: int, skips: Callable[[int], bool], spare: list[Columns]
    ) -> None:
        self._key = key
        self.points = points
        self._length = length
        self._skips = skips
        self._open: dict[int, ChunkPoints] = {}
        self._spare = spare

    def _columns(self) -> Columns:
        while self._spare:
            columns = self._spare.pop()
            if all(len(column) == self._length for column in columns.values()):
                return columns
        return {name: np.empty(self._length, kind) for name, kind in POINT_VARIABLES.items()}

    def in_order(self, start: int, stop: int) -> Iterator[ChunkPoints]:
        """Read points from `start` to `stop` one after the other, and yield the chunks that become full."""
        while start < stop:
            number, offset = divmod(start, self._length)
            end = min(stop, (number + 1) * self._length)
            if not self._skips(number):
                spans = list(self.points.spans(start, end))
                if all(one.column is not None and last - first >= LONG for one, first, last in spans):
                    yield from self._put_columns(number, offset, spans)
                else:
                    yield from self.put(start, self.points.read(start, end))
            start = end

    def _put_columns(
        self, number: int, offset: int, spans: Sequence[tuple[MetricSeries, int, int]]
    ) -> Iterator[ChunkPoints]:
        chunk = self._open.get(number) or self._new(number)
        for one, first, last in spans:
            assert one.column is not None
            for name in chunk.columns:
                chunk.columns[name][offset : offset + last - first] = one.column(name, first, last)
            offset += last - first
            if chunk.count_in(last - first):
                yield self._open.pop(number)

    def put(self, position: int, points: Points) -> Iterator[ChunkPoints]:
        """Fill in points from a place in the group on, and yield the chunks that become full."""
        while len(points):
            number, offset = divmod(position, self._length)
            part = points[: self._length - offset]
            if not self._skips(number):
                chunk = self._open.get(number) or self._new(number)
                if chunk.put(offset, part):
                    yield self._open.pop(number)
            points, position = points[len(part) :], position + len(part)

    def _new(self, number: int) -> ChunkPoints:
        count = min(self._length, self.points.count - number * self._length)
        columns = self._columns()
        for column in columns.values():
            column[count:] = 0
        return self._open.setdefault(number, ChunkPoints(self._key, number, count, columns))


class ChunkFiller:
    """Makes the chunks of all groups of a store."""

    def __init__(self, groups: Sequence[GroupCutter]) -> None:
        self._groups = groups

    def chunks(self) -> Iterator[ChunkPoints]:
        """Yield every chunk that is not skipped, once, in any order."""
        mixed: list[tuple[GroupCutter, MetricSeries, int]] = []
        for group in self._groups:
            start = 0
            for is_mixed, found in groupby(group.points.series, key=lambda one: one.mixed is not None):
                series = list(found)
                stop = start + sum(one.count for one in series)
                if is_mixed and len(series) <= _SIDE_BY_SIDE * _MOST_PASSES:
                    for one in series:
                        mixed.append((group, one, start))
                        start += one.count
                else:
                    yield from group.in_order(start, stop)
                start = stop
        yield from _side_by_side(mixed)


def _side_by_side(series: Sequence[tuple[GroupCutter, MetricSeries, int]]) -> Iterator[ChunkPoints]:
    """Read a few series at a time, each with its group and its place there, in one pass over their file."""
    for first in range(0, len(series), _SIDE_BY_SIDE):
        places: dict[Mixture, dict[int, tuple[GroupCutter, int]]] = {}
        for group, one, start in series[first : first + _SIDE_BY_SIDE]:
            assert one.mixed is not None
            mixture, number = one.mixed
            places.setdefault(mixture, {})[number] = (group, start)
        for mixture, cursors in places.items():
            for number, points in mixture.blocks(list(cursors)):
                group, position = cursors[number]
                yield from group.put(position, points)
                cursors[number] = (group, position + len(points))
