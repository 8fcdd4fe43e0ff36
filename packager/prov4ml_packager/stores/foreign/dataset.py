"""Zarr and NetCDF datasets of someone else, as xarray writes them: one numeric variable a metric.

Variables of one dimension are metrics, coordinates are not. Attributes are read as CF 1.11 says: `units` of
times ("seconds since 2026-01-01"), `scale_factor`, `add_offset`, `_FillValue` and `missing_value`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import PackagerError
from ...metric_table import CHUNK_POINTS, POINT_DTYPE, MetricSeries, MetricTable, Points
from ..attributes import checked_table
from .column_names import ColumnNames
from .columns import Columns
from .numbers import TimeUnit, guess_time_unit, inexact_count, rounding_note, to_nanoseconds, to_steps

_STEPS = ("step", "steps", "global_step", "epoch", "epochs", "iteration", "iterations")
_TIMES = ("time", "timestamp", "timestamps", "wall_time", "walltime")
_UNITS = {
    "nanosecond": 1, "ns": 1, "microsecond": 10**3, "us": 10**3, "millisecond": 10**6, "ms": 10**6,
    "msec": 10**6, "second": 10**9, "sec": 10**9, "s": 10**9, "minute": 60 * 10**9, "min": 60 * 10**9,
    "hour": 3_600 * 10**9, "hr": 3_600 * 10**9, "h": 3_600 * 10**9,
    "day": 86_400 * 10**9, "d": 86_400 * 10**9,
}  # fmt: skip
"""Nanoseconds of the units of time of UDUNITS that have a fixed length."""


def read_dataset(
    columns: Columns,
    names: ColumnNames | None = None,
    *,
    time_unit: TimeUnit | None = None,
    note: Callable[[str], None] = lambda text: None,
) -> MetricTable:
    """Return the metrics of a dataset; points are read on demand.

    A group is a context. Steps are the coordinate or variable called `step`, `epoch`, `iteration` or the like
    over the same dimension, else the index; times are the one called `time`, `timestamp` or the like, or the
    one whose `units` are a time since a date, else 0.

    Args:
        columns: the dataset.
        names: which variables are step, time and values, where that is not so.
        time_unit: of times without `units`; told by the size of the last one if None.
        note: is told what is no metric and which values are rounded, one line each; variables of whole
            numbers of 64 bits are read once more to tell that.

    Raises:
        PackagerError: no variable is a metric, or one that was named is not there.
    """
    if names is not None:
        try:
            names.check({name for long in columns.lengths for name in (long, long.rpartition("/")[2])})
        except PackagerError as error:
            raise PackagerError(error.message, path=columns.path, hint=error.hint) from error
    series = []
    for name, dimensions in columns.dimensions.items():
        if name not in columns.lengths:
            if names is None:
                note(f"{columns.path}: {name} has {len(dimensions)} dimensions and is no metric")
            continue
        group, _, short = name.rpartition("/")
        reader = _Reader(columns, name, group, names, time_unit)
        if names is None and (reader.is_index(name) or short in dimensions):
            continue
        if names is not None and name not in names.values and short not in names.values:
            continue
        rounded = _rounded(columns, name)
        if rounded:
            note(rounding_note(f"{columns.path}: {name}", rounded))
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
        return next((one for one in (f"{self._group}{name}", name) if one in self._columns.lengths), None)

    def _find(self, known: tuple[str, ...], by_units: bool) -> str | None:
        same = self._columns.dimensions[self._name]
        candidates = [
            one for one in self._columns.lengths
            if one.rpartition("/")[0] == self._group.rstrip("/") and self._columns.dimensions[one] == same
        ]  # fmt: skip
        found = [one for one in candidates if self._is_time(one)] if by_units else []
        found += [one for one in candidates if one.rpartition("/")[2].lower() in known]
        return next((one for one in found if by_units or not self._is_time(one)), None)

    def _is_time(self, name: str) -> bool:
        return " since " in str(self._columns.variable_attributes[name].get("units", ""))

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
        points["value"] = _decoded(columns, self._name, start, stop)
        points["step"] = np.arange(start, stop)
        if self._step is not None:
            points["step"] = to_steps(columns.read(self._step, start, stop), columns.path, self._step)
        points["time"] = self._times(start, stop) if self._time is not None else 0
        return points

    def _times(self, start: int, stop: int) -> npt.NDArray[np.int64]:
        assert self._time is not None
        columns, name = self._columns, self._time
        units = str(columns.variable_attributes[name].get("units", ""))
        values = columns.read(name, start, stop)
        if " since " not in units:
            if self._time_unit is None:
                last = columns.lengths[name]
                self._time_unit = guess_time_unit(float(columns.read(name, last - 1, last)[0]))
            return to_nanoseconds(values, self._time_unit, columns.path, name)
        factor, origin = _cf_units(units, columns.path, name)
        if values.dtype.kind == "f":
            whole = np.floor(values.astype(np.float64))
            rest = np.rint((values - whole) * factor).astype(np.int64)
            values = whole.astype(np.int64)
        else:
            rest = np.zeros(len(values), np.int64)
        result: npt.NDArray[np.int64] = values.astype(np.int64) * factor + rest + origin
        return result


def _cf_units(units: str, path: Path, name: str) -> tuple[int, int]:
    """Return the length of a unit and its origin, both in nanoseconds (CF 1.11, section 4.4)."""
    word, _, since = units.partition(" since ")
    factor = _UNITS.get(word.strip().lower()) or _UNITS.get(word.strip().lower().removesuffix("s"))
    text = since.strip().removesuffix("UTC").strip().replace("Z", "+00:00")
    try:
        if factor is None:
            raise ValueError
        moment = datetime.fromisoformat("-".join(part.zfill(2) for part in text[:10].split("-")) + text[10:])
    except ValueError:
        raise PackagerError(f"the unit of time {units!r} is not understood", path=path, place=name) from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return factor, (delta.days * 86_400 + delta.seconds) * 10**9 + delta.microseconds * 1_000


def _rounded(columns: Columns, name: str) -> int:
    """Return how many values of a variable have no float64 of their own."""
    length = columns.lengths[name]
    if (
        not length
        or columns.read(name, 0, 1).dtype.itemsize < 8
        or _is_scaled(columns.variable_attributes[name])
    ):
        return 0
    total = 0
    for start in range(0, length, CHUNK_POINTS):
        values = columns.read(name, start, min(start + CHUNK_POINTS, length))
        if values.dtype.kind == "f":
            return 0
        total += inexact_count(values[~_missing(values, columns.variable_attributes[name])])
    return total


def _is_scaled(attributes: Mapping[str, Any]) -> bool:
    return "scale_factor" in attributes or "add_offset" in attributes


def _missing(values: npt.NDArray[Any], attributes: Mapping[str, Any]) -> npt.NDArray[np.bool_]:
    missing = np.zeros(len(values), np.bool_)
    for key in ("_FillValue", "missing_value"):
        if key in attributes and isinstance(attributes[key], int | float):
            missing |= values == attributes[key]
    return missing


def _decoded(columns: Columns, name: str, start: int, stop: int) -> npt.NDArray[np.float64]:
    """Return values after scale and offset, with NaN for missing ones (CF 1.11, sections 2.5.1 and 8.1)."""
    attributes: Mapping[str, Any] = columns.variable_attributes[name]
    raw = columns.read(name, start, stop)
    values = raw.astype(np.float64)
    if _is_scaled(attributes):
        values = values * float(attributes.get("scale_factor", 1)) + float(attributes.get("add_offset", 0))
    values[_missing(raw, attributes)] = np.nan
    return values
