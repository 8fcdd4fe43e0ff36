"""JSON-LD as RO-Crate asks for it: one flat graph of compacted entities whose terms the context defines."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from ..json_text import pointer, shorten
from ..report import Finding, Location, Severity
from ..rules import rule
from ..schema import load_resource
from .graph import CrateGraph, Entity, as_list, is_absolute
from .versions import versioned

_MUST, _SHOULD = Severity.MUST, Severity.SHOULD
_JSON_LD = "Appendix RO-Crate JSON-LD"
_WORKFLOW_RUN = "https://w3id.org/ro/terms/workflow-run/context"

DOCUMENT = versioned(
    "json-ld-document",
    _MUST,
    "The metadata is a JSON object with a @context and an array @graph.",
    section=_JSON_LD,
    help='begin with {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": [...]}',
)
CONTEXT = versioned(
    "context-reference",
    {"1.1": _SHOULD, "1.2": _MUST, "1.3": _MUST},
    "The @context names the context of the version of RO-Crate by its URI.",
    section=_JSON_LD,
    help="add the context's URI to @context",
)
FLAT = versioned(
    "flattened",
    _MUST,
    "The graph is flat: a value is a literal, a reference with nothing but @id, or a value object.",
    section=_JSON_LD,
    help="give the nested entity an @id, move it to @graph and refer to it",
)
ENTITY_ID = versioned(
    "entity-id",
    _MUST,
    "Every entity has an @id.",
    section="RO-Crate Metadata",
    help="add an @id, such as #name",
)
ENTITY_TYPE = versioned(
    "entity-type",
    _MUST,
    "Every entity has a @type.",
    section="RO-Crate Metadata",
    help="add a @type",
)
UNIQUE_ID = versioned(
    "unique-id",
    _MUST,
    "Every entity is described once.",
    section=_JSON_LD,
    help="merge the two, or give one another @id",
)
UNKNOWN_TERM = versioned(
    "unknown-term",
    _MUST,
    "A property is a term that the @context defines, in compacted form.",
    section=_JSON_LD,
    help="correct its spelling, or define it in @context",
)
UNKNOWN_TYPE = versioned(
    "unknown-type",
    _SHOULD,
    "A type is a term that the @context defines.",
    section=_JSON_LD,
    help="correct its spelling, or define it in @context",
)
CONTEXT_NOT_KNOWN = rule(
    "ro-crate/context-not-known",
    Severity.MAY,
    "A context that is named is one that this program knows by heart.",
    source="prov4ml; nothing is fetched",
    help="whether all terms are defined was not checked",
)


@cache
def _terms() -> Mapping[str, frozenset[str]]:
    lists = load_resource("context-terms.json")
    common = frozenset(lists["common"])
    known = {
        f"https://w3id.org/ro/crate/{version}/context": common.union(lists[version])
        for version in ("1.1", "1.2", "1.3")
    }
    return {**known, _WORKFLOW_RUN: frozenset(lists["workflow-run"])}


def check_document(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield what is wrong with the frame of the document: object, context, array of entities."""
    document = graph.document
    if not isinstance(document, dict):
        yield from DOCUMENT.finding(version, f"{shorten(document)} is no object", Location(pointer=""))
        return
    if "@context" not in document:
        yield from DOCUMENT.finding(version, "there is no @context", Location(pointer=""))
    if not isinstance(document.get("@graph"), list):
        yield from DOCUMENT.finding(version, "there is no array @graph", Location(pointer=""))
        return
    for index, one in enumerate(document["@graph"]):
        if not isinstance(one, dict):
            message = f"{shorten(one)} in @graph is no entity"
            yield from DOCUMENT.finding(version, message, Location(pointer=f"/@graph/{index}"))


def check_context(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield a missing reference to RO-Crate's context, and properties and types that no context defines."""
    if not isinstance(graph.document, dict) or "@context" not in graph.document:
        return
    where = Location(pointer="/@context")
    defined: set[str] = set()
    unknown = False
    contexts = as_list(graph.document["@context"])
    for one in contexts:
        if isinstance(one, dict):
            defined.update(one)
        elif isinstance(one, str):
            terms = _terms().get(one.replace("http://", "https://").rstrip("/"))
            if terms is None:
                unknown = True
                yield CONTEXT_NOT_KNOWN.finding(f"the context {shorten(one)} is not known", where)
            else:
                defined.update(terms)
    wanted = f"https://w3id.org/ro/crate/{version}/context"
    if wanted not in contexts:
        yield from CONTEXT.finding(version, f"@context does not name {wanted}", where)
    if not unknown:
        yield from _undefined(graph, version, defined)


def _undefined(graph: CrateGraph, version: str, defined: set[str]) -> Iterator[Finding]:
    reported: set[str] = set()
    for entity in graph.entities:
        for key in entity.body:
            if not key.startswith("@") and key not in reported and not _is_defined(key, defined):
                reported.add(key)
                message = f"the property {shorten(key)} is not defined by @context"
                yield from UNKNOWN_TERM.finding(version, message, entity.place(key))
        for name in entity.types:
            if not is_absolute(name) and name not in reported and not _is_defined(name, defined):
                reported.add(name)
                message = f"the type {shorten(name)} is not defined by @context"
                yield from UNKNOWN_TYPE.finding(version, message, entity.place("@type"))


def _is_defined(term: str, defined: set[str]) -> bool:
    prefix, colon, rest = term.partition(":")
    return term in defined or bool(colon and prefix in defined and not rest.startswith("//"))


def check_entities(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield entities without @id or @type, described twice, or with others inside them."""
    for entity in graph.entities:
        if not entity.id:
            yield from ENTITY_ID.finding(version, "an entity has no @id", entity.place())
        elif graph.by_id[entity.id] is not entity:
            yield from UNIQUE_ID.finding(version, f"{shorten(entity.id)} is described twice", entity.place())
        if not entity.types:
            yield from ENTITY_TYPE.finding(version, f"{shorten(entity.id)} has no @type", entity.place())
        yield from _nested(entity, version)


def _nested(entity: Entity, version: str) -> Iterator[Finding]:
    for key, value in entity.body.items():
        if key.startswith("@"):
            continue
        for index, one in enumerate(as_list(value)):
            if isinstance(one, dict | list):
                problem = _value_problem(one)
                if problem:
                    tokens = (key, index) if isinstance(value, list) else (key,)
                    where = Location(pointer=entity.pointer + pointer(*tokens))
                    yield from FLAT.finding(version, f"{key} of {shorten(entity.id)}: {problem}", where)


def _value_problem(value: dict[str, Any] | list[Any]) -> str:
    """Return what is wrong with a value that is no plain literal, nothing if it is well formed."""
    if isinstance(value, list):
        return "an array in an array"
    if "@value" in value:
        if not set(value) <= {"@value", "@type", "@language", "@direction", "@index"}:
            return "a literal with @value cannot have other properties"
        if "@language" in value and ("@type" in value or not isinstance(value["@value"], str)):
            return "a literal with @language is text and has no @type"
        return "" if not isinstance(value["@value"], dict | list) else "the @value is no literal"
    if set(value) == {"@list"} or set(value) == {"@set"}:
        return ""
    if set(value) != {"@id"}:
        return "an entity inside another" if value else "an empty object"
    return "" if isinstance(value["@id"], str) else "an @id that is no text"
