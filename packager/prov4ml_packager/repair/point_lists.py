"""Lists of points that were written as text: `[0, 1]`, `[np.float64(0.5), …]`, `[0, 0, 0, ..., 4, 4, 4]`."""

import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .model import local_name, plain
from .python_text import number_of, unwrap

POINT_LISTS = ("metric_epoch_list", "metric_value_list", "metric_timestamp_list")
"""Attributes, by their local names, that hold the points of a metric."""

SHORTENED_FROM = 1001
"""numpy writes an array of more than 1,000 elements with `...` (numpy.set_printoptions, threshold)."""

_SCALAR_CALL = re.compile(r"(?:np|numpy)\.(?:u?int|float)[0-9]*\(([^()]*)\)")
_PLAIN_LIST = re.compile(r"\[[-+0-9.eE, \n]*\]")
_OPENING, _CLOSING = "([{", ")]}"


@dataclass(frozen=True)
class PointList:
    """The elements of a list, in order.

    Attributes:
        items: numbers as int or float; what is no number as text, None for `None`.
        gap: where `...` stood: number of elements before it; None if the list is whole.
    """

    items: tuple[int | float | str | None, ...]
    gap: int | None = None


def parse_points(values: Iterable[Any]) -> PointList | None:
    """Return the elements of an attribute's value or values; None if it holds none at all.

    Each value may be a number, a text that is a number or a list, or a list as rdf:JSON. True and False are
    1 and 0, as numpy counts them.
    """
    items: list[int | float | str | None] = []
    gap: int | None = None
    found = False
    for value in values:
        content = plain(value)
        if not isinstance(content, int | float | str):
            continue
        found = True
        if not isinstance(content, str):
            items.append(int(content) if isinstance(content, bool) else content)
            continue
        numbers = _numbers(content)
        if numbers is not None:
            items += numbers
            continue
        listed = _json_items(value, content)
        for item in map(_item, _tokens(content)) if listed is None else listed:
            if item == "...":
                # A second gap, as two shortened parts in one list would have, cannot be told from the first.
                gap = len(items) if gap is None else gap
            else:
                items.append(item)
    return PointList(tuple(items), gap) if found else None


def _json_items(value: Any, text: str) -> list[int | float | str | None] | None:
    """Return the elements of a literal of type rdf:JSON that is a list; None for anything else."""
    if not isinstance(value, dict) or local_name(str(value.get("type", ""))) != "JSON":
        return None
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return [_json_item(one) for one in content] if isinstance(content, list) else None


def _json_item(value: Any) -> int | float | str | None:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        return _item(value)
    return value if value is None or isinstance(value, int | float) else json.dumps(value)


def _numbers(text: str) -> list[int | float] | None:
    """Return the elements of a list of plain numbers, as most lists are; None if it is another."""
    if _PLAIN_LIST.fullmatch(text) is None:
        return None
    try:
        numbers: list[int | float] = json.loads(text)
    except ValueError:
        return None  # `1.` and `+1` are no JSON
    # An infinity here is a number that no float holds, such as 1e400: it stays text.
    return None if math.inf in numbers or -math.inf in numbers else numbers


def _item(token: str) -> int | float | str | None:
    number = number_of(token)
    if number is not None:
        return number
    if len(token) > 1 and token[0] == token[-1] and token[0] in "'\"":
        return token[1:-1]
    return None if token == "None" else {"True": 1, "False": 0}.get(token, token)


def _tokens(text: str) -> list[str]:
    """Return the elements of a list that was written as text, without the brackets around it."""
    inner = unwrap(text.strip())
    if len(inner) >= 2 and inner[0] in "[(" and inner[-1] in "])":
        inner = inner[1:-1]
    elif "," not in inner:
        return [inner] if inner else []
    inner = _SCALAR_CALL.sub(r"\1", inner)
    if not any(mark in inner for mark in "([{'\""):
        parts = inner.split(",") if "," in inner else inner.split()
    else:
        parts = list(_split(inner))
    return [stripped for part in parts if (stripped := part.strip())]


def _split(text: str) -> Iterator[str]:
    """Yield what stands between commas outside of quotes and brackets."""
    depth, start, quote = 0, 0, ""
    for place, character in enumerate(text):
        if quote:
            if character == quote and text[place - 1] != "\\":
                quote = ""
        elif character in "'\"":
            quote = character
        elif character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth -= 1
        elif character == "," and depth <= 0:
            yield text[start:place]
            start = place + 1
    yield text[start:]
