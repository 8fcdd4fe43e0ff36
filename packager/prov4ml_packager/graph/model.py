"""A PROV-JSON document as nodes and edges. Documents come from anywhere: nothing in them is trusted."""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .relations import ARROWS, PART_OF, RELATIONS, NodeKind, Relation

_PART_OF_IRI = "http://purl.org/dc/terms/isPartOf"
_KINDS: tuple[NodeKind, ...] = ("entity", "activity", "agent")
_DEEPEST = 20
_NO_RECORD = -1
_TYPE_NAMES = frozenset(["type", "rdf:type"])

Key = tuple[str | None, str]
"""A node: the bundle that it is in, or None, and its identifier as written."""


@dataclass(slots=True)
class Node:
    """An element of the document, or a name that a relation mentions and nothing declares.

    Attributes:
        key: bundle and identifier.
        kind: entity, activity or agent; of an undeclared name, what the relation's role says.
        types: values of `prov:type` without their prefix; else of an attribute whose local name is `type`.
        records: the element's records in the document; none if nothing declares it.
        part_of: the activity that it is part of (`dcterms:isPartOf`), or None.
        rank: the process of an entity where a run recorded several, else nothing.
    """

    key: Key
    kind: NodeKind
    types: tuple[str, ...] = ()
    records: tuple[Mapping[str, Any], ...] = ()
    part_of: Key | None = None
    rank: str = ""

    @property
    def label(self) -> str:
        """Return what to call it, with the rank where a document of ours has several."""
        return f"{self.name}, rank {self.rank}" if self.rank else self.name

    @property
    def name(self) -> str:
        """Return `prov:label`, else an attribute whose local name is `label`, else the identifier."""
        for record in self.records:
            for name in ("prov:label", *(name for name in record if str(name).endswith(":label"))):
                if name in record and (text := value_text(record[name])):
                    return text
        return self.key[1]

    @property
    def attributes(self) -> Iterator[tuple[str, str]]:
        """Yield name and value as text, in the order of the document."""
        for record in self.records:
            for name, value in record.items():
                yield str(name), value_text(value)


@dataclass(slots=True)
class Edges:
    """Arrows from effect to cause as PROV draws them, column by column.

    Attributes:
        relation: position in `ARROWS`.
        effect: position of the node where the arrow begins.
        cause: position of the node that it points to.
        record: number of the relation record that it is an arrow of, -1 for one that is no relation of PROV.
            A record with several arrows has them next to each other.
    """

    relation: "array[int]" = field(default_factory=lambda: array("b"))
    effect: "array[int]" = field(default_factory=lambda: array("i"))
    cause: "array[int]" = field(default_factory=lambda: array("i"))
    record: "array[int]" = field(default_factory=lambda: array("i"))

    def add(self, relation: int, effect: int, cause: int, record: int) -> None:
        """Append an arrow."""
        self.relation.append(relation)
        self.effect.append(effect)
        self.cause.append(cause)
        self.record.append(record)

    def __len__(self) -> int:
        return len(self.relation)


@dataclass(frozen=True)
class Graph:
    """Nodes and arrows, both in the order of the document.

    Attributes:
        nodes: elements, undeclared names and open ends.
        edges: arrows between them.
        endless: relation records that name neither of their ends, which no picture can show.
    """

    nodes: tuple[Node, ...]
    edges: Edges
    endless: int

    @property
    def elements(self) -> int:
        """Return the number of element records; an identifier declared twice counts twice."""
        return sum(len(node.records) for node in self.nodes)

    @property
    def relations(self) -> int:
        """Return the number of relation records that name at least one end."""
        return len(set(self.edges.record) - {_NO_RECORD})


class _Builder:
    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.position: dict[Key, int] = {}
        self.open_ends: dict[tuple[int, int], int] = {}
        self.edges = Edges()
        self.relations = 0
        self.endless = 0
        self._types: dict[tuple[str, ...], tuple[str, ...]] = {}

    def add_container(
        self, bundle: str | None, content: Mapping[str, Any], prefixes: Mapping[str, Any]
    ) -> None:
        part_of_names = frozenset(
            [_PART_OF_IRI]
            + [
                f"{prefix}:{_PART_OF_IRI.removeprefix(iri)}"
                for prefix, iri in prefixes.items()
                if isinstance(iri, str) and iri and _PART_OF_IRI.startswith(iri)
            ]
        )
        for kind in _KINDS:
            for identifier, record in _records(content.get(kind)):
                self._add_element((bundle, identifier), kind, record, part_of_names)
        for number, relation in enumerate(RELATIONS):
            for _, record in _records(content.get(relation.name)):
                self._add_relation(bundle, number, relation, record)

    def _add_element(
        self, key: Key, kind: NodeKind, record: Mapping[str, Any], part_of_names: frozenset[str]
    ) -> None:
        types = _types(record)
        types = self._types.setdefault(types, types)
        part_of = None
        for name in part_of_names:
            if name in record:
                part_of = next(((key[0], one) for one in _identifiers(record[name])), None)
        at = self.position.get(key)
        if at is None:
            self.position[key] = len(self.nodes)
            self.nodes.append(Node(key, kind, types, (record,), part_of))
            return
        node = self.nodes[at]
        node.types = tuple(dict.fromkeys([*node.types, *types]))
        node.records += (record,)
        node.part_of = node.part_of or part_of

    def _add_relation(
        self, bundle: str | None, number: int, relation: Relation, record: Mapping[str, Any]
    ) -> None:
        role, effect_kind = relation.effect
        effects = [self._node(bundle, one, effect_kind) for one in _identifiers(record.get(f"prov:{role}"))]
        causes = [
            self._node(bundle, one, kind)
            for role, kind in relation.cause
            for one in _identifiers(record.get(f"prov:{role}"))
        ]
        if not effects and not causes:
            self.endless += 1
            return
        self.relations += 1
        for effect in effects or [self._open_end(bundle, number, causes[0])]:
            for cause in causes or [self._open_end(bundle, number, effect)]:
                self.edges.add(number, effect, cause, self.relations)

    def _node(self, bundle: str | None, identifier: str, kind: NodeKind) -> int:
        key = (bundle, identifier)
        at = self.position.get(key)
        if at is None:
            at = self.position[key] = len(self.nodes)
            self.nodes.append(Node(key, kind))
        return at

    def _open_end(self, bundle: str | None, relation: int, known: int) -> int:
        # All that leave the same end open share one node: a thousand such starts are no thousand dots.
        at = self.open_ends.get((relation, known))
        if at is None:
            at = self.open_ends[relation, known] = len(self.nodes)
            self.nodes.append(Node((bundle, "?"), "unnamed"))
        return at

    def finished(self) -> Graph:
        ranks = {
            at: value_text(record["prov4ml:rank"])
            for at, node in enumerate(self.nodes)
            if node.kind == "entity"
            for record in node.records
            if "prov4ml:rank" in record
        }
        if len(set(ranks.values())) > 1:
            for at, rank in ranks.items():
                self.nodes[at].rank = rank
        part_of = ARROWS.index(PART_OF)
        for at, node in enumerate(self.nodes):
            whole = self.position.get(node.part_of) if node.part_of else None
            if whole is not None and whole != at:
                self.edges.add(part_of, at, whole, _NO_RECORD)
        return Graph(tuple(self.nodes), self.edges, self.endless)


def read_graph(document: Mapping[str, Any]) -> Graph:
    """Return the graph of a PROV-JSON document, its bundles included.

    An identifier that is declared several times, as a list or under two kinds, is one node with all its
    attributes. A relation that names one end only points to an `unnamed` node. What is no PROV-JSON is
    passed over: judging a document is the validators' work.
    """
    builder = _Builder()
    prefixes = _mapping(document.get("prefix"))
    builder.add_container(None, document, prefixes)
    for bundle, content in _records(document.get("bundle")):
        builder.add_container(bundle, content, {**prefixes, **_mapping(content.get("prefix"))})
    return builder.finished()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _records(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    # A repeated identifier is written as a list of records.
    for identifier, record in _mapping(value).items():
        if isinstance(record, Mapping):
            yield str(identifier), record
        elif isinstance(record, list):
            for one in record:
                if isinstance(one, Mapping):
                    yield str(identifier), one


def _identifiers(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _identifiers(one) if not isinstance(one, list) else ()
    elif isinstance(value, Mapping) and isinstance(value.get("$"), str):
        yield value["$"]


def _types(record: Mapping[str, Any]) -> tuple[str, ...]:
    value = record.get("prov:type")
    if value is None:
        value = next(
            (one for name, one in record.items() if name in _TYPE_NAMES or str(name).endswith(":type")), None
        )
        if value is None:
            return ()
    values = value if isinstance(value, list) else [value]
    texts = (value_text(one) for one in values)
    return tuple(dict.fromkeys(local_name(text) for text in texts if text))


def local_name(text: str) -> str:
    """Return a qualified name without its prefix, an IRI without its namespace; other text as it is."""
    if " " in text:
        return text
    local = text.rstrip("/#").rpartition("#")[2].rpartition("/")[2] if "://" in text else text
    return local.rpartition(":")[2] or text


def value_text(value: Any, depth: int = 0) -> str:
    """Return a value of PROV-JSON as text: a typed literal by its lexical form, several with commas.

    What is nested deeper than any PROV-JSON is an ellipsis.
    """
    if isinstance(value, str):
        return value
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, list):
        return ", ".join(value_text(one, depth + 1) for one in value)
    if isinstance(value, Mapping):
        return value_text(value.get("$", ""), depth + 1)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
