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
_TERMS = "https://w3id.org/ro/terms/"
_RO = "https://w3id.org/ro/"
_TEST_TERMS = frozenset({
    "TestSuite", "TestInstance", "TestService", "TestDefinition", "PlanemoEngine", "JenkinsService",
    "TravisService",
    "GithubService", "instance", "runsOn", "resource", "definition", "engineVersion",
})  # fmt: skip

DOCUMENT = versioned(
    "json-ld-document",
    _MUST,
    "The metadata is a JSON object with a @context and an array @graph.",
    section=_JSON_LD,
    help='begin with {"@context": "https://w3id.org/ro/crate/{version}/context", "@graph": [...]}',
)
MISSING_CONTEXT = versioned(
    "context",
    _MUST,
    "The metadata has a @context; without one no term has a meaning.",
    section=f"{_JSON_LD}, RO-Crate JSON-LD Context",
    help='write "@context": "https://w3id.org/ro/crate/{version}/context"',
)
CONTEXT_EXISTS = versioned(
    "context-exists",
    _MUST,
    "A context below https://w3id.org/ro/ is one that was published there.",
    section=f"{_JSON_LD}, RO-Crate JSON-LD Context",
    help="correct its spelling, or define the terms in @context itself",
)
CONTEXT = versioned(
    "context-reference",
    {"1.1": _SHOULD, "1.2": _MUST, "1.3": _MUST},
    "The @context names the context of the version of RO-Crate by its URI.",
    section="Structure, RO-Crate Metadata Document",
    help="add the context's URI to @context",
)
FLAT = versioned(
    "flattened",
    _MUST,
    "The graph is flat: a value is a literal, a reference with nothing but @id, or a value object.",
    section=f"{_JSON_LD}, Describing entities in JSON-LD",
    help="give the nested entity an @id, move it to @graph and refer to it",
)
ENTITY_ID = versioned(
    "entity-id",
    _MUST,
    "Every entity has an @id.",
    section="RO-Crate Metadata, Common principles for RO-Crate entities",
    help="add an @id, such as #name",
)
ENTITY_TYPE = versioned(
    "entity-type",
    _MUST,
    "Every entity has a @type.",
    section="RO-Crate Metadata, Common principles for RO-Crate entities",
    help="add a @type",
)
UNIQUE_ID = versioned(
    "unique-id",
    _MUST,
    "Every entity is described once.",
    section="Representing Contextual Entities, Contextual vs Data entities",
    help="merge the two, or give one another @id",
)
UNKNOWN_TERM = versioned(
    "unknown-term",
    _MUST,
    "A property is a term that the @context defines, in compacted form.",
    section=f"{_JSON_LD}, Extending RO-Crate",
    help="correct its spelling, or define it in @context",
)
UNKNOWN_TYPE = versioned(
    "unknown-type",
    _SHOULD,
    "A type is a term that the @context defines.",
    section=f"{_JSON_LD}, Extending RO-Crate",
    help="correct its spelling, or define it in @context",
)
SUBJECT = versioned(
    "subject-keywords",
    _MUST,
    "Subjects are named by about, keywords by keywords.",
    section="Representing Contextual Entities, Subjects & keywords",
    help="write about for subject, keywords for keyword",
)
REFERENCE = versioned(
    "entity-reference",
    _SHOULD,
    "A property refers to another entity by an object with its @id, and not by text.",
    section="RO-Crate Metadata, Common principles for RO-Crate entities",
    help='write {"@id": "..."}',
    versions=("1.2", "1.3"),
)
SINGLE_VALUE = versioned(
    "single-value",
    _SHOULD,
    "A property with one value has the value itself and no array of one.",
    section=f"{_JSON_LD}, Describing entities in JSON-LD",
    help="take the brackets away",
)
CONTEXT_NOT_KNOWN = rule(
    "ro-crate/context-not-known",
    Severity.MAY,
    "A context that is named is one that this program knows by heart.",
    source="prov4ml; nothing is fetched",
    help="whether all terms are defined was not checked",
)


_KEYWORDS = frozenset({"@id", "@type", "@context", "@value", "@language", "@direction", "@index", "@list"})
"""Those that a flattened and compacted document may have: @set and @reverse are gone from it."""
_TEXTS = frozenset({
    "name", "alternateName", "description", "value", "version", "softwareVersion", "keywords", "creditText",
    "url", "contentUrl", "downloadUrl", "identifier", "cite-as", "propertyID", "unitCode", "localPath", "tag",
    "encodingFormat", "contentSize", "actionStatus", "error", "registry", "resource", "sameAs",
    "additionalType", "copyrightNotice", "datePublished", "startTime", "endTime", "asWKT",
})  # fmt: skip
"""Properties whose text may happen to be the @id of an entity."""
_SUBJECTS = ("subject", "dct:subject", "dcterms:subject", "keyword")


@cache
def _terms() -> Mapping[str, frozenset[str]]:
    lists = load_resource("context-terms.json")
    common = frozenset(lists["common"])
    known = {
        f"https://w3id.org/ro/crate/{version}/context": common.union(lists[version])
        for version in ("1.1", "1.2", "1.3")
    }
    run = frozenset(lists["workflow-run"])
    for name, terms in (("workflow-run", run), ("test", _TEST_TERMS)):
        # Older versions of the profiles name the vocabulary itself, which redirects to its context.
        known[f"{_TERMS}{name}"] = known[f"{_TERMS}{name}/context"] = terms
    return known


def schema_org_terms(graph: CrateGraph) -> frozenset[str]:
    """Return the terms of RO-Crate's own contexts, and those that are defined in place as of schema.org."""
    found: set[str] = set()
    for one in as_list(graph.document.get("@context")):
        if isinstance(one, dict):
            for term, definition in one.items():
                meaning = definition.get("@id") if isinstance(definition, dict) else definition
                if isinstance(meaning, str) and "schema.org/" in meaning:
                    found.add(term)
        elif isinstance(one, str) and not one.startswith(_TERMS):
            found.update(_terms().get(one.replace("http://", "https://").rstrip("/"), ()))
    return frozenset(found)


def check_document(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield what is wrong with the frame of the document: object, context, array of entities."""
    document = graph.document
    if not isinstance(document, dict):
        yield from DOCUMENT.finding(version, f"{shorten(document)} is no object", Location(pointer=""))
        return
    if not graph.has_context:
        yield from MISSING_CONTEXT.finding(version, "there is no @context", Location(pointer=""))
    if not isinstance(document.get("@graph"), list):
        yield from DOCUMENT.finding(version, "there is no array @graph", Location(pointer=""))
        return
    for index, one in enumerate(document["@graph"]):
        if not isinstance(one, dict):
            message = f"{shorten(one)} in @graph is no entity"
            yield from DOCUMENT.finding(version, message, Location(pointer=f"/@graph/{index}"))


def check_context(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield a missing reference to RO-Crate's context, and properties and types that no context defines."""
    if not graph.has_context:
        return
    where = Location(pointer="/@context")
    defined: set[str] = set()
    unknown = False
    contexts = as_list(graph.document["@context"])
    for one in contexts:
        if one is None:
            defined.clear()
        elif isinstance(one, dict):
            defined.update(key for key, value in one.items() if _maps(value))
            defined.difference_update(key for key, value in one.items() if not _maps(value))
        elif isinstance(one, str):
            terms = _terms().get(one.replace("http://", "https://").rstrip("/"))
            if terms is None:
                unknown = True
                if one.startswith(_RO):
                    message = f"there is no context {shorten(one)}"
                    yield from CONTEXT_EXISTS.finding(version, message, where)
                    continue
                yield CONTEXT_NOT_KNOWN.finding(f"the context {shorten(one)} is not known", where)
            else:
                defined.update(terms)
    wanted = f"https://w3id.org/ro/crate/{version}/context"
    if wanted not in contexts:
        yield from CONTEXT.finding(version, f"@context does not name {wanted}", where)
    if not unknown:
        yield from _undefined(graph, version, defined)


def _maps(definition: Any) -> bool:
    """Return whether a definition in a context gives its term a meaning; null takes it away."""
    if isinstance(definition, dict):
        return definition.get("@id", "") is not None
    return definition is not None


def _undefined(graph: CrateGraph, version: str, defined: set[str]) -> Iterator[Finding]:
    seen = set(_KEYWORDS)
    seen_types: set[str] = set()
    for entity in graph.entities:
        for key in _keys(entity.body):
            if key not in seen:
                seen.add(key)
                if not _is_defined(key, defined):
                    message = f"the property {shorten(key)} is not defined by @context"
                    yield from UNKNOWN_TERM.finding(version, message, entity.place(key))
        for name in entity.types:
            if name not in seen_types:
                seen_types.add(name)
                if not is_absolute(name) and not _is_defined(name, defined):
                    message = f"the type {shorten(name)} is not defined by @context"
                    yield from UNKNOWN_TYPE.finding(version, message, entity.place("@type"))


def _keys(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield the keys of an entity and of what is nested in it."""
    for key, value in body.items():
        yield key
        if isinstance(value, dict | list):
            waiting = [value]
            while waiting:
                one = waiting.pop()
                if isinstance(one, dict):
                    yield from one
                inner = one.values() if isinstance(one, dict) else one
                waiting.extend(each for each in inner if isinstance(each, dict | list))


def _is_defined(term: str, defined: set[str]) -> bool:
    prefix, colon, rest = term.partition(":")
    return term in defined or bool(colon and prefix in defined and not rest.startswith("//"))


def _array_terms(document: Any) -> frozenset[str]:
    """Return the terms whose definition in the document's own context asks for an array."""
    found = set()
    for context in as_list(document.get("@context") if isinstance(document, dict) else None):
        for term, definition in context.items() if isinstance(context, dict) else ():
            container = definition.get("@container") if isinstance(definition, dict) else None
            if any(one in ("@set", "@list") for one in as_list(container)):
                found.add(term)
    return frozenset(found)


def check_entities(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield entities without @id or @type, described twice, or with others inside them."""
    arrays = _array_terms(graph.document)
    described = graph.by_id if version in REFERENCE.rules else {}
    for entity in graph.entities:
        if not entity.id:
            yield from ENTITY_ID.finding(version, "an entity has no @id", entity.place())
        elif graph.by_id[entity.id] is not entity:
            yield from UNIQUE_ID.finding(version, f"{shorten(entity.id)} is described twice", entity.place())
        if not entity.types:
            yield from ENTITY_TYPE.finding(version, f"{shorten(entity.id)} has no @type", entity.place())
        yield from _values(entity, version, arrays, described)


def _values(
    entity: Entity, version: str, arrays: frozenset[str], described: Mapping[str, Entity]
) -> Iterator[Finding]:
    for key, value in entity.body.items():
        if isinstance(value, str):
            if value in described and key[:1] != "@" and key not in _TEXTS:
                message = f"{key} of {shorten(entity.id)} is the text {shorten(value)}"
                yield from REFERENCE.finding(version, message, entity.place(key))
            continue
        if key[:1] == "@":
            if key == "@reverse":
                message = f"{shorten(entity.id)} has @reverse"
                yield from FLAT.finding(version, message, entity.place(key))
            continue
        if isinstance(value, dict):
            if len(value) == 1 and isinstance(value.get("@id"), str):
                continue
            problem = _value_problem(value)
            if problem:
                yield from FLAT.finding(
                    version, f"{key} of {shorten(entity.id)}: {problem}", entity.place(key)
                )
        elif isinstance(value, list):
            if len(value) == 1 and key not in arrays:
                message = f"{key} of {shorten(entity.id)} is an array of one"
                yield from SINGLE_VALUE.finding(version, message, entity.place(key))
            for index, one in enumerate(value):
                problem = _value_problem(one) if isinstance(one, dict | list) else ""
                if problem:
                    where = Location(pointer=entity.pointer + pointer(key, index))
                    yield from FLAT.finding(version, f"{key} of {shorten(entity.id)}: {problem}", where)
    for key in _SUBJECTS:
        if key in entity.body:
            message = f"{shorten(entity.id)} has {key}"
            yield from SUBJECT.finding(version, message, entity.place(key))


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
    if set(value) == {"@list"}:
        return ""
    if "@set" in value:
        return "an @set, which is a plain array in compacted form"
    if set(value) != {"@id"}:
        return "an entity inside another" if value else "an empty object"
    return "" if isinstance(value["@id"], str) else "an @id that is no text"
