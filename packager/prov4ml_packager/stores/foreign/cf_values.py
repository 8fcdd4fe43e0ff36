"""Values of Zarr and NetCDF datasets, decoded as CF 1.11 and the NetCDF User's Guide say.

Attributes: `_Unsigned`, `scale_factor`, `add_offset`, `_FillValue` and `missing_value`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ...metric_table import CHUNK_POINTS
from .columns import Columns
from .numbers import inexact_count


def read_values(columns: Columns, name: str, start: int, stop: int) -> npt.NDArray[Any]:
    """Return values as stored, read with or without a sign as `_Unsigned` says."""
    values = columns.read(name, start, stop)
    return values.view(_signed(values.dtype, columns.variable_attributes[name]))


def decode_values(columns: Columns, name: str, start: int, stop: int) -> npt.NDArray[np.float64]:
    """Return values after scale and offset, with NaN for missing ones (CF 1.11, sections 2.5.1 and 8.1)."""
    attributes: Mapping[str, Any] = columns.variable_attributes[name]
    raw = read_values(columns, name, start, stop)
    values = raw.astype(np.float64)
    if _is_scaled(attributes):
        values = values * float(attributes.get("scale_factor", 1)) + float(attributes.get("add_offset", 0))
    values[missing(raw, attributes)] = np.nan
    return values


def missing(values: npt.NDArray[Any], attributes: Mapping[str, Any]) -> npt.NDArray[np.bool_]:
    """Return which values stand for missing ones; NaN always does."""
    found = np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), np.bool_)
    for key in ("_FillValue", "missing_value"):
        for one in np.ravel(np.asarray(attributes.get(key, ()))):
            if one.dtype.kind in "iuf":
                found |= values == _as_stored(one, values.dtype)
    return found


def missing_times(values: npt.NDArray[Any], attributes: Mapping[str, Any]) -> npt.NDArray[np.bool_]:
    """Return which times are missing: also the NaT of numpy, which xarray writes without saying so."""
    found = missing(values, attributes)
    return found | (values == np.iinfo(np.int64).min) if values.dtype.kind == "i" else found


def count_rounded(columns: Columns, name: str) -> int:
    """Return how many values of a variable have no float64 of their own."""
    length, attributes = columns.lengths[name], columns.variable_attributes[name]
    if not length or columns.read(name, 0, 1).dtype.itemsize < 8 or _is_scaled(attributes):
        return 0
    total = 0
    for start in range(0, length, CHUNK_POINTS):
        values = read_values(columns, name, start, min(start + CHUNK_POINTS, length))
        if values.dtype.kind == "f":
            return 0
        total += inexact_count(values[~missing(values, attributes)])
    return total


def _is_scaled(attributes: Mapping[str, Any]) -> bool:
    return "scale_factor" in attributes or "add_offset" in attributes


def _signed(kind: np.dtype[Any], attributes: Mapping[str, Any]) -> np.dtype[Any]:
    """Return the type that `_Unsigned` makes of one (NetCDF User's Guide, attribute conventions)."""
    said = str(attributes.get("_Unsigned", "")).lower()
    other = {("i", "true"): "u", ("u", "false"): "i"}.get((kind.kind, said))
    return np.dtype(f"{kind.str[0]}{other}{kind.itemsize}") if other else kind


def _as_stored(value: np.generic, kind: np.dtype[Any]) -> Any:
    """Return a fill value as numbers of a type have it: one with a sign may stand for one without."""
    if kind.kind in "iu" and value.dtype.kind in "iu":
        number = int(value)
        if number < 0 and kind.kind == "u":
            return number + (1 << 8 * kind.itemsize)
        if kind.kind == "i" and number > np.iinfo(kind).max:
            return number - (1 << 8 * kind.itemsize)
    return value
