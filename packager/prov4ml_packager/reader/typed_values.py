"""Typed values of the journal (docs/run-directory.md, Typed values)."""

import re

from ..record import JsonValue

_NOT_FINITE = {"NaN": float("nan"), "INF": float("inf"), "-INF": float("-inf")}
_DECIMAL = re.compile(r"-?[0-9]{1,4000}")  # Python itself refuses to read more than 4,300 digits


def decode_typed(value: object) -> JsonValue:
    """Return the value that `{"type": T, "value": V}` stands for.

    A float keeps all its bits but the payload of a NaN. In a `json` value, floats that are not finite stay
    the texts `NaN`, `INF` and `-INF`.

    Raises:
        ValueError: it is no such object, or type and value do not agree.
    """
    if not isinstance(value, dict) or "value" not in value:
        raise ValueError("is not a typed value")
    kind, inner = value.get("type"), value["value"]
    if kind == "json":
        return inner  # type: ignore[no-any-return]  # any JSON value is allowed here
    if kind == "null" and inner is None:
        return None
    if kind == "bool" and isinstance(inner, bool):
        return inner
    if kind == "str" and isinstance(inner, str):
        return inner
    if kind == "int" and isinstance(inner, int) and not isinstance(inner, bool):
        return inner
    if kind == "int" and isinstance(inner, str) and _DECIMAL.fullmatch(inner):
        return int(inner)
    if kind == "float" and isinstance(inner, str) and inner in _NOT_FINITE:
        return _NOT_FINITE[inner]
    if kind == "float" and isinstance(inner, int | float) and not isinstance(inner, bool):
        try:
            return float(inner)
        except OverflowError as error:
            raise ValueError("is a float outside 64 bits") from error
    raise ValueError(f"is not a typed value of type {kind!r}")
