"""Values of a PROV-JSON document: typed literals, qualified names and times.

PROV-JSON (W3C member submission, 24 April 2013, section 3.1) writes a typed literal as
`{"$": "<lexical form>", "type": "<qualified name>"}`; a plain string is an `xsd:string`.
"""

import json
import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from ..record import JsonValue
from ..text import escape_text

Literal = str | dict[str, str]
AttributeValue = Literal | list[Literal]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The first and the last microsecond that Python's datetime, and so every reader in Python, can hold.
_EARLIEST = -62_135_596_800 * 10**9
_LATEST = 253_402_300_799 * 10**9 + 999_999_000


def typed(lexical: str, datatype: str) -> dict[str, str]:
    """Return a typed literal of a datatype given as a qualified name."""
    return {"$": lexical, "type": datatype}


def name(qualified_name: str) -> dict[str, str]:
    """Return a qualified name as a value (`xsd:QName`); one without a prefix is in the default namespace."""
    return typed(qualified_name, "xsd:QName")


def text(value: str) -> str:
    r"""Return text as a plain string; what XML 1.0 cannot carry is written `\uXXXX`."""
    return escape_text(value)


def integer(value: int) -> dict[str, str]:
    """Return a whole number as the smallest of `xsd:int`, `xsd:long` and `xsd:integer` that holds it.

    The `prov` library types its plain numbers in the same way, so nothing changes on the way through it.
    """
    if -(2**31) <= value < 2**31:
        return typed(str(value), "xsd:int")
    return typed(str(value), "xsd:long" if -(2**63) <= value < 2**63 else "xsd:integer")


def double(value: float) -> dict[str, str]:
    """Return an `xsd:double` that reads back to the same number; NaN, INF, -INF as XML Schema spells them."""
    if math.isnan(value):
        return typed("NaN", "xsd:double")
    if math.isinf(value):
        return typed("INF" if value > 0 else "-INF", "xsd:double")
    return typed(repr(float(value)), "xsd:double")


def boolean(value: bool) -> dict[str, str]:
    """Return an `xsd:boolean`."""
    return typed("true" if value else "false", "xsd:boolean")


def literal(value: JsonValue) -> dict[str, str]:
    """Return a logged value with its type; lists, dictionaries and null as `rdf:JSON` text in ASCII."""
    if isinstance(value, bool):
        return boolean(value)
    if isinstance(value, int):
        return integer(value)
    if isinstance(value, float):
        return double(value)
    if isinstance(value, str):
        return typed(escape_text(value), "xsd:string")
    return typed(json.dumps(value, ensure_ascii=True, allow_nan=False), "rdf:JSON")


def date_time(nanoseconds: int) -> str:
    """Return a time as `xsd:dateTime` text in UTC, rounded down to the microsecond.

    The schema would allow all nine digits, but readers in Python keep six and would not give the same
    document back. The store keeps every nanosecond. Times outside the years 1 to 9999 become the nearest.
    """
    bounded = min(max(nanoseconds, _EARLIEST), _LATEST)
    return (_EPOCH + timedelta(microseconds=bounded // 1000)).isoformat()


def moment(nanoseconds: int) -> dict[str, str]:
    """Return a time as a typed literal, for attributes that are not formal ones of PROV."""
    return typed(date_time(nanoseconds), "xsd:dateTime")


def several(values: Iterable[Literal]) -> AttributeValue | None:
    """Return the values of one attribute, which PROV does not order: None for none, the value for one."""
    collected = list(values)
    if len(collected) > 1:
        return collected
    return collected[0] if collected else None
