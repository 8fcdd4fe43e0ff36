"""Typed values of the journal (docs/run-directory.md, Typed values): reading and writing them."""

import math
import re
from typing import Any

from ..record import JsonValue

_NOT_FINITE = {"NaN": float("nan"), "INF": float("inf"), "-INF": float("-inf")}
_DECIMAL = re.compile(r"-?[0-9]{1,4000}")  # Python itself refuses to read more than 4,300 digits


_EXACT_INTEGERS = 2**53


def _json_float(value: float) -> float | str:
    if math.isnan(value):
        return "NaN"
    return value if math.isfinite(value) else "INF" if value > 0 else "-INF"


def _json_value(value: JsonValue) -> Any:
    if isinstance(value, float):
        return _json_float(value)
    if isinstance(value, list):
        return [_json_value(one) for one in value]
    if isinstance(value, dict):
        return {name: _json_value(one) for name, one in value.items()}
    return value


def encode_typed(value: JsonValue) -> dict[str, Any]:
    """Return `{"type": T, "value": V}` for a value, ready for strict JSON: the inverse of `decode_typed`.

    A float in a list or dictionary that is not finite becomes a text, as the format wants it.
    """
    if value is None:
        return {"type": "null", "value": None}
    if isinstance(value, bool):
        return {"type": "bool", "value": value}
    if isinstance(value, int):
        exact = -_EXACT_INTEGERS <= value <= _EXACT_INTEGERS
        return {"type": "int", "value": value if exact else str(value)}
    if isinstance(value, float):
        return {"type": "float", "value": _json_float(value)}
    if isinstance(value, str):
        return {"type": "str", "value": value}
    return {"type": "json", "value": _json_value(value)}


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
