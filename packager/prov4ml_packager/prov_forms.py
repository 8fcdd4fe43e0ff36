"""PROV documents in any form, read as PROV-JSON by name and content; nothing is fetched."""

import json
import re
from pathlib import Path
from typing import Any

from prov4ml_validators.prov_formats.detection import ProvFormat, format_of_file, format_of_json, may_be_prov
from prov4ml_validators.prov_json.records import KINDS

from .crate_members import parse_object
from .errors import PackagerError

_SNIFFED = 4096
_REMARKS = re.compile(r"^\s*//[^\n]*\n|/\*.*?\*/", re.MULTILINE | re.DOTALL)
_RECORDS = frozenset({*KINDS, "prefix", "bundle"})


def may_hold_prov(name: str) -> bool:
    """Return whether a file of this name may be a PROV document."""
    return name.lower().endswith(".json") or may_be_prov(name)


def is_prov_json(content: bytes) -> bool:
    """Return whether some bytes are a PROV-JSON document with at least one record."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return False
    if not isinstance(value, dict) or "@context" in value:
        return False
    return any(_are_records(value.get(kind)) for kind in _RECORDS - {"prefix"})


def _are_records(value: Any) -> bool:
    return isinstance(value, dict) and any(isinstance(one, dict | list) for one in value.values())


def parse_prov(content: bytes, path: Path, place: str | None = None) -> dict[str, Any]:
    """Return a PROV document in any form as PROV-JSON.

    PROV-JSON, PROV-JSONLD, PROV-XML and PROV-N are known by their content, the forms of RDF by the ending of
    the name.

    Args:
        content: the document.
        path: where it is from.
        place: the member of an archive, which names the document then.

    Raises:
        PackagerError: it is no PROV document in a form that is known.
        Unreadable: it is not what its form asks for, has a document type (XML), or a context elsewhere
            (JSON-LD).
    """
    start = content[:_SNIFFED].removeprefix(b"\xef\xbb\xbf").lstrip()
    kind: ProvFormat | None
    if start.startswith((b"{", b"[")):
        document = parse_object(content, path, place)
        kind = format_of_json(document)
        if kind is None:
            if _RECORDS & document.keys() and "@context" not in document:
                return document
            raise PackagerError(
                "is no PROV-JSON: it has neither a prefix nor a record",
                path=path,
                place=place,
                hint="check it with prov4ml-pack validate",
            )
    else:
        kind = _kind(place or path.name, start)
    if kind is None:
        raise PackagerError(
            "is no PROV document in any form that is known",
            path=path,
            place=place,
            hint="end its name in .json, .provn, .provx, .ttl, .trig or .jsonld, as its form is",
        )
    from prov4ml_validators.prov_formats.reading import read_as_prov_json

    _, value, _ = read_as_prov_json(content, kind, f"{path}: {place}" if place else str(path))
    assert isinstance(value, dict)
    return value


def _kind(name: str, start: bytes) -> ProvFormat | None:
    by_name = format_of_file(name)
    if by_name is not None:
        return by_name
    if start.startswith((b"<?xml", b"<!DOCTYPE")) or re.match(rb"<(?:[\w.-]+:)?document[\s>]", start):
        return "prov-xml"
    text = _REMARKS.sub("", start.decode("utf-8", "replace"))
    return "prov-n" if text.split(None, 1)[:1] == ["document"] else None
