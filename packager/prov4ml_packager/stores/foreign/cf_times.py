"""Times of Zarr and NetCDF datasets: numbers with `units` such as "seconds since 2026-01-01".

CF Conventions 1.11, section 4.4.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import PackagerError
from .numbers import iso_nanoseconds

HINT = "name another step or time, or none, with --columns, as in --columns value=loss"

_UNITS = {
    "nanosecond": 1, "ns": 1, "microsecond": 10**3, "us": 10**3, "millisecond": 10**6, "ms": 10**6,
    "msec": 10**6, "second": 10**9, "sec": 10**9, "s": 10**9, "minute": 60 * 10**9, "min": 60 * 10**9,
    "hour": 3_600 * 10**9, "hr": 3_600 * 10**9, "h": 3_600 * 10**9,
    "day": 86_400 * 10**9, "d": 86_400 * 10**9,
}  # fmt: skip
"""Nanoseconds of the units of time of UDUNITS that have a fixed length."""

_DATE = re.compile(
    r"(?P<year>\d{1,4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"(?:[T\s]+(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?P<fraction>\.\d+)?)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)
_GREGORIAN = ("standard", "gregorian", "proleptic_gregorian", "")
_REFORM = -12_219_292_800 * 10**9
"""1582-10-15, before which the standard calendar of CF is the Julian one."""


def is_time(units: object) -> bool:
    """Tell whether the `units` of a variable are those of times."""
    return " since " in str(units or "")


def cf_nanoseconds(
    values: npt.NDArray[Any], units: str, calendar: str, path: Path, name: str
) -> npt.NDArray[np.int64]:
    """Return times as nanoseconds since 1970: exact for integers, rounded to the nearest for floats.

    Args:
        values: none of them missing.
        units: a unit and a date.
        calendar: of CF 1.11, section 4.4.1; empty: the standard one.
        path: the dataset, for error messages.
        name: the variable.

    Raises:
        PackagerError: units or calendar are not understood, or a time does not fit into 64 bits.
    """
    factor, origin = _origin(units, calendar, path, name)
    if values.dtype.kind == "f":
        exact = values.astype(np.float64)
        floor = np.floor(exact)
        fits = np.abs(floor) < 2.0**63
        whole = np.where(fits, floor, 0).astype(np.int64)
        rest = np.rint((exact - whole) * factor).astype(np.int64)
    else:
        fits = values <= np.iinfo(np.int64).max
        whole, rest = values.astype(np.int64), np.zeros(len(values), np.int64)
    # The origin in the same unit first: the year 1 does not fit into 64 bits of nanoseconds, 2026 does.
    shift, more = divmod(origin, factor)
    limit = np.iinfo(np.int64).max // factor - 2
    fits &= (whole >= max(-limit - shift, -(1 << 63))) & (whole <= min(limit - shift, (1 << 63) - 1))
    wrong = np.flatnonzero(~fits)
    if len(wrong) or abs(shift) >= 1 << 63:
        index = int(wrong[0]) if len(wrong) else 0
        raise PackagerError(
            f"{values[index]!s} {units} does not fit into 64 bits of nanoseconds since 1970",
            path=path, place=f"{name}, value {index}", hint=HINT,
        )  # fmt: skip
    result: npt.NDArray[np.int64] = (whole + shift) * factor + (rest + more)
    return result


def _origin(units: str, calendar: str, path: Path, name: str) -> tuple[int, int]:
    """Return the length of a unit and its origin, both in nanoseconds."""
    if calendar.lower() not in _GREGORIAN:
        raise PackagerError(
            f"the calendar {calendar!r} has other days than ours", path=path, place=name, hint=HINT
        )
    word, _, since = units.partition(" since ")
    unit = word.strip().lower()
    factor = _UNITS.get(unit) or _UNITS.get(unit.removesuffix("s"))
    match = _DATE.fullmatch(since.strip())
    try:
        if factor is None or match is None:
            raise ValueError
        parts = {part: int(match[part] or 0) for part in ("year", "month", "day", "hour", "minute", "second")}
        origin = iso_nanoseconds(
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}".format(**parts)
            + (match["fraction"] or "") + (match["zone"] or "")
        )  # fmt: skip
        if origin < _REFORM and calendar.lower() != "proleptic_gregorian":
            raise ValueError
    except ValueError:
        raise PackagerError(
            f"the unit of time {units!r} is not understood", path=path, place=name, hint=HINT
        ) from None
    return factor, origin
