"""A CSV of someone else with named columns: wide (a metric a column) or long (a column of metric names)."""

import math
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ...errors import PackagerError
from ...metric_table import MetricTable
from ...reader.scratch import scratch_folder
from ..damage import Damage
from ..spool import PointSpool, SeriesKey
from .column_names import ColumnNames
from .csv_columns import CsvColumns
from .numbers import WHOLE, TimeUnit, guess_time_unit, rounding_note

_NANOSECONDS: dict[TimeUnit, int] = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


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
        self._unit = time_unit
        self._spool = spool
        self.rounded = 0
        self._places = {name: columns.header.index(name) for name in names.all()}

    def read(self, damage: Damage | None) -> None:
        for index, (line, row) in enumerate(self._columns.all_rows(damage)):
            try:
                self._add(index, row)
            except (ValueError, OverflowError) as problem:
                error = PackagerError(str(problem), path=self._columns.path, place=f"line {line}")
                if damage is None:
                    raise error from problem
                damage.add(error)
                damage.points += 1

    def _cell(self, row: list[str], name: str | None) -> str:
        return row[self._places[name]] if name is not None else ""

    def _add(self, index: int, row: list[str]) -> None:
        names = self._names
        step = _integer(self._cell(row, names.step), "step") if names.step else index
        time = self._time(self._cell(row, names.time)) if names.time else 0
        rank = _integer(self._cell(row, names.rank), "rank") if names.rank else 0
        context, source, unit = (
            self._cell(row, name) or None for name in (names.context, names.source, names.unit)
        )
        for value in names.values:
            text = self._cell(row, value)
            if text:
                metric = self._cell(row, names.metric) if names.metric else value
                key: SeriesKey = (context, metric, source, rank)
                number = _number(text, value)
                if abs(number) >= WHOLE and _is_rounded(text, number):
                    self.rounded += 1
                self._spool.add(key, step, time, number, unit)

    def _time(self, text: str) -> int:
        try:
            number = float(text)
        except ValueError:
            return _iso(text)
        if self._unit is None:
            self._unit = guess_time_unit(number)
        factor = _NANOSECONDS[self._unit]
        try:
            return int(text) * factor
        except ValueError:
            whole = int(number // 1)
            return whole * factor + round((number - whole) * factor)


def _iso(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"the time {text[:60]!r} is neither a number nor ISO 8601") from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1_000


def _number(text: str, name: str) -> float:
    try:
        if "_" in text:
            raise ValueError
        return float(text)
    except ValueError:
        raise ValueError(f"the {name} {text[:60]!r} is no number") from None


def _is_rounded(text: str, number: float) -> bool:
    """Return whether a text is a whole number other than its float64; of any length."""
    digits = text.strip().lstrip("+-")
    if not digits.isdecimal():
        return False
    return math.isinf(number) or int(digits.lstrip("0")) != abs(number)


def _integer(text: str, name: str) -> int:
    number = _number(text, name)
    if number != number // 1 or abs(number) > 2.0**63:
        raise ValueError(f"the {name} {text[:60]!r} is no whole number")
    try:
        return int(text)
    except ValueError:
        return int(number)
