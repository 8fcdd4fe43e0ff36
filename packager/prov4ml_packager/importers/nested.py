"""JSON of other trackers: bounded reading, and nested values by dotted names."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..record import JsonValue

MAXIMUM_JSON = 64 << 20
_MAXIMUM_DEPTH = 64


class JsonError(ValueError):
    """A text that is no JSON, or too large or too deep."""


def _integer(digits: str) -> int | float:
    if digits == "-0":  # Go and JavaScript write the float -0.0 so
        return -0.0
    return int(digits) if len(digits) <= 400 else float(digits)


_DECODER = json.JSONDecoder(parse_int=_integer)


def read_json(text: str | bytes) -> JsonValue:
    """Return what a JSON text holds; `NaN` and `Infinity` are floats, `-0` keeps its sign.

    Raises:
        JsonError: one line on what is wrong.
    """
    if len(text) > MAXIMUM_JSON:
        raise JsonError(f"is larger than {MAXIMUM_JSON >> 20} MiB")
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8", "backslashreplace")
        value: JsonValue = _decoded(text)
    except (ValueError, RecursionError) as error:
        raise JsonError(f"is no JSON ({error})") from error
    _check_depth(value, 0)
    return value


def _decoded(text: str) -> Any:
    """Decode a text; one without space around it, as trackers write millions of, in half the time."""
    try:
        value, end = _DECODER.raw_decode(text)
    except ValueError:
        end = -1
    return value if end == len(text) else _DECODER.decode(text)


def _check_depth(value: Any, depth: int) -> None:
    if depth > _MAXIMUM_DEPTH:
        raise JsonError(f"has more than {_MAXIMUM_DEPTH} levels")
    if isinstance(value, dict):
        for one in value.values():
            _check_depth(one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            _check_depth(one, depth + 1)


def leaves(values: Mapping[str, JsonValue], separator: str = ".") -> Iterator[tuple[str, JsonValue]]:
    """Yield the values of nested mappings by their joined names.

    A mapping with a `_type`, which is how wandb and Trackio write media, is a leaf.
    """
    for name, value in values.items():
        if isinstance(value, dict) and value and "_type" not in value:
            for inner, leaf in leaves(value, separator):
                yield f"{name}{separator}{inner}", leaf
        else:
            yield name, value


def put(values: dict[str, Any], names: list[str], value: JsonValue) -> None:
    """Set a value in nested mappings, which are made where they are missing or no mapping."""
    *above, last = names[:_MAXIMUM_DEPTH]
    for name in above:
        inner = values.get(name)
        if not isinstance(inner, dict):
            inner = values[name] = {}
        values = inner
    values[last] = value


def drop(values: dict[str, Any], names: list[str]) -> None:
    """Take a value out of nested mappings; one that is not there is no matter."""
    *above, last = names
    for name in above:
        inner = values.get(name)
        if not isinstance(inner, dict):
            return
        values = inner
    values.pop(last, None)
