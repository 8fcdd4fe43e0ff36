"""A PROV-JSON document as nodes and edges. Documents come from anywhere: nothing in them is trusted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .relations import RELATIONS, NodeKind, Relation

PART_OF = "is part of"
_PART_OF_IRI = "http://purl.org/dc/terms/isPartOf"
_KINDS: tuple[NodeKind, ...] = ("entity", "activity", "agent")

Key = tuple[str | None, str]
"""A node: the bundle that it is in, or None, and its identifier as written."""


@dataclass(frozen=True)
class Node:
    """An element of the document, or a name that a relation mentions and nothing declares.

    Attributes:
        key: bundle and identifier.
        kind: entity, activity or agent; of an undeclared name, what the relation's role says.
        label: `prov:label`, else the identifier.
        types: values of `prov:type` without their prefix; else of an attribute whose local name is `type`.
        attributes: name and value as text, in the order of the document.
        declared: whether an element of the document declares it.
        part_of: the activity that it is part of (`dcterms:isPartOf`), or None.
    """

    key: Key
    kind: NodeKind
    label: str
    types: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    declared: bool = False
    part_of: Key | None = None


@dataclass(frozen=True)
class Edge:
    """A relation between two nodes, from effect to cause as PROV draws it."""

    relation: str
    effect: Key
    cause: Key


@dataclass(frozen=True)
class Graph:
    """Nodes by key and edges, both in the order of the document.

    `incomplete` counts relations that lack one of their ends, which PROV allows for some and no picture can
    show.
    """

    nodes: Mapping[Key, Node]
    edges: tuple[Edge, ...]
    incomplete: int


def read_graph(document: Mapping[str, Any]) -> Graph:
    """Return the graph of a PROV-JSON document, its bundles included.

    An identifier that is declared several times, as a list or under two kinds, is one node with all its
    attributes. What is no PROV-JSON is passed over: judging a document is the validators' work.
    """
    nodes: dict[Key, Node] = {}
    edges: list[Edge] = []
    incomplete = 0
    for bundle, content in _containers(document):
        prefixes = {**_mapping(document.get("prefix")), **_mapping(content.get("prefix"))}
        for kind in _KINDS:
            for identifier, record in _records(content.get(kind)):
                _add_element(nodes, (bundle, identifier), kind, record, prefixes)
        for relation in RELATIONS:
            for _, record in _records(content.get(relation.name)):
                pairs = list(_ends(relation, record))
                incomplete += not pairs
                for (effect, effect_kind), (cause, cause_kind) in pairs:
                    for identifier, kind in ((effect, effect_kind), (cause, cause_kind)):
                        nodes.setdefault((bundle, identifier), Node((bundle, identifier), kind, identifier))
                    edges.append(Edge(relation.name, (bundle, effect), (bundle, cause)))
    parts = [Edge(PART_OF, node.key, node.part_of) for node in nodes.values() if node.part_of in nodes]
    return Graph(nodes, (*edges, *(edge for edge in parts if edge.effect != edge.cause)), incomplete)


def _containers(document: Mapping[str, Any]) -> Iterator[tuple[str | None, Mapping[str, Any]]]:
    yield None, document
    yield from _records(document.get("bundle"))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _records(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    # A repeated identifier is written as a list of records.
    for identifier, record in _mapping(value).items():
        for one in record if isinstance(record, list) else [record]:
            if isinstance(one, Mapping):
                yield str(identifier), one


def _ends(
    relation: Relation, record: Mapping[str, Any]
) -> Iterator[tuple[tuple[str, NodeKind], tuple[str, NodeKind]]]:
    role, kind = relation.effect
    for effect in _identifiers(record.get(f"prov:{role}")):
        for cause_role, cause_kind in relation.cause:
            causes = list(_identifiers(record.get(f"prov:{cause_role}")))
            for cause in causes:
                yield (effect, kind), (cause, cause_kind)
            if causes:
                break


def _identifiers(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        identifier = one.get("$") if isinstance(one, Mapping) else one
        if isinstance(identifier, str):
            yield identifier


def _add_element(
    nodes: dict[Key, Node],
    key: Key,
    kind: NodeKind,
    record: Mapping[str, Any],
    prefixes: Mapping[str, Any],
) -> None:
    attributes = tuple((str(name), value_text(value)) for name, value in record.items())
    found = dict(attributes)
    part_of = next(
        (
            (key[0], one)
            for name, value in record.items()
            if _expand(str(name), prefixes) == _PART_OF_IRI
            for one in _identifiers(value)
        ),
        None,
    )
    node = Node(key, kind, found.get("prov:label") or key[1], _types(record), attributes, True, part_of)
    earlier = nodes.get(key)
    if earlier is not None:
        node = replace(
            node,
            label=earlier.label if earlier.label != key[1] else node.label,
            types=tuple(dict.fromkeys([*earlier.types, *node.types])),
            attributes=earlier.attributes + attributes,
            part_of=earlier.part_of or part_of,
        )
    nodes[key] = node


def _types(record: Mapping[str, Any]) -> tuple[str, ...]:
    value = record.get("prov:type")
    if value is None:
        value = next((one for name, one in record.items() if str(name).rpartition(":")[2] == "type"), [])
    values = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(value_text(one).rpartition(":")[2] or value_text(one) for one in values))


def _expand(name: str, prefixes: Mapping[str, Any]) -> str:
    prefix, colon, local = name.partition(":")
    return f"{prefixes.get(prefix)}{local}" if colon and isinstance(prefixes.get(prefix), str) else name


def value_text(value: Any) -> str:
    """Return a value of PROV-JSON as text: a typed literal by its lexical form, several with commas."""
    if isinstance(value, list):
        return ", ".join(value_text(one) for one in value)
    if isinstance(value, Mapping):
        return value_text(value.get("$", ""))
    return str(value)
