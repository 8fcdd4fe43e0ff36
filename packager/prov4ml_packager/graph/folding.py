"""Levels of detail: what is drawn as a node of its own and what is folded into a group with a count.

Folding is exact: every node of the document is drawn or counted in exactly one group, and every relation
is drawn, counted at a merged arrow, or counted as lying inside a group.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from .model import PART_OF, Edge, Graph, Key, Node

Detail = Literal["overview", "summary", "full"]


@dataclass(frozen=True)
class Level:
    """How much of a document a level shows.

    Attributes:
        alike: so many nodes that are told apart by nothing but their own attributes are still drawn singly.
        most: above this number of nodes, alike is judged more and more broadly, so that a picture of any
            document can be laid out in seconds.
    """

    alike: int
    most: int


LEVELS: Mapping[str, Level] = {
    "overview": Level(alike=1, most=40),
    "summary": Level(alike=5, most=120),
    "full": Level(alike=1_000_000, most=400),
}


@dataclass(frozen=True)
class Group:
    """One node of the picture: a single node of the document, or several that are alike."""

    members: tuple[Node, ...]
    inner: int = 0
    """Relations between its own members, which are not drawn."""

    @property
    def first(self) -> Node:
        """Return the member that stands for all: they agree in kind and bundle."""
        return self.members[0]


@dataclass(frozen=True)
class Picture:
    """What is drawn: groups in the order of the document, and arrows with the number of their relations."""

    groups: tuple[Group, ...]
    arrows: Mapping[tuple[str, int, int], int]
    """Number of relations by relation, effect and cause; the last two are positions in `groups`."""
    reduced: bool
    """Whether the level's own rule was not enough and nodes were folded more broadly."""


def fold(graph: Graph, detail: Detail) -> Picture:
    """Fold a graph to a level of detail.

    Nodes are alike if they agree in bundle, kind and types and stand in the same relations to the same
    other nodes (to the same groups, in later rounds). Agents are folded only where there are too many nodes.
    """
    level = LEVELS[detail]
    place: dict[Key, Hashable] = {key: key for key in graph.nodes}
    for _ in range(3):
        around = _neighbours(graph, place)
        exact = _merged(graph, place, level.alike, partial(_standing, around))
        if exact == place:
            break
        place = exact
    reduced = False
    broader: tuple[Callable[[Node], Hashable], ...] = (
        lambda node: (node.key[0], node.kind, node.types, node.part_of),
        lambda node: (node.key[0], node.kind, node.types[:1]),
        lambda node: (node.key[0], node.kind),
        lambda node: node.kind,
    )
    for alike in broader:
        if len(set(place.values())) <= level.most:
            break
        place = _merged(graph, place, 5, alike)
        reduced = True
    return _picture(graph, place, reduced)


def _standing(around: Mapping[Key, frozenset[Hashable]], node: Node) -> Hashable:
    own = node.key if node.kind == "agent" else None
    return (node.key[0], node.kind, node.types, around[node.key], own)


def _neighbours(graph: Graph, place: Mapping[Key, Hashable]) -> dict[Key, frozenset[Hashable]]:
    around: defaultdict[Key, set[Hashable]] = defaultdict(set)
    for edge in graph.edges:
        around[edge.effect].add((edge.relation, "to", place[edge.cause]))
        around[edge.cause].add((edge.relation, "from", place[edge.effect]))
    return {key: frozenset(around[key]) for key in graph.nodes}


def _merged(
    graph: Graph, place: Mapping[Key, Hashable], alike: int, rule: Callable[[Node], Hashable]
) -> dict[Key, Hashable]:
    members: defaultdict[Hashable, list[Key]] = defaultdict(list)
    for key, node in graph.nodes.items():
        members[rule(node)].append(key)
    merged = dict(place)
    for keys in members.values():
        if len({place[key] for key in keys}) > alike:
            # A group is known by its first member; whole groups of earlier rounds move along.
            moved = {place[key]: place[keys[0]] for key in keys}
            for key in keys:
                merged[key] = moved[place[key]]
    return merged


def _picture(graph: Graph, place: Mapping[Key, Hashable], reduced: bool) -> Picture:
    members: defaultdict[Hashable, list[Node]] = defaultdict(list)
    for key, node in graph.nodes.items():
        members[place[key]].append(node)
    position = {one: index for index, one in enumerate(members)}
    arrows: Counter[tuple[str, int, int]] = Counter()
    inner: Counter[int] = Counter()
    for edge in graph.edges:
        effect, cause = position[place[edge.effect]], position[place[edge.cause]]
        if effect != cause or len(members[place[edge.effect]]) == 1:
            arrows[edge.relation, effect, cause] += 1
        elif is_record(edge):
            inner[effect] += 1
    groups = tuple(Group(tuple(nodes), inner[index]) for index, nodes in enumerate(members.values()))
    return Picture(groups, dict(arrows), reduced)


def is_record(edge: Edge) -> bool:
    """Return whether an edge is a relation of the document and not an attribute drawn as an arrow."""
    return edge.relation != PART_OF
