"""Many rows of a CSV of someone else at a time, where they are written simply; others are read one by one."""

from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars

from ...errors import PackagerError
from ...metric_table import POINT_DTYPE, Points
from ..attributes import RANKS
from ..spool import SeriesKey
from .cells import TimeScale, parse_integer
from .column_names import ColumnNames
from .numbers import WHOLE, to_nanoseconds, to_steps
from .simple_lines import SimpleLines, simple_lines

_SECONDS = r"^([0-9]{1,9}|[0-8][0-9]{9})\.([0-9]{1,9})$"
_Indices = npt.NDArray[np.intp]


class SeriesPoints(NamedTuple):
    """Points of one series in the order of their rows, and the unit if a column says it."""

    key: SeriesKey
    unit: str | None
    points: Points


class ParsedRows(NamedTuple):
    """What is in some rows: series in the order of their first points."""

    rows: int
    series: list[SeriesPoints]


class SimpleRows:
    """Reads blocks of rows without quotes, in which every cell is what its column should be.

    What is read is the same as row by row; a block in which something is odd is not read at all.

    Args:
        path: for error messages.
        header: names of all columns.
        separator: between the cells.
        names: what the columns mean.
        scale: of the times.
    """

    def __init__(
        self, path: Path, header: Sequence[str], separator: str, names: ColumnNames, scale: TimeScale
    ) -> None:
        self._path = path
        self._separator = separator
        self._names = names
        self._scale = scale
        self._width = len(header)
        self._column = {name: str(header.index(name)) for name in names.all()}
        self._has_column_twice = len(self._column) < len(names.all())
        self._roles = {
            role: self._column[name]
            for role in ("context", "metric", "source", "rank", "unit")
            if (name := getattr(names, role)) is not None
        }
        self._types: list[tuple[Any, Any]] = list(
            product((polars.Int64, polars.Float64), (polars.Int64, polars.String))
        )

    def parse(self, data: bytes, first_row: int) -> ParsedRows | None:
        """Return what is in a block of whole lines; None if something is odd in it.

        Args:
            data: lines that end in LF or CRLF, the last one also in nothing.
            first_row: number of the first one, which is its step if no column is.
        """
        if self._has_column_twice:
            return None
        lines = simple_lines(data, self._separator, self._width)
        frame = self._frame(lines) if lines is not None else None
        if frame is None:
            return None
        try:
            steps, times = self._steps(frame, first_row), self._times(frame)
            found = list(self._series(frame, steps, times))
        except (PackagerError, ValueError, OverflowError):
            return None  # row by row it is found where
        if len({one.key for _, one in found}) < len(found):
            return None  # the rows of a series are not in their order
        return ParsedRows(frame.height, [one for _, one in sorted(found, key=lambda pair: pair[0])])

    def _frame(self, lines: SimpleLines) -> polars.DataFrame | None:
        """Return the columns that are named, each as numbers or texts, if each can be."""
        types: dict[str, Any] = dict.fromkeys(self._roles.values(), polars.String)
        types |= {self._column[name]: polars.Float64 for name in self._names.values}
        for number, (step, time) in enumerate(self._types):
            if self._names.step is not None:
                types[self._column[self._names.step]] = step
            if self._names.time is not None:
                types[self._column[self._names.time]] = time
            frame = lines.columns(types)
            if frame is not None:
                self._types.insert(0, self._types.pop(number))  # likely those of the next block
                return frame
        return None

    def _steps(self, frame: polars.DataFrame, first_row: int) -> npt.NDArray[np.int64]:
        if self._names.step is None:
            return np.arange(first_row, first_row + frame.height, dtype=np.int64)
        return to_steps(self._exact(frame, self._names.step), self._path, self._names.step)

    def _times(self, frame: polars.DataFrame) -> npt.NDArray[np.int64]:
        name = self._names.time
        if name is None:
            return np.zeros(frame.height, np.int64)
        column = frame[self._column[name]]
        if column.dtype == polars.String:
            decimals = self._decimal_seconds(column)
            if decimals is not None:
                return decimals
            return np.array([self._scale.nanoseconds((text or "").strip()) for text in column], np.int64)
        times = self._exact(frame, name)
        return to_nanoseconds(times, self._scale.unit_for(float(times[0])), self._path, name)

    def _decimal_seconds(self, column: polars.Series) -> npt.NDArray[np.int64] | None:
        """Return times that are all written as seconds with decimals, to the digit; else None."""
        parts = column.str.extract_groups(_SECONDS).struct.unnest()
        if not len(column) or parts["1"].null_count() or self._scale.unit_for(float(column[0])) != "s":
            return None
        nanoseconds = parts["2"].str.pad_end(9, "0").cast(polars.Int64)
        return (parts["1"].cast(polars.Int64) * 10**9 + nanoseconds).to_numpy()

    def _exact(self, frame: polars.DataFrame, name: str) -> npt.NDArray[Any]:
        """Return the numbers of a column without a hole.

        Raises:
            ValueError: a cell is empty, or may be a whole number that is no float.
        """
        column = frame[self._column[name]]
        numbers = column.to_numpy()
        if column.null_count() or (numbers.dtype.kind == "f" and not (np.abs(numbers) < WHOLE).all()):
            raise ValueError(name)
        return numbers

    def _series(
        self, frame: polars.DataFrame, steps: npt.NDArray[np.int64], times: npt.NDArray[np.int64]
    ) -> Iterator[tuple[tuple[int, int], SeriesPoints]]:
        """Yield each series of the block, and the row and column of its first point."""
        columns = [frame[self._column[name]] for name in self._names.values]
        filled = [column.is_not_null().to_numpy() for column in columns]
        values = [column.fill_null(0.0).to_numpy() for column in columns]
        if any((np.abs(column) >= WHOLE).any() for column in values):
            raise ValueError("a whole number may be rounded")
        for said, rows in self._groups(frame):
            rank = parse_integer(said["rank"], "rank") if "rank" in said else 0
            if not 0 <= rank < RANKS:
                raise ValueError("rank")
            for number, name in enumerate(self._names.values):
                there = rows[filled[number][rows]]
                if not len(there):
                    continue
                points = np.empty(len(there), POINT_DTYPE)
                points["step"], points["time"] = steps[there], times[there]
                points["value"] = values[number][there]
                metric = said.get("metric", name)
                key = (said.get("context") or None, metric, said.get("source") or None, rank)
                yield (int(there[0]), number), SeriesPoints(key, said.get("unit") or None, points)

    def _groups(self, frame: polars.DataFrame) -> Iterator[tuple[dict[str, str], _Indices]]:
        """Yield what the rows of a group say of their series, and which rows these are."""
        if not self._roles:
            yield {}, np.arange(frame.height)
            return
        columns = list(self._roles.values())
        groups = (
            frame.select(columns)
            .with_row_index("row")
            .group_by(columns, maintain_order=True)
            .agg(polars.col("row"))
        )
        for cells, rows in zip(groups.select(columns).rows(), groups["row"], strict=True):
            said = {role: (cell or "").strip() for role, cell in zip(self._roles, cells, strict=True)}
            yield said, rows.to_numpy().astype(np.intp)
