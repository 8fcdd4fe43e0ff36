"""Lexical forms of the XML Schema datatypes that typed literals use."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, lru_cache

_ZONE = r"(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?"
_YEAR = r"-?(?:[1-9]\d{3,}|0\d{3})"
_MONTH, _DAY = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_TIME = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_DATE_PARTS = re.compile(r"(-?\d{4,})-(\d\d)-(\d\d)")
_DATE_TIME = re.compile(f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}")
_DATE = re.compile(f"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}")
_WITH_ZONE = re.compile(r"(?:Z|[+-]\d\d:\d\d)\Z")
_INTEGER = re.compile(r"[+-]?\d+")

_PATTERNS: Mapping[str, str] = {
    "time": f"{_TIME}{_ZONE}",
    "gYear": f"{_YEAR}{_ZONE}",
    "gYearMonth": f"{_YEAR}-{_MONTH}{_ZONE}",
    "gMonth": f"--{_MONTH}{_ZONE}",
    "gMonthDay": f"--{_MONTH}-{_DAY}{_ZONE}",
    "gDay": f"---{_DAY}{_ZONE}",
    "boolean": "true|false|0|1",
    "decimal": r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)",
    "double": r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN",
    "float": r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN",
    "duration": r"-?P(?=\d|T\d)(?:\d+Y)?(?:\d+M)?(?:\d+D)?"
    r"(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?",
    "hexBinary": "(?:[0-9A-Fa-f]{2})*",
    "base64Binary": r"(?:(?:[A-Za-z0-9+/]\s?){4})*"
    r"(?:(?:[A-Za-z0-9+/]\s?){2}=\s?=|(?:[A-Za-z0-9+/]\s?){3}=)?",
    "language": "[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*",
}
_RANGES: Mapping[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
}
_LONGEST_INTEGER = 1000
_LONGEST_OF_PYTHON = len("2026-01-01T12:00:00.123456")
"""Longer times may have more than six digits of a second."""


def _exists_in_calendar(text: str) -> bool:
    if text[4:5] == "-" and text[8:10] < "29":
        return True  # a year of four digits and a day that every month has
    match = _DATE_PARTS.match(text)
    if match is None:
        return False
    year, month, day = (int(part) for part in match.groups())
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return day <= (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def is_date_time(text: str) -> bool:
    """Return whether a text is an xsd:dateTime: its form, and that the day is in the calendar."""
    return _DATE_TIME.fullmatch(text) is not None and _exists_in_calendar(text)


def is_date(text: str) -> bool:
    """Return whether a text is an xsd:date, the calendar held against it."""
    return _DATE.fullmatch(text) is not None and _exists_in_calendar(text)


def _is_integer(text: str, lowest: int | None, highest: int | None) -> bool:
    if _INTEGER.fullmatch(text) is None:
        return False
    if len(text) > _LONGEST_INTEGER:  # int() of a text of megabytes takes minutes, or is refused
        return lowest is None and highest is None
    value = int(text)
    return (lowest is None or value >= lowest) and (highest is None or value <= highest)


_ANY_TEXT = (
    "string normalizedString token NMTOKEN NMTOKENS Name NCName ID IDREF IDREFS ENTITY ENTITIES anyURI QName"
    " NOTATION anyType anySimpleType anyAtomicType yearMonthDuration dayTimeDuration"
)
_CHECKS: dict[str, Callable[[str], bool]] = {
    "dateTime": is_date_time,
    "date": is_date,
    "dateTimeStamp": lambda text: is_date_time(text) and _WITH_ZONE.search(text) is not None,
}

DATATYPES = frozenset({*_CHECKS, *_RANGES, *_PATTERNS, *_ANY_TEXT.split()})
"""Local names of the datatypes of XML Schema, 1.0 and 1.1."""


def is_lexical(text: str, datatype: str) -> bool:
    """Return whether a text is in the lexical space of an XML Schema datatype (XML Schema part 2, section 3).

    White space around it is collapsed first, as the datatypes ask.

    Args:
        text: the value as written.
        datatype: local name, such as `int`; True for datatypes that take any text or that are not known.
    """
    text = text.strip(" \t\n\r")
    if datatype in _CHECKS:
        return _CHECKS[datatype](text)
    if datatype in _RANGES:
        return _is_integer(text, *_RANGES[datatype])
    pattern = _pattern(datatype)
    return pattern is None or pattern.fullmatch(text) is not None


@cache
def _pattern(datatype: str) -> re.Pattern[str] | None:
    pattern = _PATTERNS.get(datatype)
    return None if pattern is None else re.compile(pattern)


@lru_cache(maxsize=1 << 16)
def instant(text: str) -> datetime | None:
    """Return an xsd:dateTime as a time that compares, None where Python's calendar cannot hold it.

    Several rules ask for each time of a document, so the last ones asked for are kept.
    """
    text = text.strip()
    if not is_date_time(text):
        return None
    if len(text) > _LONGEST_OF_PYTHON:
        text = re.sub(r"(\.\d{6})\d+", r"\1", text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
