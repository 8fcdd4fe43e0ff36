"""Zarr and NetCDF datasets of someone else, as xarray writes them: one numeric variable a metric.

Variables of one dimension are metrics, coordinates are not.
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from ...errors import PackagerError
from ...metric_table import CHUNK_POINTS, POINT_DTYPE, MetricSeries, MetricTable, Points
from ..attributes import checked_table
from .cf_times import HINT, cf_nanoseconds, is_time
from .cf_values import count_rounded, decode_values, missing_times, read_values
from .column_names import ColumnNames
from .columns import Columns
from .numbers import TimeUnit, guess_time_unit, rounding_note, to_nanoseconds, to_steps

_STEPS = ("step", "steps", "global_step", "epoch", "epochs", "iteration", "iterations")
_TIMES = ("time", "timestamp", "timestamps", "wall_time", "walltime")


def read_dataset(
    columns: Columns,
    names: ColumnNames | None = None,
    *,
    time_unit: TimeUnit | None = None,
    note: Callable[[str], None] = lambda text: None,
) -> MetricTable:
    """Return the metrics of a dataset; points are read on demand.

    A group is a context. Steps are the coordinate or variable called `step`, `epoch`, `iteration` or the like
    over the same dimension, in the same group or one above it, else the index; times are the one called
    `time`, `timestamp` or the like, or the one whose `units` are a time since a date, else 0. A missing time
    is 0, a missing value NaN.

    Args:
        columns: the dataset.
        names: which variables are step, time and values, where that is not so.
        time_unit: of times without `units`; told by the size of the last one if None.
        note: is told what is no metric, which values are rounded and which times are missing, one line each;
            variables of which that cannot be told by their type are read once more for it.

    Raises:
        PackagerError: no variable is a metric, or one that was named is not there.
    """
    if names is not None:
        _check_names(columns, names)
    else:
        for name, what in sorted(_no_metrics(columns).items()):
            note(f"{columns.path}: {name} {what} and is no metric")
    said: set[str] = set()
    series = []
    for name, dimensions in columns.dimensions.items():
        if name not in columns.lengths:
            continue
        group, _, short = name.rpartition("/")
        reader = _Reader(columns, name, group, names, time_unit)
        if names is None and (reader.is_index(name) or short in dimensions):
            continue
        if names is not None and name not in names.values and short not in names.values:
            continue
        rounded = count_rounded(columns, name)
        if rounded:
            note(rounding_note(f"{columns.path}: {name}", rounded))
        for line in reader.missing_times():
            if line not in said:
                note(line)
                said.add(line)
        unit = columns.variable_attributes[name].get("units")
        series.append(
            MetricSeries(
                context=group or None,
                metric=short,
                source=None,
                rank=0,
                unit=str(unit) if unit else None,
                count=columns.lengths[name],
                read=reader.read,
            )
        )
    if not series:
        raise PackagerError("has no numeric variable of one dimension", path=columns.path)
    return checked_table(MetricTable(tuple(series)), columns.path)


def _no_metrics(columns: Columns) -> dict[str, str]:
    """Return what can be no metric, and why."""
    found = {name: f"holds {kind}" for name, kind in columns.others.items()}
    for name, dimensions in columns.dimensions.items():
        if len(dimensions) != 1:
            found[name] = f"has {len(dimensions)} dimensions"
    return found


def _check_names(columns: Columns, names: ColumnNames) -> None:
    others = (names.context, names.metric, names.source, names.rank, names.unit)
    if any(others):
        raise PackagerError(
            "of a dataset step, time and values are named, and nothing else",
            path=columns.path,
            hint="its groups are the contexts, its variables the metrics",
        )
    for name, what in _no_metrics(columns).items():
        if name in names.all():
            raise PackagerError(f"{name} {what}, and is no metric, step or time", path=columns.path)
    try:
        names.check({name for long in columns.lengths for name in (long, long.rpartition("/")[2])})
    except PackagerError as error:
        raise PackagerError(error.message, path=columns.path, hint=error.hint) from error


class _Reader:
    """Reads the points of one variable."""

    def __init__(
        self, columns: Columns, name: str, group: str, names: ColumnNames | None, time_unit: TimeUnit | None
    ) -> None:
        self._columns = columns
        self._name = name
        self._time_unit = time_unit
        self._group = f"{group}/" if group else ""
        self._step = self._named(names.step) if names else self._find(_STEPS, False)
        self._time = self._named(names.time) if names else self._find(_TIMES, True)

    def _named(self, name: str | None) -> str | None:
        if name is None:
            return None
        return next((one for one in (f"{self._group}{name}", name) if one in self._columns.lengths), None)

    def _find(self, known: tuple[str, ...], by_units: bool) -> str | None:
        columns, same = self._columns, self._columns.dimensions[self._name]
        for group in self._groups():
            candidates = [
                one for one in columns.lengths
                if one.rpartition("/")[0] == group and columns.dimensions[one] == same
                and columns.lengths[one] == columns.lengths[self._name]
            ]  # fmt: skip
            found = [one for one in candidates if self._is_time(one)] if by_units else []
            found += [one for one in candidates if one.rpartition("/")[2].lower() in known]
            chosen = next((one for one in found if by_units or not self._is_time(one)), None)
            if chosen is not None:
                return chosen
        return None

    def _groups(self) -> Iterator[str]:
        """Yield the group of the variable and those above it, whose dimensions and coordinates it has too."""
        group = self._group.rstrip("/")
        yield group
        while group:
            group = group.rpartition("/")[0]
            yield group

    def _is_time(self, name: str) -> bool:
        return is_time(self._columns.variable_attributes[name].get("units"))

    def is_index(self, name: str) -> bool:
        """Tell whether a variable is the step or the time of this one's dimension."""
        return name in (self._step, self._time)

    def read(self, start: int, stop: int) -> Points:
        """Return points of the variable, decoded."""
        columns = self._columns
        start, stop, _ = slice(start, stop).indices(columns.lengths[self._name])
        points = np.empty(max(0, stop - start), POINT_DTYPE)
        if not len(points):
            return points
        points["value"] = decode_values(columns, self._name, start, stop)
        points["step"] = np.arange(start, stop)
        if self._step is not None:
            steps = read_values(columns, self._step, start, stop)
            points["step"] = to_steps(steps, columns.path, self._step, HINT)
        points["time"] = self._times(start, stop) if self._time is not None else 0
        return points

    def missing_times(self) -> Iterator[str]:
        """Yield a line on times that are missing, if any are."""
        columns, name = self._columns, self._time
        if name is None or name == self._name:
            return
        length, attributes = columns.lengths[name], columns.variable_attributes[name]
        count = 0
        for start in range(0, length, CHUNK_POINTS):
            values = read_values(columns, name, start, min(start + CHUNK_POINTS, length))
            count += int(np.count_nonzero(missing_times(values, attributes)))
        if count:
            times = "time is missing and becomes" if count == 1 else "times are missing and become"
            yield f"{columns.path}: {name}: {count:,} {times} 0"

    def _times(self, start: int, stop: int) -> npt.NDArray[np.int64]:
        assert self._time is not None
        columns, name = self._columns, self._time
        attributes = columns.variable_attributes[name]
        values = read_values(columns, name, start, stop)
        lost = missing_times(values, attributes)
        there = values[~lost]
        result = np.zeros(len(values), np.int64)
        if is_time(attributes.get("units")):
            units, calendar = str(attributes["units"]), str(attributes.get("calendar", ""))
            result[~lost] = cf_nanoseconds(there, units, calendar, columns.path, name)
        elif len(there):
            self._time_unit = self._time_unit or guess_time_unit(float(there[-1]))
            result[~lost] = to_nanoseconds(there, self._time_unit, columns.path, name)
        return result
