"""Times that were written as text: ISO 8601 with or without a zone, or a number since 1970."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from ..stores.foreign.numbers import guess_time_unit
from .python_text import NUMBER

_FACTORS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
# A name before the offset: `CET`, `W. Europe Standard Time`, or `-03`, as systems call zones without one.
_ZONE = re.compile(r"(?:[^\W\d_][^\d+-]{0,63}|[+-][0-9]{2,4})?\s*([+-])([0-9]{2}):?([0-9]{2})|(UTC|GMT|Z)")
_FRACTION = re.compile(r"\.([0-9]+)")
_LATEST = 2**63 - 1


@dataclass(frozen=True)
class TimeOfText:
    """A time in ns since the epoch, and whether the text said its zone (a number since 1970 does)."""

    nanoseconds: int
    has_zone: bool


def zone_of(text: str | None) -> timedelta | None:
    """Return the offset that `CEST+0200`, `+02:00` or `UTC` says; None for anything else."""
    match = _ZONE.fullmatch(text.strip()) if text else None
    if match is None:
        return None
    if match[4]:
        return timedelta(0)
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return (offset if match[1] == "+" else -offset) if offset < timedelta(hours=24) else None


def parse_time(text: str, zone: timedelta | None = None) -> TimeOfText | None:
    """Return the time that a text is, to the nanosecond; None if it is none, or before 1970.

    Args:
        text: ISO 8601 with `T` or a space, or a number of s, ms, us or ns since 1970.
        zone: of a time that does not say its own; UTC if None.
    """
    text = text.strip()
    if NUMBER.fullmatch(text):
        return _checked(_since_epoch(text), has_zone=True)
    fraction = _FRACTION.search(text)
    digits = fraction[1][:9].ljust(9, "0") if fraction else "0"
    try:
        moment = datetime.fromisoformat(_FRACTION.sub("", text, count=1))
    except ValueError:
        return None
    has_zone = moment.tzinfo is not None
    if not has_zone:
        moment = moment.replace(tzinfo=timezone(zone or timedelta(0)))
    try:
        seconds = (moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    except OverflowError:
        return None
    return _checked(seconds * 10**9 + int(digits), has_zone=has_zone)


def _since_epoch(text: str) -> int:
    value = float(text)
    if not abs(value) < 1e20:
        return -1
    factor = _FACTORS[guess_time_unit(value)]
    whole, _, fraction = text.partition(".")
    if "e" in text.lower() or not whole.lstrip("+-").isdigit():
        return round(value * factor)
    # Digit by digit, since a float of seconds holds no nanoseconds.
    return int(whole) * factor + int((fraction + "0" * 18)[:18]) * factor // 10**18


def _checked(nanoseconds: int, *, has_zone: bool) -> TimeOfText | None:
    return TimeOfText(nanoseconds, has_zone) if 0 <= nanoseconds <= _LATEST else None
