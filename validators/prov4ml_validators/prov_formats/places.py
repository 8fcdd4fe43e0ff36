"""Where the records of a PROV-N document stand, for the findings on what `prov` made of it."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from ..json_text import split_pointer
from ..prov_json.records import ELEMENTS, KINDS
from ..report import Finding

_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\]|\\.)*"|\'[^\'\n]*\'|<[^>\n]*>|//[^\n]*|/\*.*?\*/'
    r"|(?<![\w:.-])bundle\s+(?P<bundle>\S+)|(?<![\w:.-])(?P<end>endBundle)\b"
    rf"|(?<![\w:.-])(?:prov:)?(?P<kind>{'|'.join(KINDS)})\s*\(\s*(?:(?P<name>[^\s;,()]+)\s*(?P<mark>[;,)]))?",
    re.DOTALL,
)


class _Statement(NamedTuple):
    name: str | None
    offset: int


def _statements(text: str) -> dict[tuple[str | None, str], list[_Statement]]:
    """Return the statements by bundle and kind, in the order of the text, with their identifiers."""
    found: dict[tuple[str | None, str], list[_Statement]] = {}
    bundle: str | None = None
    for match in _TOKEN.finditer(text):
        if match["bundle"]:
            bundle = match["bundle"]
        elif match["end"]:
            bundle = None
        elif match["kind"]:
            name = match["name"]
            is_name = match["kind"] in ELEMENTS or (match["mark"] == ";" and name != "-")
            statement = _Statement(name if is_name else None, match.start())
            found.setdefault((bundle, match["kind"]), []).append(statement)
    return found


def with_provn_places(findings: Iterable[Finding], data: bytes, value: Mapping[str, Any]) -> list[Finding]:
    """Return findings with the line and column of the statement that each is on.

    A finding keeps its pointer, and has no line where `prov` has not kept the records one for one.

    Args:
        findings: those on `value`.
        data: the document in PROV-N.
        value: what `prov` made of it, in PROV-JSON.
    """
    text = data.decode("utf-8", "replace")
    statements = _statements(text)
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    placed = []
    for finding in findings:
        offset = None
        if finding.location.pointer and finding.location.line is None:
            offset = _offset(split_pointer(finding.location.pointer), statements, value)
        if offset is not None:
            line = bisect_right(starts, offset)
            location = replace(finding.location, line=line, column=offset - starts[line - 1] + 1)
            finding = replace(finding, location=location)
        placed.append(finding)
    return placed


def _offset(
    tokens: list[str], statements: Mapping[tuple[str | None, str], list[_Statement]], value: Mapping[str, Any]
) -> int | None:
    bundle: str | None = None
    if tokens[0] == "bundle" and len(tokens) > 1:
        bundle = tokens[1]
        value, tokens = value["bundle"][bundle], tokens[2:]
    if len(tokens) < 2 or tokens[0] not in KINDS:
        return None
    kind, name = tokens[:2]
    body = value[kind][name]
    index = int(tokens[2]) if isinstance(body, list) and len(tokens) > 2 else 0
    nameless = name.startswith("_:") and kind not in ELEMENTS
    mine = [
        one.offset for one in statements.get((bundle, kind), ()) if one.name == (None if nameless else name)
    ]
    if nameless:
        others = [key for key in value[kind] if key.startswith("_:")]
        if len(others) != len(mine):
            return None
        index = others.index(name)
    elif len(mine) != (len(body) if isinstance(body, list) else 1):
        return None
    return mine[index]
