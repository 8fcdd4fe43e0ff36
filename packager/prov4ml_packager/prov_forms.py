"""PROV documents in any form, read as PROV-JSON: nothing is fetched, and no entity is expanded."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from .crate_members import parse_object
from .errors import PackagerError

Form = Literal["json", "jsonld", "provn", "xml", "rdf", "rdfxml"]

PROV_ENDINGS = (
    ".json",
    ".jsonld",
    ".json-ld",
    ".provn",
    ".provx",
    ".xml",
    ".ttl",
    ".trig",
    ".nt",
    ".nq",
    ".rdf",
    ".owl",
)
_NAMES: dict[Form, str] = {
    "json": "PROV-JSON",
    "jsonld": "PROV-JSONLD",
    "provn": "PROV-N",
    "xml": "PROV-XML",
    "rdf": "PROV-O (Turtle, TriG)",
    "rdfxml": "PROV-O (RDF/XML)",
}
_SNIFFED = 4096
# The context of the member submission, which `prov` brings along; its address is only a name here.
_KNOWN_CONTEXT = re.compile(r"^https?://(?:www\.)?openprovenance\.org/prov-jsonld/context\.jsonld$")
_RDF_XML = re.compile(rb"<(?:\w+:)?RDF[\s>]")
_TURTLE = re.compile(r"^\s*(?:@prefix|@base|prefix\s|base\s|<|_:|graph\s|\w*:)", re.IGNORECASE)
_RECORDS = frozenset(
    [
        "prefix",
        "entity",
        "activity",
        "agent",
        "wasGeneratedBy",
        "used",
        "wasInformedBy",
        "wasStartedBy",
        "wasEndedBy",
        "wasInvalidatedBy",
        "wasDerivedFrom",
        "wasAttributedTo",
        "wasAssociatedWith",
        "actedOnBehalfOf",
        "wasInfluencedBy",
        "specializationOf",
        "alternateOf",
        "mentionOf",
        "hadMember",
        "bundle",
    ]
)


def parse_prov(content: bytes, path: Path, place: str | None = None) -> dict[str, Any]:
    """Return a PROV document in any form as PROV-JSON.

    The form is known by the content; the name of the file does not count.

    Args:
        content: the document.
        path: where it is from, for messages.
        place: the member of an archive, for messages.

    Raises:
        PackagerError: it is no PROV document; it is XML with a document type; it is JSON-LD that refers to a
            context elsewhere.
    """
    form = _form(content)
    if form is None:
        raise PackagerError(
            "is no PROV document in any form that is known",
            path=path,
            place=place,
            hint=f"known are {', '.join(_NAMES.values())}",
        )
    if form in ("json", "jsonld"):
        document = parse_object(content, path, place)
        if "@context" not in document and "@graph" not in document:
            if not _RECORDS & document.keys():
                raise PackagerError(
                    "is no PROV-JSON: it has neither a prefix nor a record",
                    path=path,
                    place=place,
                    hint="check it with prov4ml-pack validate",
                )
            return document
        form = "jsonld"
        _refuse_contexts_elsewhere(document, path, place)
    elif form in ("xml", "rdfxml"):
        _refuse_document_type(content, path, place)
    return _converted(content, form, path, place)


def is_prov_json(content: bytes) -> bool:
    """Return whether some bytes are a PROV-JSON document with at least one record."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return (
        isinstance(value, dict) and "@context" not in value and bool((_RECORDS - {"prefix"}) & value.keys())
    )


def _form(content: bytes) -> Form | None:
    start = content[:_SNIFFED].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"[")):
        return "json"
    if start.startswith((b"<?xml", b"<!")) or re.match(rb"<(?:[\w.-]+:)?(?:document|RDF)[\s>]", start):
        return "rdfxml" if _RDF_XML.search(content[:_SNIFFED]) else "xml"
    text = re.sub(r"^\s*(?://|#)[^\n]*\n|/\*.*?\*/", "", start.decode("utf-8", "replace"), flags=re.M | re.S)
    if text.lstrip().startswith("document"):
        return "provn"
    return "rdf" if _TURTLE.match(text) else None


def _refuse_document_type(content: bytes, path: Path, place: str | None) -> None:
    from xml.parsers import expat

    class DocumentTypeError(Exception):
        pass

    def refuse(*_: object) -> None:
        raise DocumentTypeError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except DocumentTypeError as error:
        raise PackagerError(
            "has a document type, whose entities could reach other files",
            path=path,
            place=place,
            hint="remove the <!DOCTYPE …>; PROV needs none",
        ) from error
    except expat.ExpatError as error:
        raise PackagerError(f"is no XML ({error})", path=path, place=place) from error


def _refuse_contexts_elsewhere(document: dict[str, Any], path: Path, place: str | None) -> None:
    for address in _contexts(document):
        if not _KNOWN_CONTEXT.match(address):
            raise PackagerError(
                f"refers to a JSON-LD context elsewhere ({address[:100]}), and nothing is fetched",
                path=path,
                place=place,
                hint="write the context into the document",
            )


def _contexts(document: dict[str, Any]) -> Iterator[str]:
    waiting: list[Any] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            contexts = value.get("@context", [])
            for one in contexts if isinstance(contexts, list) else [contexts]:
                if isinstance(one, str):
                    yield one
                elif isinstance(one, dict) and isinstance(one.get("@import"), str):
                    yield one["@import"]
            waiting.extend(value.values())


def _converted(content: bytes, form: Form, path: Path, place: str | None) -> dict[str, Any]:
    import io
    import warnings

    from prov.model import ProvDocument

    options = {"rdf": {"rdf_format": "trig"}, "rdfxml": {"rdf_format": "xml"}}.get(form, {})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what `prov` finds odd is the validators' matter
            document = ProvDocument.deserialize(
                io.BytesIO(content), format="rdf" if form == "rdfxml" else form, **options
            )
            written = json.loads(document.serialize(format="json") or "{}")
    except ModuleNotFoundError:
        raise
    except MemoryError:
        raise
    except Exception as error:  # the parsers below `prov` raise what they like
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise PackagerError(f"is no {_NAMES[form]} ({reason})", path=path, place=place) from error
    assert isinstance(written, dict)
    return written
