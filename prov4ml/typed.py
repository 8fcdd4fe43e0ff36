"""Typed values: what a parameter or attribute becomes in the journal (docs/run-directory.md, "Typed values").

Any object may be given. Nothing here imports a third-party module or raises: what cannot be told is told so.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import Enum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EXACT_INTEGERS = 2**53
"""Beyond this an integer is written as text, since many JSON readers keep 64-bit floats only."""

MAXIMUM_ARRAY_ELEMENTS = 1000
"""A larger array is described by type, shape and dtype; its values belong in a dataset or an artifact."""

MAXIMUM_ELEMENTS = 100_000
"""A list or dictionary with more values than this, nested ones counted, is described by type and length."""

MAXIMUM_TEXT = 1000
"""Characters kept of the text of an object that is no value, such as the repr of an optimizer."""

_MAXIMUM_DEPTH = 32
_MAXIMUM_INTEGER_BITS = 14_000  # CPython refuses to print integers of more than 4300 digits


def class_name(value: object) -> str:
    """Return the dotted name of an object's class; built-in classes without their module."""
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def typed_value(value: object) -> dict[str, Any]:
    """Return the typed form of any object; never raises.

    Scalars keep their type: also numpy scalars and arrays or tensors of no dimension. An Enum member counts
    as its value, a path, date or unknown object as its text, a class or function as its dotted name;
    lists, sets (sorted), dictionaries, named tuples, dataclasses and namespaces are `json`.
    NaN and the infinities become `"NaN"`, `"INF"`, `"-INF"`. Nothing is ever shortened to a part of
    itself: what is too large is described, and a text that had to be cut says how long it was.

    Returns:
        `{"type": T, "value": V}`, ready for `json.dumps(..., allow_nan=False)`.
    """
    try:
        plain = _plain(value)
        if plain is None:
            return {"type": "null", "value": None}
        if isinstance(plain, bool):
            return {"type": "bool", "value": plain}
        if isinstance(plain, int):
            outside = not -EXACT_INTEGERS <= plain <= EXACT_INTEGERS
            return {"type": "int", "value": str(plain) if outside else plain}
        if isinstance(plain, float):
            return {"type": "float", "value": _json_float(plain)}
        if isinstance(plain, str):
            return {"type": "str", "value": plain}
        return {"type": "json", "value": _Converter().convert(plain)}
    except Exception:
        # Objects of foreign classes run foreign code at every attribute; a logger outlives all of it.
        return {"type": "str", "value": text_of(value)}


def text_of(value: object) -> str:
    """Return an object's text, cut to `MAXIMUM_TEXT` characters; if making it fails, a text that says so."""
    try:
        text = repr(value) if isinstance(value, bytes | bytearray) else str(value)
        if len(text) > MAXIMUM_TEXT:
            return f"{text[:MAXIMUM_TEXT]} [cut: {len(text)} characters]"
        return str.__str__(text)
    except Exception as error:
        return f"<{class_name(value)}: its text could not be made ({type(error).__name__})>"


def _json_float(value: float) -> float | str:
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "INF" if value > 0 else "-INF"
    return value


def _plain(value: object) -> Any:
    """Return a value of exactly None, bool, int, float or str, or the container or array as it came."""
    if isinstance(value, Enum):
        return _plain(value.value)
    if value is None or isinstance(value, bool):
        return value
    # The unbound methods turn objects of subclasses (numpy.float64, say) into exact built-in ones.
    if isinstance(value, int):
        number = int.__pos__(value)
        bits = number.bit_length()
        return f"<int of {bits} bits>" if bits > _MAXIMUM_INTEGER_BITS else number
    if isinstance(value, float):
        return float.__pos__(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return text_of(value)
    if isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__")):
        return f"{value.__module__}.{value.__qualname__}"
    if _is_array(value):
        return _scalar(value) if _element_shape(value) == () else value
    if isinstance(value, Mapping | list | tuple | set | frozenset | range) or _fields(value) is not None:
        return value
    isoformat = getattr(value, "isoformat", None)  # datetime, date, time, pandas.Timestamp
    return str(isoformat()) if callable(isoformat) else text_of(value)


def _is_array(value: object) -> bool:
    return hasattr(value, "dtype") and hasattr(value, "shape") and hasattr(value, "tolist")


def _element_shape(array: Any) -> tuple[int, ...]:
    return tuple(int(length) for length in array.shape)


def _detached(array: Any) -> Any:
    """Return a tensor without its gradient, of which PyTorch warns when it is read as numbers."""
    detach = getattr(array, "detach", None)
    return detach() if callable(detach) else array


def _scalar(array: Any) -> Any:
    if getattr(array.dtype, "kind", None) in ("M", "m"):  # numpy's times become integers of no unit in item()
        return text_of(array)
    item = _detached(array).item()
    if _is_array(item):  # numpy.longdouble has no Python form: its item() is itself
        return text_of(item)
    return _plain(item)


def _fields(value: object) -> dict[str, Any] | None:
    """Return the fields of a dataclass, named tuple or namespace; None for anything else."""
    names = getattr(value, "__dataclass_fields__", None)
    if isinstance(names, dict):
        return {name: getattr(value, name) for name in names if hasattr(value, name)}
    positions = getattr(value, "_fields", None)
    if isinstance(value, tuple) and isinstance(positions, tuple):
        return dict(zip(positions, value, strict=False))
    if class_name(value) in ("argparse.Namespace", "types.SimpleNamespace"):
        return dict(vars(value))
    return None


class _Converter:
    """Turns one container into JSON, counting its values and watching for cycles."""

    def __init__(self) -> None:
        self._elements = 0
        self._open: set[int] = set()

    def convert(self, value: object) -> Any:
        try:
            return self._convert(value)
        except _TooLarge:
            return _describe(value)

    def _convert(self, value: object) -> Any:
        plain = _plain(value)
        if isinstance(plain, float):
            return _json_float(plain)
        if plain is None or isinstance(plain, bool | int | str):
            return plain
        if id(plain) in self._open:
            return f"<{class_name(plain)}: contains itself>"
        if len(self._open) >= _MAXIMUM_DEPTH:
            return text_of(plain)
        self._open.add(id(plain))
        try:
            return self._convert_container(plain)
        finally:
            self._open.remove(id(plain))

    def _convert_container(self, value: Any) -> Any:
        if _is_array(value):
            elements = 1
            for length in _element_shape(value):
                elements *= length
            if elements > MAXIMUM_ARRAY_ELEMENTS:
                return _describe(value)
            return self._convert(_detached(value).tolist())
        fields = _fields(value)
        if fields is not None:
            return self._convert_mapping(fields)
        if isinstance(value, Mapping):
            return self._convert_mapping(value)
        self._count(len(value))
        items = [self._convert(item) for item in value]
        return sorted(items, key=_sort_key) if isinstance(value, set | frozenset) else items

    def _convert_mapping(self, mapping: Mapping[Any, Any]) -> dict[str, Any]:
        self._count(len(mapping))
        result: dict[str, Any] = {}
        for key, value in mapping.items():
            plain = _plain(key)
            name = plain if isinstance(plain, str) else text_of(plain)
            while name in result:  # 1 and "1" are two keys in Python
                name = f"{name} ({class_name(key)})"
            result[name] = self._convert(value)
        return result

    def _count(self, elements: int) -> None:
        self._elements += elements
        if self._elements > MAXIMUM_ELEMENTS:
            raise _TooLarge


class _TooLarge(Exception):
    """More values than a journal line should carry."""


def _sort_key(value: object) -> tuple[str, Any]:
    if isinstance(value, int | float):
        return ("", value)
    return (type(value).__name__, str(value))


def _describe(value: Any) -> dict[str, Any]:
    description: dict[str, Any] = {"python_type": class_name(value)}
    if _is_array(value):
        description["shape"] = list(_element_shape(value))
        description["dtype"] = str(value.dtype)
    else:
        description["length"] = len(value)
    return description
