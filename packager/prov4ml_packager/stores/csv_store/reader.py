"""Metric stores as CSV, read: one pass finds where each series lies, points are parsed on demand."""

import os
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from ...errors import PackagerError
from ...metric_table import POINT_DTYPE, MetricSeries, MetricTable, Points
from ..attributes import checked_table
from ..compressed import open_seekable
from ..damage import Damage
from .csvw import TableMetadata, metadata_path, read_metadata
from .dialect import checked_separator, read_separator
from .listing import listed_index
from .row_index import RowIndex
from .rows import Columns, parse_plain, parse_rows, parse_table
from .scan import ScannedIndex

_KEPT = 2
_AHEAD = 4  # segments that are parsed before they are asked for; polars itself works on all cores


@contextmanager
def open_csv(
    path: Path, *, separator: str | None = None, damage: Damage | None = None
) -> Iterator[MetricTable]:
    """Open a CSV store, with or without its metadata, as a table whose points are read on demand.

    Rows of a series need not lie together. A compressed file is unpacked into a temporary one.

    Args:
        path: the table, in UTF-8, with LF or CRLF.
        separator: the one that the header must have; any if None.
        damage: if given, rows without names are left out and noted there, and so is a wrong number of rows.

    Raises:
        PackagerError: the header is another one, a row has no names, the table has not the rows that its
            metadata says; or, when points are read, a row has too many fields or one is no number.
    """
    if separator is not None:
        checked_separator(separator)
    metadata = TableMetadata()
    with nullcontext() if damage is None else damage.tolerate():
        metadata = read_metadata(path)
    with open_seekable(path, damage) as stream:
        separator = read_separator(path, stream, separator)
        index: RowIndex | None = None
        if damage is None:
            index = listed_index(path, stream, separator, metadata)
        index = index or ScannedIndex(path, stream, separator, damage, is_ours=metadata.rows is not None)
        if metadata.rows is not None and metadata.rows != index.row_count:
            error = PackagerError(
                f"{index.row_count} rows are there, and {metadata.rows} were written",
                path=path,
                hint=f"if that is meant, delete {metadata_path(path).name}",
            )
            if damage is None:
                raise error
            damage.add(error)
            damage.points = max(damage.points, metadata.rows - index.row_count)
        with ThreadPoolExecutor(_AHEAD) as pool:
            series = tuple(_series(index, metadata, _CsvPoints(index, stream, pool)))
            yield checked_table(MetricTable(series, metadata.attributes), path)


def _series(index: RowIndex, metadata: TableMetadata, points: "_CsvPoints") -> Iterator[MetricSeries]:
    """Yield every series that has rows, and those of which the metadata says that they have none."""
    for key in {**index.runs, **dict.fromkeys(metadata.empty)}:
        context, metric, source, rank = key
        runs = index.runs.get(key) or array("q")
        yield MetricSeries(
            context or None,
            metric,
            source or None,
            rank,
            metadata.units.get(key),
            sum(index.rows[run] for run in runs),
            points.reader(runs),
            one_nan=True,
        )


class _CsvPoints:
    """Parses the rows of runs, many at a time: neighbours in the file are one segment.

    Where segments are asked for in their order, the next ones are parsed meanwhile.
    """

    def __init__(self, index: RowIndex, stream: BinaryIO, pool: Executor) -> None:
        self._index = index
        self._stream = stream
        self._pool = pool
        self._ahead: dict[int, Future[Columns]] = {}
        self._last = -1
        self._firsts = index.segments()
        ends = np.cumsum(index.rows) if index.rows else np.empty(0, np.int64)
        self._row_starts = ends - index.rows if index.rows else ends
        self._segments: OrderedDict[int, Columns] = OrderedDict()

    def reader(self, runs: "array[int]") -> Callable[[int, int], Points]:
        """Return a function that reads the points of a series by slice."""
        ends: npt.NDArray[np.int64] | None = None
        rows = self._index.rows

        def read(start: int, stop: int) -> Points:
            nonlocal ends
            if ends is None:
                ends = np.cumsum([rows[run] for run in runs], dtype=np.int64)
            start, stop, _ = slice(start, stop).indices(int(ends[-1]) if len(ends) else 0)
            points = np.empty(max(0, stop - start), POINT_DTYPE)
            number = int(np.searchsorted(ends, start, side="right"))
            done = 0
            while done < len(points):
                run = runs[number]
                first = start + done - (int(ends[number]) - rows[run])
                part = points[done : done + rows[run] - first]
                self._fill(part, run, first)
                done += len(part)
                number += 1
            return points

        return read

    def _fill(self, points: Points, run: int, first: int) -> None:
        """Fill in points of a run, from one of its rows on."""
        number = int(np.searchsorted(self._firsts, run, side="right")) - 1
        segment = self._segments.pop(number, None)
        if segment is None:
            segment = self._segment(number)
        self._segments[number] = segment
        while len(self._segments) > _KEPT:
            self._segments.popitem(last=False)
        begin = int(self._row_starts[run] - self._row_starts[self._firsts[number]]) + first
        for name, values in segment.items():
            points[name] = values[begin : begin + len(points)]

    def _segment(self, number: int) -> Columns:
        if number != self._last + 1:
            self._ahead.clear()
        else:
            for later in range(number, min(number + 1 + _AHEAD, len(self._firsts))):
                if later not in self._ahead:
                    self._ahead[later] = self._pool.submit(self._parse, later)
        self._last = number
        waiting = self._ahead.pop(number, None)
        return self._parse(number) if waiting is None else waiting.result()

    def _parse(self, number: int) -> Columns:
        """Return the points of a segment, in the order of the file; several threads may do so."""
        index = self._index
        first = int(self._firsts[number])
        stop = int(self._firsts[number + 1]) if number + 1 < len(self._firsts) else len(index.rows)
        offset, length = index.extent(first, stop)
        data = os.pread(self._stream.fileno(), length, offset)
        rows = sum(index.rows[first:stop])
        points = parse_plain(data, index.separator, rows) if index.is_plain(first, stop, data) else None
        if points is not None:
            return points
        bounds = index.bounds(first, stop, data)
        points = parse_table(data, index.separator, rows)
        if points is not None:
            return points
        bodies: list[bytes] = []
        numbers: list[range] = []
        for run, (begin, end) in enumerate(bounds, first):
            body, lines_a_row = self._numbers(run, data[begin:end])
            line = index.lines[run]
            bodies.append(body)
            numbers.append(range(line, line + index.rows[run] * lines_a_row, lines_a_row))
        return parse_rows(bodies, index.separator, index.path, numbers)

    def _numbers(self, run: int, data: bytes) -> tuple[bytes, int]:
        """Return the rows of a run without their names, each ending in LF, and how many lines a row has."""
        index = self._index
        match = index.names.match(data)
        if match is None:
            raise index.error(index.lines[run], "the file was changed while it was read")
        lines_a_row = 1 + match[0].count(b"\n")
        names = match[0].replace(b"\r\n", b"\n")
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n")
        body = data[len(names) :].removesuffix(b"\n").replace(b"\n" + names, b"\n") + b"\n"
        if body.count(b"\n") != index.rows[run]:
            raise index.error(index.lines[run], "a number has a line break in it, here or below")
        return body, lines_a_row
