"""Reading the other formats of PROV with the library `prov`, which `[pack]` installs.

Nothing is fetched: a document type declaration, which is where XML names other files and makes bombs, and a
context of JSON-LD that is not in the file are refused before any library sees them.
"""

import io
import json
import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any
from xml.parsers import expat

from ..json_text import decode_json, shorten
from ..report import Finding, Location, Severity, Unreadable
from ..rules import rule
from .detection import PROV, ProvFormat
from .rdf_types import add_types, in_order, name_blank_things

UNDERSTOOD = rule(
    "prov-formats/not-understood",
    Severity.MAY,
    "All that a PROV document says is understood by the library that reads it.",
    source="PROV-N, PROV-XML, PROV-O and PROV-JSONLD, as the library prov reads them",
    help="nothing to do if it is no provenance; else write it as PROV",
)

_RDF_FORMATS = {".ttl": "trig", ".trig": "trig", ".nt": "nt", ".nq": "nquads"}
"""By suffix; TriG is Turtle and bundles, and `prov` writes it by whatever name. JSON-LD has none here."""
_RDF_ROOT = "http://www.w3.org/1999/02/22-rdf-syntax-ns# RDF"
_NAMES = {"prov-n": "PROV-N", "prov-xml": "PROV-XML", "prov-o": "PROV-O", "prov-jsonld": "PROV-JSONLD"}
_LONGEST = 300
_ATTRIBUTE = re.compile(r"\(<QualifiedName: ([^>]+)>, ")
"""What `prov` did not convert of PROV-O, as it says so; types are added by `rdf_types`."""


class _Root(Exception):
    """The first element of an XML document is reached; its name is the argument."""


class _Doctype(Exception):
    """There is a document type declaration."""


def read_as_prov_json(data: bytes, kind: ProvFormat, shown: str) -> tuple[ProvFormat, Any, list[Finding]]:
    """Read a document with `prov`.

    Args:
        data: the whole file.
        kind: its format; XML that is RDF is read as PROV-O, whatever its name says.
        shown: its path, for messages, and for the syntax of RDF.

    Returns:
        The format, the document as PROV-JSON, and what `prov` did not understand. Pointers in findings on it
        are those of PROV-JSON: the kind of the record and its identifier.

    Raises:
        Unreadable: not in that format, with the place where the library tells it; a document type
            declaration, a context that would have to be fetched, or no library `prov`.
    """
    suffix = PurePath(shown).suffix.lower()
    options: dict[str, str] = {}
    if kind == "prov-xml" or suffix in (".rdf", ".owl"):
        kind = _kind_of_xml(data, shown)
        options = {"rdf_format": "xml"} if kind == "prov-o" else {}
    elif kind == "prov-o":
        options = {"rdf_format": _RDF_FORMATS.get(suffix, "json-ld")}
    if kind == "prov-jsonld" or options.get("rdf_format") == "json-ld":
        _check_json_ld(data, kind, shown)
    try:
        from prov.serializers import get
    except ImportError as error:
        message = f"{_NAMES[kind]} is read with the library prov, which is not installed"
        raise Unreadable(shown, message, "run: pip install 'prov4ml[pack]'") from error
    name = {"prov-n": "provn", "prov-xml": "xml", "prov-o": "rdf", "prov-jsonld": "jsonld"}[kind]
    with _quiet() as caught:
        try:
            if kind == "prov-xml":
                data = _without_comments(data)
            elif kind == "prov-o":
                data, options["rdf_format"] = name_blank_things(data, options["rdf_format"])
            document = get(name)().deserialize(io.BytesIO(data), **options)
            value = json.loads(document.serialize(format="json") or "{}")
            if kind == "prov-o":
                add_types(value, data, options["rdf_format"])
                value = in_order(value)
        except (MemoryError, RecursionError):
            raise
        except Exception as error:  # each library has errors of its own, and bad input raises any of them
            raise _unreadable(shown, kind, error) from error
    messages = dict.fromkeys(str(one.message) for one in caught)
    lost = [message for message in messages if set(_ATTRIBUTE.findall(message)) != {"prov:type"}]
    return kind, value, [UNDERSTOOD.finding(_one_line(message)) for message in lost]


@contextmanager
def _quiet() -> Iterator[list[warnings.WarningMessage]]:
    """Collect warnings, and keep what rdflib logs about odd literals off the terminal."""
    logger = logging.getLogger("rdflib")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("ignore")
            warnings.simplefilter("always", UserWarning)
            try:
                from prov.model import ProvWarning
            except ImportError:
                pass  # an older release warns with UserWarning alone
            else:
                warnings.simplefilter("always", ProvWarning)
            yield caught
    finally:
        logger.setLevel(level)


def _kind_of_xml(data: bytes, shown: str) -> ProvFormat:
    def root(name: str, _: object) -> None:
        raise _Root(name)

    def doctype(*_: object) -> None:
        raise _Doctype

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = root
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except _Doctype as error:
        message = "has a document type declaration, which is not read"
        raise Unreadable(shown, message, "remove <!DOCTYPE ...>: PROV-XML needs none") from error
    except _Root as error:
        found = str(error)
        if found == _RDF_ROOT:
            return "prov-o"
        if found == f"{PROV} document":
            return "prov-xml"
        message = f"neither PROV-XML nor RDF: its root is {shorten(found.rpartition(' ')[2])}"
        raise Unreadable(shown, message, f"the root of PROV-XML is <document> of {PROV}") from error
    except expat.ExpatError as error:
        where = Location(line=error.lineno, column=error.offset + 1)
        message = f"line {error.lineno}, column {error.offset + 1}: not XML ({expat.ErrorString(error.code)})"
        raise Unreadable(shown, message, "write it with a library for XML", where) from error
    raise Unreadable(shown, "not XML: it has no element", "write it with a library for XML")


def _without_comments(data: bytes) -> bytes:
    """Return XML without comments and processing instructions, which `prov` takes for records."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    cleaned: bytes = etree.tostring(etree.fromstring(data, parser))
    return cleaned


def _check_json_ld(data: bytes, kind: ProvFormat, shown: str) -> None:
    """Refuse what JSON readers differ in, and, where a library would look for it, a context elsewhere."""
    value = decode_json(data, path=shown).value
    if kind == "prov-jsonld":
        return  # `prov` knows its context, and fetches none
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            for context in _as_list(one.get("@context")):
                if isinstance(context, str) or (isinstance(context, dict) and "@import" in context):
                    name = shorten(context if isinstance(context, str) else context["@import"])
                    message = f"its context {name} is elsewhere, and nothing is fetched"
                    raise Unreadable(shown, message, "write the terms of the context into the file")
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _unreadable(shown: str, kind: ProvFormat, error: Exception) -> Unreadable:
    """Say what a library says, with its place: each of them keeps that elsewhere."""
    line, column = getattr(error, "line", None), getattr(error, "column", None)  # PROV-N
    message = getattr(error, "message", None)
    position = getattr(error, "position", None)  # lxml
    if isinstance(position, tuple) and len(position) == 2:
        line, column = position
        message = getattr(error, "msg", None)
    if isinstance(getattr(error, "lines", None), int):  # rdflib, which counts from 0
        line, message = error.lines + 1, getattr(error, "_why", None)  # type: ignore[attr-defined]
    where = Location(line=_place(line), column=_place(column))
    if where.line is not None:
        shown_place = f"line {where.line}" + (f", column {where.column}" if where.column else "")
        text = f"{shown_place}: not {_NAMES[kind]} ({_one_line(str(message or error))})"
    else:
        unknown = f"{error} is not known" if isinstance(error, KeyError) else str(error)
        text = f"not {_NAMES[kind]} that can be read: {_one_line(unknown) or type(error).__name__}"
    return Unreadable(shown, text, f"write it with a library for {_NAMES[kind]}", where)


def _place(number: object) -> int | None:
    return number if isinstance(number, int) and number > 0 else None
