"""Values of a PROV-JSON document read back: the other direction of `provenance.values`."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from ..record import JsonValue
from ..text import unescape_text

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WHOLE = frozenset({"xsd:int", "xsd:long", "xsd:integer"})
_TRUTH = {"true": True, "1": True, "false": False, "0": False}
_NUMBERS = {"INF": "inf", "-INF": "-inf"}


def lexical(value: Any) -> tuple[str, str | None]:
    """Return the text of a value and its datatype, None for a plain one.

    Raises:
        ValueError: it is no value of PROV-JSON.
    """
    if isinstance(value, dict):
        inner, datatype = value.get("$"), value.get("type")
        if isinstance(inner, str | int | float) and isinstance(datatype, str | None):
            plain, _ = lexical(inner)
            return plain, datatype
    elif isinstance(value, bool):
        return ("true" if value else "false"), "xsd:boolean"
    elif isinstance(value, int):
        return str(value), "xsd:integer"
    elif isinstance(value, float):
        return repr(value), "xsd:double"
    elif isinstance(value, str):
        return value, None
    raise ValueError("is no value of PROV-JSON")


def json_value(value: Any) -> JsonValue:
    """Return a logged value with its type: what `provenance.values.literal` was given.

    Raises:
        ValueError: the text is none of its datatype.
    """
    plain, datatype = lexical(value)
    if datatype == "xsd:boolean":
        return boolean(plain)
    if datatype in _WHOLE:
        return whole(plain)
    if datatype == "xsd:double":
        return double(plain)
    if datatype == "rdf:JSON":
        try:
            loaded: JsonValue = json.loads(plain, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"is no JSON: {plain[:40]!r}") from error
        return loaded
    return unescape_text(plain)


def boolean(plain: str) -> bool:
    """Return an `xsd:boolean`."""
    if plain not in _TRUTH:
        raise ValueError(f"is no xsd:boolean: {plain[:40]!r}")
    return _TRUTH[plain]


def whole(plain: str) -> int:
    """Return a whole number."""
    try:
        return int(plain)
    except ValueError as error:  # its own text can be thousands of digits long
        raise ValueError(f"is no whole number: {plain[:40]!r}") from error


def bounded(plain: str) -> int:
    """Return a whole number that counts or measures something: one of 64 bits."""
    number = whole(plain)
    if not -(2**63) <= number < 2**63:
        raise ValueError(f"is no number of 64 bits: {plain[:40]!r}")
    return number


def double(plain: str) -> float:
    """Return an `xsd:double`; NaN and infinities are spelled as XML Schema does."""
    try:
        return float(_NUMBERS.get(plain, plain))
    except ValueError as error:
        raise ValueError(f"is no xsd:double: {plain[:40]!r}") from error


def nanoseconds(plain: str) -> int:
    """Return an `xsd:dateTime` in ns since the epoch; one without a zone is in UTC.

    Raises:
        ValueError: it is none.
    """
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError as error:
        raise ValueError(f"is no xsd:dateTime: {plain[:40]!r}") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
