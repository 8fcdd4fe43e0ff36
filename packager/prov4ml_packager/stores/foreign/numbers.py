"""Numbers of other people's stores as ours: whole steps, nanoseconds, float64."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ...errors import PackagerError

TimeUnit = Literal["s", "ms", "us", "ns"]

NANOSECONDS: Mapping[TimeUnit, int] = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
_LIMITS: tuple[tuple[float, TimeUnit], ...] = ((1e11, "s"), (1e14, "ms"), (1e17, "us"))
_EXACT = 2.0**63
_SECONDS = re.compile(r"(\d{2}:\d{2}:\d{2}|[T ]\d{6})[.,](\d+)")
WHOLE = 1 << 53
"""Up to it every whole number is a float64."""


def guess_time_unit(time: float) -> TimeUnit:
    """Return the unit in which a number is a time since 1970 that a computer has seen.

    Below 1e11 these are seconds (1e11 s is the year 5138), below 1e14 milliseconds, below 1e17
    microseconds, else nanoseconds.
    """
    return next((unit for limit, unit in _LIMITS if abs(time) < limit), "ns")


def iso_nanoseconds(text: str) -> int:
    """Return an ISO 8601 time as nanoseconds since 1970; UTC where it has no zone.

    Digits behind the nanosecond are dropped. Behind it may stand `UTC`.

    Raises:
        ValueError: it is no such time.
    """
    match = _SECONDS.search(text)
    bare, fraction = (text, "") if match is None else (text[: match.end(1)] + text[match.end() :], match[2])
    moment = datetime.fromisoformat(bare.removesuffix("UTC").removesuffix("GMT").strip())
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 10**9 + int(fraction[:9].ljust(9, "0"))


def decimal_nanoseconds(text: str, unit: TimeUnit) -> int:
    """Return a time since 1970 that a decimal number says, rounded to the nearest nanosecond.

    Raises:
        ValueError: it is no number.
        OverflowError: it does not fit into 64 bits.
    """
    try:
        if "_" in text:
            raise ValueError(text)
        time = (Decimal(text) * NANOSECONDS[unit]).to_integral_value()
        if not abs(time) < _EXACT:
            raise OverflowError(f"the time {text[:60]!r} does not fit into 64 bits of nanoseconds")
        return int(time)
    except InvalidOperation as error:
        raise ValueError(text) from error


def to_nanoseconds(times: npt.NDArray[Any], unit: TimeUnit, path: Path, place: str) -> npt.NDArray[np.int64]:
    """Return times of a unit as int64 nanoseconds: exact for integers, rounded to the nearest for floats.

    Raises:
        PackagerError: a time is no number, or does not fit into 64 bits.
    """
    factor = NANOSECONDS[unit]
    if times.dtype.kind == "f":
        exact = times.astype(np.float64)
        whole = np.floor(exact)
        _check(np.abs(whole) * factor < _EXACT, times, path, place, "is no time that fits into 64 bits")
        # The seconds by themselves, so that a product above 2**53 does not round what the float could say.
        return whole.astype(np.int64) * factor + np.rint((exact - whole) * factor).astype(np.int64)
    limit = ((1 << 63) - 1) // factor
    _check((times <= limit) & (times >= -limit), times, path, place, "is no time that fits into 64 bits")
    return times.astype(np.int64) * np.int64(factor)


def to_steps(
    steps: npt.NDArray[Any], path: Path, place: str, hint: str | None = None
) -> npt.NDArray[np.int64]:
    """Return steps or epochs as int64; floats have to be whole numbers.

    Args:
        steps: the numbers.
        path: where they come from, for error messages.
        place: where in it.
        hint: what to do about a step that is none.

    Raises:
        PackagerError: one is not.
    """
    if steps.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            fits = (np.abs(steps) < _EXACT) & (steps == np.floor(steps))
        _check(fits, steps, path, place, "is no whole number, and a step has to be one", hint)
    elif steps.dtype.kind == "u":
        _check(steps < (1 << 63), steps, path, place, "does not fit into 64 bits", hint)
    return steps.astype(np.int64)


def inexact_count(values: npt.NDArray[Any]) -> int:
    """Return how many numbers have no float64 of their own: whole ones of 64 bits beyond 2**53 may not."""
    if values.dtype.kind not in "iu" or values.dtype.itemsize < 8 or not len(values):
        return 0
    if int(values.max()) <= WHOLE and int(values.min()) >= -WHOLE:
        return 0
    floats = values.astype(np.float64)
    # The largest ones are rounded to a power of two that no longer fits into their own type.
    fits = floats < float(np.iinfo(values.dtype).max)
    return int(np.count_nonzero(~fits)) + int(
        np.count_nonzero(floats[fits].astype(values.dtype) != values[fits])
    )


def rounding_note(place: str, count: int) -> str:
    """Return what is said of numbers that `inexact_count` counted."""
    are = "whole number beyond 2**53 becomes" if count == 1 else "whole numbers beyond 2**53 become"
    return f"{place}: {count:,} {are} the nearest 64-bit float"


def _check(
    fits: npt.NDArray[np.bool_],
    values: npt.NDArray[Any],
    path: Path,
    place: str,
    problem: str,
    hint: str | None = None,
) -> None:
    wrong = np.flatnonzero(~fits)
    if len(wrong):
        index = int(wrong[0])
        place = f"{place}, value {index}"
        raise PackagerError(f"{values[index]!s} {problem}", path=path, place=place, hint=hint)
