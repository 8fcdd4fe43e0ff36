"""JSON as it stands in a file: strict reading, and the line and column of what a pointer names.

`json` forgives repeated keys and NaN, and forgets where things stood; a checker must do neither. Places
are looked up for findings only, in one pass over the text for all of them.
"""

import json
import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .collector import without_collector
from .report import Finding, Location, Severity, Unreadable
from .rules import rule

SYNTAX = rule(
    "json/syntax",
    Severity.MUST,
    "The text is JSON in UTF-8.",
    source="RFC 8259, sections 2 and 8.1",
    help="write it with a JSON library",
)
DUPLICATE_KEY = rule(
    "json/duplicate-key",
    Severity.MUST,
    "The names in an object are unique; readers differ in which of two they keep.",
    source="RFC 8259, section 4",
    help="keep one of them; PROV-JSON takes an array of records for a repeated identifier",
)
NOT_FINITE = rule(
    "json/not-finite",
    Severity.MUST,
    "NaN and Infinity are no JSON, and a number too large for a 64-bit float becomes one of them.",
    source="RFC 8259, section 6",
    help='write a string, in PROV-JSON a typed literal such as {"$": "NaN", "type": "xsd:double"}',
)

LONE_SURROGATE = rule(
    "json/lone-surrogate",
    Severity.SHOULD,
    "A text is Unicode: half of a surrogate pair is no character, and readers differ in what it becomes.",
    source="RFC 8259, section 8.2",
    help="write the character itself, in UTF-8",
)

_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_SPACE = re.compile(r"[ \t\n\r]*")
_SKIPPER = json.JSONDecoder(object_pairs_hook=lambda pairs: None, parse_int=len, parse_float=len)
"""Finds where a value ends, at the speed of C, and keeps nothing of it."""
_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class JsonText:
    """A parsed text together with the text, and what `json` would have let pass."""

    text: str
    value: Any
    findings: tuple[Finding, ...] = ()


def pointer(*tokens: str | int) -> str:
    """Return the JSON pointer (RFC 6901) to a place; no token is the whole text."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


def split_pointer(text: str) -> list[str]:
    """Return the tokens of a JSON pointer."""
    return [token.replace("~1", "/").replace("~0", "~") for token in text.split("/")[1:]]


def walk(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every value with its pointer, containers before what is in them; nesting may be any."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        place, one = waiting.pop()
        yield place, one
        if isinstance(one, dict):
            waiting.extend((place + pointer(key), child) for key, child in reversed(one.items()))
        elif isinstance(one, list):
            waiting.extend((f"{place}/{index}", one[index]) for index in reversed(range(len(one))))


def decode_json(data: bytes, *, path: str) -> JsonText:
    """Parse JSON strictly.

    Args:
        data: the whole file.
        path: for error messages.

    Returns:
        The value, with findings for repeated keys, NaN and numbers beyond float64 (the parsed value then
        has what `json` makes of them).

    Raises:
        Unreadable: not UTF-8, not JSON, nested too deeply, or a number of thousands of
            digits; with the place.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise Unreadable(
            path, f"line {line}: not UTF-8", "save it as UTF-8", Location(line=line, column=column)
        ) from error
    text = text.removeprefix(_BYTE_ORDER_MARK)
    repeated: list[tuple[dict[str, Any], str]] = []
    not_finite: list[str] = []

    def make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    repeated.append((made, key))
                seen.add(key)
        return made

    def make_constant(name: str) -> float:
        not_finite.append(name)
        return float(name.replace("Infinity", "inf"))

    def make_float(digits: str) -> float:
        number = float(digits)
        if not math.isfinite(number):
            not_finite.append(digits)
        return number

    try:
        with without_collector():
            value = json.loads(
                text,
                object_pairs_hook=make_object,
                parse_constant=make_constant,
                parse_float=make_float,
            )
    except json.JSONDecodeError as error:
        raise Unreadable(
            path,
            f"line {error.lineno}, column {error.colno}: not JSON ({error.msg})",
            SYNTAX.help,
            Location(line=error.lineno, column=error.colno),
        ) from error
    except RecursionError as error:
        raise Unreadable(path, "not JSON that can be read: nested too deeply") from error
    except ValueError as error:  # Python refuses integers of more than 4300 digits
        raise Unreadable(path, f"not JSON that can be read: {error}") from error
    found = list(_leniencies(value, repeated, bool(not_finite)))
    if "\\u" in text and _ESCAPED_SURROGATE.search(text):
        found += _lone_surrogates(value)
    return JsonText(text, value, tuple(found))


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _lone_surrogates(value: Any) -> Iterator[Finding]:
    """Yield the values, and the objects with a key, that hold half a character."""
    for place, one in walk(value):
        keys = one if isinstance(one, dict) else ()
        bad = next((key for key in keys if not _is_unicode(key)), None)
        if bad is not None:
            message = f"the key {shorten(bad)} holds half a surrogate pair"
            yield LONE_SURROGATE.finding(message, Location(pointer=place))
        elif isinstance(one, str) and not _is_unicode(one):
            yield LONE_SURROGATE.finding(
                f"{shorten(one)} holds half a surrogate pair", Location(pointer=place)
            )


def _leniencies(
    value: Any, repeated: list[tuple[dict[str, Any], str]], has_not_finite: bool
) -> Iterator[Finding]:
    if repeated:
        places = {id(one): place for place, one in walk(value) if isinstance(one, dict)}
        for holder, key in repeated:
            place = places.get(id(holder))
            where = Location() if place is None else Location(pointer=place + pointer(key))
            yield DUPLICATE_KEY.finding(f"the key {shorten(key)} is there twice", where)
    if has_not_finite:
        for place, one in walk(value):
            if isinstance(one, float) and not math.isfinite(one):
                yield NOT_FINITE.finding(f"{one} is no number that JSON has", Location(pointer=place))


def shorten(value: object, length: int = 60) -> str:
    """Return a value as JSON on one line, cut in the middle of a message if it is long."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = type(value).__name__
    if not text.isprintable():
        text = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text[: length * 2])
    return text if len(text) <= length else text[: length - 1] + "…"


def locate(text: str, pointers: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return line and column, from 1, of every pointer that the text has, in one pass.

    A member of an object is where its key stands (of repeated keys the last), an element of an array where
    its value begins.
    """
    wanted: dict[str, Any] = {}
    for one in pointers:
        branch = wanted
        for token in split_pointer(one):
            branch = branch.setdefault(token, {})
    offsets: dict[str, int] = {"": _space(text, 0)}
    waiting = [(offsets[""], wanted, "")]
    while waiting:
        position, branch, place = waiting.pop()
        if not branch or position >= len(text):
            continue
        if text[position] == "{":
            members = _object_members(text, position)
        elif text[position] == "[":
            members = _array_elements(text, position)
        else:
            continue
        last = {token: (start, value) for token, start, value in members if token in branch}
        for token, (start, value) in last.items():
            here = place + pointer(token)
            offsets[here] = start
            waiting.append((value, branch[token], here))
    line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
    found = {}
    for place, offset in offsets.items():
        line = bisect_right(line_starts, offset)
        found[place] = (line, offset - line_starts[line - 1] + 1)
    return found


def _space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _skip(text: str, position: int) -> int:
    """Return the position behind the value that begins at `position`."""
    try:
        return _SKIPPER.raw_decode(text, position)[1]
    except (ValueError, RecursionError):
        return len(text)


def _object_members(text: str, position: int) -> Iterator[tuple[str, int, int]]:
    position = _space(text, position + 1)
    while text[position : position + 1] == '"':
        end = _skip(text, position)
        value = _space(text, _space(text, end) + 1)
        yield json.loads(text[position:end]), position, value
        position = _space(text, _skip(text, value))
        if text[position : position + 1] != ",":
            return
        position = _space(text, position + 1)


def _array_elements(text: str, position: int) -> Iterator[tuple[str, int, int]]:
    position = _space(text, position + 1)
    index = 0
    while text[position : position + 1] not in ("]", ""):
        yield str(index), position, position
        index += 1
        position = _space(text, _skip(text, position))
        if text[position : position + 1] != ",":
            return
        position = _space(text, position + 1)


def with_places(findings: Iterable[Finding], text: str, *, file: str | None = None) -> list[Finding]:
    """Return findings with line and column filled in from their pointers, and the file named where none is.

    Findings that name another file already, or have a line, stay as they are.
    """
    findings = list(findings)
    mine = [one for one in findings if one.location.file in (None, file)]
    places = (
        locate(text, {one.location.pointer for one in mine if one.location.pointer is not None})
        if mine
        else {}
    )
    filled = []
    for one in findings:
        location = one.location
        if location.file in (None, file) and location.pointer is not None:
            line, column = places.get(location.pointer, (None, None))
            location = Location(file, location.pointer, location.line or line, location.column or column)
        filled.append(Finding(one.rule, one.severity, one.message, location, one.help))
    return filled
