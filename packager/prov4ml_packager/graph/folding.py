"""Levels of detail: what is drawn as a node of its own and what is folded into one with a count.

Folding is exact: every node of the document is in exactly one group, and every relation is at exactly one
arrow or inside exactly one group. All work is on columns of numbers, so that a million records are no matter.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .model import Graph, Node
from .naming import skeleton, thing
from .picture import Arrow, Detail, Group, Picture, tally_of
from .quotient import Quotient
from .relations import ARROWS


@dataclass(frozen=True)
class Level:
    """How much of a document a level shows.

    Attributes:
        alike: so many nodes that are alike are still drawn singly.
        nodes: above this number of nodes, alike is judged more and more broadly.
        arrows: the same for arrows.
    """

    alike: int
    nodes: int
    arrows: int


LEVELS: Mapping[Detail, Level] = {
    "overview": Level(alike=1, nodes=30, arrows=60),
    "summary": Level(alike=5, nodes=90, arrows=180),
}
_FEW_AGENTS = 3
_FEW_TURNS = 2


def fold(graph: Graph, detail: Detail, *, whole: Graph | None = None, alone: int | None = None) -> Picture:
    """Fold a graph to a level of detail.

    `summary` folds six nodes or more that are alike in one of two ways: they agree in bundle, kind and types
    and stand in the same relations to the same others; or their names differ in numbers only, as those of
    epochs and of versions do, and they belong to the same activities. `overview` folds all of a kind
    (parameters, metrics, …) that stand in the same relations to the same activities. `full` folds nothing.

    Args:
        graph: what to draw.
        detail: the level.
        whole: the document that `graph` is a selection of; itself if None.
        alone: position of a node that is never folded.
    """
    quotient = Quotient(graph, alone=alone)
    reduced = False
    if detail != "full":
        columns = _Columns(graph)
        if detail == "overview":
            _fold_kinds(quotient, columns)
        else:
            _fold_repetition(quotient, columns, LEVELS[detail].alike)
        reduced = _reduce(quotient, columns, LEVELS[detail])
        quotient.merge([columns.kind, quotient.standing()], 1, only=columns.unnamed)
    return _picture(graph, quotient, detail, whole or graph, reduced)


class _Columns:
    """What nodes are compared by, one number a node and equal numbers for equal values."""

    def __init__(self, graph: Graph) -> None:
        nodes = graph.nodes
        kinds = [node.kind for node in nodes]
        self.bundle = _numbered(node.key[0] for node in nodes)
        self.kind = _numbered(kinds)
        self.types = _numbered(node.types for node in nodes)
        self.first_type = _numbered(node.types[:1] for node in nodes)
        self.thing = _numbered(thing(node) for node in nodes)
        self.shape = _numbered(_shape(node, at) for at, node in enumerate(nodes))
        self.whole = _numbered(node.part_of for node in nodes)
        self.activity = np.array([kind == "activity" for kind in kinds], bool)
        self.agent = np.array([kind == "agent" for kind in kinds], bool)
        self.unnamed = np.array([kind == "unnamed" for kind in kinds], bool)
        self.itself = np.arange(len(nodes))


def _numbered(values: Iterable[Hashable]) -> "np.ndarray[Any, Any]":
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], np.int64)


def _shape(node: Node, at: int) -> Hashable:
    name = node.key[1]
    shape = skeleton(name)
    return shape if shape != name else at  # a name without a number is like no other


def _fold_repetition(quotient: Quotient, columns: _Columns, alike: int) -> None:
    same = [columns.bundle, columns.kind, columns.types]
    named = columns.activity | columns.agent | columns.unnamed
    quotient.merge([*same, columns.shape, columns.whole], _FEW_TURNS, only=columns.activity)
    for _ in range(2):
        for _ in range(3):
            own = np.where(columns.agent, columns.itself, -1)
            before = quotient.size
            quotient.merge([*same, own, quotient.standing()], alike)
            if quotient.size == before:
                break
        before = quotient.size
        quotient.merge([*same, columns.shape, quotient.standing(columns.activity)], alike, only=~named)
        if quotient.size == before:
            break


def _fold_kinds(quotient: Quotient, columns: _Columns) -> None:
    quotient.merge(
        [columns.bundle, columns.kind, columns.types, columns.shape, columns.whole], 1, only=columns.activity
    )
    around = quotient.standing(columns.activity)
    named = columns.activity | columns.agent | columns.unnamed
    quotient.merge([columns.bundle, columns.kind, columns.thing, around], 1, only=~named)
    quotient.merge([columns.bundle, columns.kind, columns.types], _FEW_AGENTS, only=columns.agent)


def _reduce(quotient: Quotient, columns: _Columns, level: Level) -> bool:
    """Fold more and more broadly until the picture is small enough; return whether anything was folded."""
    before = quotient.size
    around: Callable[[], Any] = lambda: quotient.standing(columns.activity)  # noqa: E731
    steps: Sequence[tuple[int, Callable[[], list[Any]]]] = (
        (5, lambda: [columns.bundle, columns.kind, columns.types, columns.whole, around()]),
        (5, lambda: [columns.bundle, columns.kind, columns.types, columns.whole]),
        (5, lambda: [columns.bundle, columns.kind, columns.first_type]),
        (2, lambda: [columns.bundle, columns.kind, columns.first_type]),
        (2, lambda: [columns.bundle, columns.kind]),
        (2, lambda: [columns.kind, columns.first_type]),
        (1, lambda: [columns.kind]),
    )
    for alike, columns_of in steps:
        if quotient.size <= level.nodes and quotient.arrows <= level.arrows:
            break
        quotient.merge(columns_of(), alike)
    return quotient.size < before


def _picture(graph: Graph, quotient: Quotient, detail: Detail, whole: Graph, reduced: bool) -> Picture:
    members: list[list[Node]] = [[] for _ in range(quotient.size)]
    for node, at in zip(graph.nodes, quotient.group.tolist(), strict=True):
        members[at].append(node)
    inner: Counter[int] = Counter()
    arrows = []
    for relation, effect, cause, lines, records in quotient.bundled():
        if effect == cause and len(members[effect]) > 1:
            inner[effect] += records
        else:
            arrows.append(Arrow(ARROWS[relation], effect, cause, lines, records))
    groups = [Group(tuple(nodes), inner[at]) for at, nodes in enumerate(members)]
    return Picture(detail, groups, arrows, tally_of(groups, arrows, whole), reduced=reduced)
