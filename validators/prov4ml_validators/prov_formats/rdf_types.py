"""What PROV-O says of the types of things: `prov` keeps one type of several and knows no subclasses."""

from collections.abc import Iterator
from typing import Any

from ..prov_json.names import expand, scopes
from ..prov_json.records import ELEMENTS, Scope
from .detection import PROV

_CLASSES = {
    "Entity": "entity",
    "Plan": "entity",
    "Collection": "entity",
    "EmptyCollection": "entity",
    "Bundle": "entity",
    "Activity": "activity",
    "Agent": "agent",
    "Person": "agent",
    "Organization": "agent",
    "SoftwareAgent": "agent",
}
"""Class of PROV-O to the kind of record that it is one of (PROV-O, sections 3.1–3.2)."""

_OWN_NAMES = frozenset({"Entity", "Activity", "Agent"})


def _typed_things(data: bytes, rdf_format: str) -> Iterator[tuple[str | None, str, str]]:
    """Yield bundle (None for the document), IRI and class of everything that has a class of PROV."""
    from rdflib import RDF, Dataset, URIRef
    from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

    dataset = Dataset()
    dataset.parse(data=data, format=rdf_format)
    for graph in dataset.graphs():
        bundle = None if graph.identifier == DATASET_DEFAULT_GRAPH_ID else str(graph.identifier)
        for subject, kind in graph.subject_objects(RDF.type):
            if isinstance(subject, URIRef) and str(kind).startswith(PROV):
                name = str(kind).removeprefix(PROV)
                if name in _CLASSES:
                    yield bundle, str(subject), name


def add_types(value: dict[str, Any], data: bytes, rdf_format: str) -> None:
    """Add to a document in PROV-JSON the records that the types of its source in RDF stand for.

    Args:
        value: what `prov` made of the source; changed in place.
        data: the source.
        rdf_format: as rdflib names it.
    """
    document, *_ = scopes(value)
    places: dict[str | None, dict[str, Any]] = {None: value}
    for name, content in value.get("bundle", {}).items():
        places[expand(name, document.namespaces)] = content
    written = {id(scope.content): _elements(scope) for scope in scopes(value)}
    for bundle, iri, name in sorted(_typed_things(data, rdf_format), key=str):
        place = places.get(bundle)
        if place is None:
            continue  # a graph without a record of PROV is no bundle
        kind, known = _CLASSES[name], written[id(place)]
        if (kind, iri) not in known:
            known[kind, iri] = {}
            place.setdefault(kind, {})[_qualified(iri, value.setdefault("prefix", {}))] = known[kind, iri]
        if name not in _OWN_NAMES:
            _add_type(known[kind, iri], f"prov:{name}")


def _elements(scope: Scope) -> dict[tuple[str, str], dict[str, Any]]:
    """Return entities, activities and agents by kind and IRI; of several records of one the first."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for kind in ELEMENTS:
        for name, body in scope.content.get(kind, {}).items():
            first = body[0] if isinstance(body, list) else body
            found.setdefault((kind, expand(name, scope.namespaces)), first)
    return found


def _add_type(attributes: dict[str, Any], name: str) -> None:
    types = attributes.get("prov:type", [])
    types = types if isinstance(types, list) else [types]
    if all(not isinstance(one, dict) or one.get("$") != name for one in types):
        attributes["prov:type"] = [*types, {"$": name, "type": "prov:QUALIFIED_NAME"}]


def _qualified(iri: str, prefixes: dict[str, str]) -> str:
    """Return a name for an IRI; where no namespace of the document begins it, one is added for it."""
    fitting = [
        prefix for prefix, namespace in prefixes.items() if prefix != "default" and iri.startswith(namespace)
    ]
    if fitting:
        prefix = max(fitting, key=lambda one: len(prefixes[one]))
        return f"{prefix}:{iri.removeprefix(prefixes[prefix])}"
    number = next(one for one in range(len(prefixes) + 1) if f"rdf{one}" not in prefixes)
    cut = max(iri.rfind("#"), iri.rfind("/"), iri.rfind(":")) + 1
    prefixes[f"rdf{number}"] = iri[:cut]
    return f"rdf{number}:{iri[cut:]}"
