"""The numbers in the cells of a CSV of someone else."""

import math
import re

from .numbers import TimeUnit, decimal_nanoseconds, guess_time_unit, iso_nanoseconds

_MISSING = frozenset({"", "NA", "N/A", "#N/A", "<NA>", "NULL", "Null", "null", "None", "NaT"})
"""How spreadsheets, R, pandas, polars and databases write that there is nothing."""

_TRUTH = {"TRUE": 1.0, "True": 1.0, "true": 1.0, "FALSE": 0.0, "False": 0.0, "false": 0.0}
_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:([., \u00a0\u202f'])[0-9]{3})+(?:[.,][0-9]+)?")


class CellError(ValueError):
    """A cell is not what its column is.

    Attributes:
        hint: what to do about it, if that is known.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        self.hint = hint
        super().__init__(message)


def is_missing(text: str) -> bool:
    """Tell whether a cell says that nothing is there; NaN is something."""
    return text in _MISSING


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

        A number is taken as its digits say, to the nanosecond.

        Raises:
            CellError: it is neither.
            OverflowError: it does not fit into 64 bits.
        """
        try:
            number = float(text)
        except ValueError:
            return _iso(text)
        try:
            return decimal_nanoseconds(text, self.unit_for(number))
        except ValueError:
            raise _no_time(text) from None


def _iso(text: str) -> int:
    try:
        return iso_nanoseconds(text)
    except ValueError:
        raise _no_time(text) from None


def _no_time(text: str) -> CellError:
    problem = f"the time {text[:60]!r} is neither a number nor ISO 8601"
    return CellError(problem, "write it as in 2026-12-31T23:59:59.5+01:00")


def parse_value(text: str, name: str) -> float:
    """Return the number of a cell, 1 for `true` and 0 for `false`; `name` is its column.

    Raises:
        CellError: it is none.
    """
    truth = _TRUTH.get(text)
    return parse_number(text, name) if truth is None else truth


def parse_number(text: str, name: str) -> float:
    """Return a number; `name` is its column.

    Raises:
        CellError: it is none.
    """
    try:
        if "_" in text:
            raise ValueError
        return float(text)
    except ValueError:
        hint = None
        if _COMMA.fullmatch(text):
            hint = "add --decimal , if that is a decimal comma"
        elif _THOUSANDS.fullmatch(text):
            hint = "write it without marks between thousands"
        raise CellError(f"the {name} {text[:60]!r} is no number", hint) from None


def is_rounded(text: str, number: float) -> bool:
    """Return whether a text is a whole number other than its float64; of any length."""
    digits = text.strip().lstrip("+-")
    if not digits.isdecimal():
        return False
    return math.isinf(number) or int(digits.lstrip("0")) != abs(number)


def parse_integer(text: str, name: str) -> int:
    """Return a whole number, which may be written as `3.0`; `name` is its column.

    Raises:
        CellError: it is none.
        OverflowError: it is infinite.
    """
    if is_missing(text):
        hint = "fill it in, or leave it out of --columns: rows are counted then" if name == "step" else None
        raise CellError(f"the {name} is missing", hint)
    number = parse_number(text, name)
    if number != number // 1 or abs(number) > 2.0**63:
        raise CellError(f"the {name} {text[:60]!r} is no whole number")
    try:
        return int(text)
    except ValueError:
        return int(number)
