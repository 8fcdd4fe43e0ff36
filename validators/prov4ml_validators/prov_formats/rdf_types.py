"""What PROV-O says of the types of things: `prov` keeps one type of several and knows no subclasses."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from ..prov_json.names import expand, scopes
from ..prov_json.records import ELEMENTS, KINDS, Scope
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


_BETWEEN_THINGS = frozenset(
    {
        "actedOnBehalfOf", "alternateOf", "generated", "hadMember", "hadPrimarySource", "influenced",
        "invalidated", "mentionOf", "specializationOf", "used", "wasAssociatedWith", "wasAttributedTo",
        "wasDerivedFrom", "wasEndedBy", "wasGeneratedBy", "wasInfluencedBy", "wasInformedBy",
        "wasInvalidatedBy", "wasQuotedFrom", "wasRevisionOf", "wasStartedBy",
    }
)  # fmt: skip
"""Properties of which both sides are entities, activities or agents."""
_TO_THINGS = frozenset({"entity", "activity", "agent", "influencer", "hadPlan", "hadActivity"})
"""Properties of qualified relations."""
_NAMED_BY = {"wasGeneratedBy": "prov:generation", "used": "prov:usage"}
"""Relation to the argument of a derivation that names one."""
_BLANK = "urn:blank:"


def name_blank_things(data: bytes, rdf_format: str) -> tuple[bytes, str]:
    """Give names to entities, activities and agents that have none in RDF: `prov` reads named ones only.

    Returns:
        The document and its format as rdflib names it, unchanged where everything has a name.
    """
    from rdflib import RDF, BNode, Dataset, URIRef
    from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

    dataset = Dataset()
    dataset.parse(data=data, format=rdf_format)
    triples = [(subject, predicate, thing) for subject, predicate, thing, _ in dataset.quads()]
    blank: set[Any] = set()
    for subject, predicate, thing in triples:
        local = str(predicate).removeprefix(PROV)
        is_type = predicate == RDF.type and str(thing).removeprefix(PROV) in _CLASSES
        if isinstance(subject, BNode) and (is_type or local in _BETWEEN_THINGS):
            blank.add(subject)
        if isinstance(thing, BNode) and (local in _BETWEEN_THINGS or local in _TO_THINGS):
            blank.add(thing)
    if not blank:
        return data, rdf_format
    looks = _looks(triples, {node for triple in triples for node in triple if isinstance(node, BNode)})
    ordered = sorted(blank, key=looks.__getitem__)
    names: dict[Any, Any] = {node: URIRef(f"{_BLANK}{number + 1}") for number, node in enumerate(ordered)}
    named = Dataset()
    for prefix, namespace in dataset.namespaces():
        named.bind(prefix, namespace)

    for subject, predicate, thing, graph in dataset.quads():
        named.graph(DATASET_DEFAULT_GRAPH_ID if graph is None else graph).add(
            (names.get(subject, subject), predicate, names.get(thing, thing))
        )
    text: bytes = named.serialize(format="trig", encoding="utf-8")
    return text, "trig"


def _looks(triples: list[tuple[Any, Any, Any]], blank: set[Any]) -> dict[Any, str]:
    """Return for nodes without a name how they and what is around them look, the same in every process.

    A hash of the triples that a node is in, three times over, with the looks of its neighbours for them.
    """
    looks = dict.fromkeys(blank, "")
    for _ in range(3):
        around: dict[Any, list[str]] = {node: [] for node in blank}
        for subject, predicate, thing in triples:
            if subject in around:
                around[subject].append(f"{predicate} {looks.get(thing, thing)}")
            if thing in around:
                around[thing].append(f"{looks.get(subject, subject)} {predicate} of")
        looks = {
            node: sha256("\n".join(sorted(lines)).encode()).hexdigest() for node, lines in around.items()
        }
    return looks


def _rename(body: Any, argument: str, names: Mapping[str, str]) -> None:
    for record in body if isinstance(body, list) else [body]:
        if record.get(argument) in names:
            record[argument] = names[record[argument]]


def in_order(value: dict[str, Any]) -> dict[str, Any]:
    """Return a document in PROV-JSON with its records in an order that does not change from run to run.

    rdflib keeps triples in sets, so relations without an identifier would be numbered differently each time.
    """
    ordered = {key: value[key] for key in ("prefix",) if key in value}
    for kind in KINDS:
        if kind not in value:
            continue
        section = value[kind]
        nameless = [name for name in section if name.startswith("_:")]
        nameless.sort(key=lambda name: json.dumps(section[name], sort_keys=True))
        ordered[kind] = {name: section[name] for name in sorted(section.keys() - set(nameless))}
        names = {name: f"_:{number + 1}" for number, name in enumerate(nameless)}
        ordered[kind].update({names[name]: section[name] for name in nameless})
        for body in value.get("wasDerivedFrom", {}).values():
            _rename(body, _NAMED_BY.get(kind, ""), names)
    if "bundle" in value:
        ordered["bundle"] = {name: in_order(content) for name, content in sorted(value["bundle"].items())}
    return ordered


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
