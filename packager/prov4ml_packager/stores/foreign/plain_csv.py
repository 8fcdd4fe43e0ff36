"""A CSV of someone else with named columns: wide (a metric a column) or long (a column of metric names)."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ...errors import PackagerError
from ...metric_table import MetricTable
from ...reader.scratch import scratch_folder
from ..damage import Damage
from ..spool import PointSpool, SeriesKey
from .cells import TimeScale, is_rounded, parse_integer, parse_number
from .column_names import ColumnNames
from .csv_columns import CsvColumns, Stretch
from .numbers import WHOLE, TimeUnit, rounding_note
from .simple_rows import SimpleRows


@contextmanager
def open_plain_csv(
    path: Path,
    names: ColumnNames,
    *,
    separator: str | None = None,
    time_unit: TimeUnit | None = None,
    damage: Damage | None = None,
    note: Callable[[str], None] = lambda text: None,
) -> Iterator[MetricTable]:
    """Open a CSV with a header as a table; it is read once, into a temporary file of 32 bytes a point.

    An empty cell is no point. Values and steps are numbers; times are numbers since 1970 of `time_unit`, told
    by the size of the first one if None, or ISO 8601 texts, of which those without a zone are UTC.
    With `damage`, rows that cannot be read are noted there and left out. `note` is told how many whole
    numbers are rounded.

    Raises:
        PackagerError: a column is not there, a row is not as long as the header, or a cell is no number.
    """
    columns = CsvColumns(path, separator)
    try:
        names.check(columns.header)
    except PackagerError as error:
        raise PackagerError(error.message, path=path, place="line 1", hint=error.hint) from error
    with (
        tempfile.TemporaryDirectory(prefix="prov4ml-", dir=scratch_folder()) as folder,
        PointSpool(Path(folder)) as spool,
    ):
        reader = _Reader(columns, names, time_unit, spool)
        reader.read(damage)
        if reader.rounded:
            note(rounding_note(str(path), reader.rounded))
        yield spool.table()


class _Reader:
    """Reads rows into a spool.

    Attributes:
        rounded: how many values are whole numbers without a float64 of their own.
    """

    def __init__(
        self, columns: CsvColumns, names: ColumnNames, time_unit: TimeUnit | None, spool: PointSpool
    ) -> None:
        self._columns = columns
        self._names = names
        self._scale = TimeScale(time_unit)
        self._simple = SimpleRows(columns.path, columns.header, columns.separator, names, self._scale)
        self._spool = spool
        self.rounded = 0
        self._places = {name: columns.header.index(name) for name in names.all()}

    def read(self, damage: Damage | None) -> None:
        done = 0
        for stretch in self._columns.stretches():
            found = self._simple.parse(stretch.data, done)
            if found is None:
                done = self._read_rows(stretch, done, damage)
                continue
            for series in found.series:
                self._spool.declare(series.key, series.unit)
                self._spool.extend(series.key, series.points)
            done += found.rows

    def _read_rows(self, stretch: Stretch, done: int, damage: Damage | None) -> int:
        """Read row by row; return how many rows were read with those before."""
        for line, row in self._columns.rows_of(stretch, damage):
            try:
                self._add(done, row)
            except (ValueError, OverflowError) as problem:
                error = PackagerError(str(problem), path=self._columns.path, place=f"line {line}")
                if damage is None:
                    raise error from problem
                damage.add(error)
                damage.points += 1
            done += 1
        return done

    def _cell(self, row: list[str], name: str | None) -> str:
        return row[self._places[name]] if name is not None else ""

    def _add(self, index: int, row: list[str]) -> None:
        names = self._names
        step = parse_integer(self._cell(row, names.step), "step") if names.step else index
        time = self._scale.nanoseconds(self._cell(row, names.time)) if names.time else 0
        rank = parse_integer(self._cell(row, names.rank), "rank") if names.rank else 0
        context, source, unit = (
            self._cell(row, name) or None for name in (names.context, names.source, names.unit)
        )
        for value in names.values:
            text = self._cell(row, value)
            if text:
                metric = self._cell(row, names.metric) if names.metric else value
                key: SeriesKey = (context, metric, source, rank)
                number = parse_number(text, value)
                if abs(number) >= WHOLE and is_rounded(text, number):
                    self.rounded += 1
                self._spool.add(key, step, time, number, unit)
