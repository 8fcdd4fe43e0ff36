"""The numbers in the cells of a CSV of someone else."""

import math
from datetime import UTC, datetime

from .numbers import NANOSECONDS, TimeUnit, guess_time_unit


class TimeScale:
    """What times are counted in; of no unit it is told by the size of the first one.

    Args:
        unit: if it is known.
    """

    def __init__(self, unit: TimeUnit | None) -> None:
        self._unit = unit

    def unit_for(self, first: float) -> TimeUnit:
        """Return the unit, told by a time if there was none before."""
        if self._unit is None:
            self._unit = guess_time_unit(first)
        return self._unit

    def nanoseconds(self, text: str) -> int:
        """Return a time since 1970, given as a number or in ISO 8601: UTC if it has no zone.

        Raises:
            ValueError: it is neither.
            OverflowError: it is infinite.
        """
        try:
            number = float(text)
        except ValueError:
            return _iso(text)
        factor = NANOSECONDS[self.unit_for(number)]
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


def parse_number(text: str, name: str) -> float:
    """Return a number; `name` is its column.

    Raises:
        ValueError: it is none.
    """
    try:
        if "_" in text:
            raise ValueError
        return float(text)
    except ValueError:
        raise ValueError(f"the {name} {text[:60]!r} is no number") from None


def is_rounded(text: str, number: float) -> bool:
    """Return whether a text is a whole number other than its float64; of any length."""
    digits = text.strip().lstrip("+-")
    if not digits.isdecimal():
        return False
    return math.isinf(number) or int(digits.lstrip("0")) != abs(number)


def parse_integer(text: str, name: str) -> int:
    """Return a whole number, which may be written as `3.0`; `name` is its column.

    Raises:
        ValueError: it is none.
        OverflowError: it is infinite.
    """
    number = parse_number(text, name)
    if number != number // 1 or abs(number) > 2.0**63:
        raise ValueError(f"the {name} {text[:60]!r} is no whole number")
    try:
        return int(text)
    except ValueError:
        return int(number)
