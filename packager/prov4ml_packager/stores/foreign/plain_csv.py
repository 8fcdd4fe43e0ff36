"""A CSV of someone else with named columns: wide (a metric a column) or long (a column of metric names)."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ...errors import PackagerError
from ...metric_table import MetricTable
from ...reader.scratch import scratch_folder
from ..attributes import RANKS
from ..damage import Damage
from ..spool import PointSpool, SeriesKey
from .cells import CellError, TimeScale, is_missing, is_rounded, parse_integer, parse_value
from .column_names import ColumnNames
from .csv_columns import UTF8_HINT, CsvColumns, Stretch
from .numbers import WHOLE, TimeUnit, rounding_note
from .simple_rows import SimpleRows


@contextmanager
def open_plain_csv(
    path: Path,
    names: ColumnNames,
    *,
    separator: str | None = None,
    decimal: str = ".",
    time_unit: TimeUnit | None = None,
    damage: Damage | None = None,
    note: Callable[[str], None] = lambda text: None,
) -> Iterator[MetricTable]:
    """Open a CSV with a header as a table; it is read once, into a temporary file of 32 bytes a point.

    A cell that is empty or says that it is missing (`NA`, `null` …) is no point, `true` and `false` are 1 and
    0. Values and steps are numbers; times are numbers since 1970 of `time_unit`, told by the size of the
    first one if None, or ISO 8601 texts, of which those without a zone are UTC; a missing one is 0. With
    `damage`, rows that cannot be read are noted there and left out. `note` is told how many numbers are
    rounded, and what is missing.

    Args:
        path: the file.
        names: its columns.
        separator: between the cells; found from the header if None.
        decimal: the mark before decimals, a point or a comma.
        time_unit: of times that are numbers.
        damage: where rows that cannot be read are noted.
        note: is told one line each.

    Raises:
        PackagerError: a column is not there, a row is not as long as the header, or a cell is no number.
    """
    columns = CsvColumns(path, separator, damage)
    place = f"line {columns.header_line}"
    try:
        names.check(columns.header)
    except PackagerError as error:
        raise PackagerError(error.message, path=path, place=place, hint=error.hint) from error
    for name in names.all():
        if columns.header.count(name) > 1:
            raise PackagerError(f"the column {name!r} is there twice", path=path, place=place)
    if decimal == columns.separator:
        raise PackagerError(
            f"{decimal!r} separates the cells and is no decimal mark", path=path, place=place,
            hint="leave out --decimal, or name another --read-separator",
        )  # fmt: skip
    with (
        tempfile.TemporaryDirectory(prefix="prov4ml-", dir=scratch_folder()) as folder,
        PointSpool(Path(folder)) as spool,
    ):
        reader = _Reader(columns, names, decimal, time_unit, spool)
        reader.read(damage)
        for line in reader.notes():
            note(line)
        yield spool.table()


class _Reader:
    """Reads rows into a spool.

    Attributes:
        rounded: how many values are whole numbers without a float64 of their own.
        missing: how many cells say so, of values that are no points then.
        missing_times: how many times are 0 for that.
    """

    def __init__(
        self,
        columns: CsvColumns,
        names: ColumnNames,
        decimal: str,
        time_unit: TimeUnit | None,
        spool: PointSpool,
    ) -> None:
        self._columns = columns
        self._names = names
        self._scale = TimeScale(time_unit)
        self._simple = SimpleRows(columns.path, columns.header, columns.separator, names, self._scale)
        self._spool = spool
        self._has_comma = decimal == ","
        self.rounded = self.missing = self.missing_times = 0
        self._places = {name: columns.header.index(name) for name in names.all()}

    def read(self, damage: Damage | None) -> None:
        done = 0
        for stretch in self._columns.stretches():
            is_plain = not (self._has_comma or self._columns.is_spaced)
            found = self._simple.parse(stretch.data, done) if is_plain else None
            if found is None:
                done = self._read_rows(stretch, done, damage)
                continue
            for series in found.series:
                self._spool.declare(series.key, series.unit)
                self._spool.extend(series.key, series.points)
            done += found.rows

    def notes(self) -> Iterator[str]:
        """Yield what is to be said of the rows that were read."""
        path = self._columns.path
        if self.rounded:
            yield rounding_note(str(path), self.rounded)
        if self.missing:
            cells = "cell says that it is" if self.missing == 1 else "cells say that they are"
            yield f"{path}: {self.missing:,} {cells} missing, which makes no point"
        if self.missing_times:
            one = self.missing_times == 1
            times = "time is missing and becomes" if one else "times are missing and become"
            yield f"{path}: {self.missing_times:,} {times} 0"

    def _read_rows(self, stretch: Stretch, done: int, damage: Damage | None) -> int:
        """Read row by row; return how many rows were read with those before."""
        for line, row in self._columns.rows_of(stretch, damage):
            try:
                self._add(done, row)
            except (ValueError, OverflowError) as problem:
                hint = problem.hint if isinstance(problem, CellError) else None
                error = PackagerError(str(problem), path=self._columns.path, place=f"line {line}", hint=hint)
                if damage is None:
                    raise error from problem
                damage.add(error)
                damage.points += 1
            done += 1
        return done

    def _cell(self, row: list[str], name: str | None) -> str:
        text = row[self._places[name]] if name is not None else ""
        if not text.isascii() and any("\udc80" <= mark <= "\udcff" for mark in text):
            raise CellError(f"the {name} is not in UTF-8", UTF8_HINT)
        return text

    def _number(self, row: list[str], name: str) -> str:
        text = self._cell(row, name)
        return text.replace(",", ".") if self._has_comma and "." not in text else text

    def _add(self, index: int, row: list[str]) -> None:
        names = self._names
        step = parse_integer(self._number(row, names.step), "step") if names.step else index
        rank = parse_integer(self._cell(row, names.rank), "rank") if names.rank else 0
        if not 0 <= rank < RANKS:
            raise CellError(f"the rank {rank} is not between 0 and {RANKS - 1}")
        when = self._number(row, names.time) if names.time else None
        time = self._scale.nanoseconds(when) if when is not None and not is_missing(when) else 0
        context, source, unit = (
            self._cell(row, name) or None for name in (names.context, names.source, names.unit)
        )
        for value in names.values:
            text = self._number(row, value)
            if is_missing(text):
                self.missing += bool(text)
                continue
            metric = self._cell(row, names.metric) if names.metric else value
            key: SeriesKey = (context, metric, source, rank)
            number = parse_value(text, value)
            if abs(number) >= WHOLE and is_rounded(text, number):
                self.rounded += 1
            self._spool.add(key, step, time, number, unit)
        self.missing_times += when is not None and is_missing(when)
