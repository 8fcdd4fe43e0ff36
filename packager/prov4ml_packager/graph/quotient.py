"""A graph whose nodes are merged step by step, in columns of numbers."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .model import Graph
from .relations import ARROWS

_RELATIONS = len(ARROWS)


class Quotient:
    """The nodes of a graph in groups; at first each is alone.

    Attributes:
        group: the group of each node; groups are numbered in the order of their first members.
        first: the first node of each group, which stands for it.
    """

    def __init__(self, graph: Graph, *, alone: int | None = None) -> None:
        """Put each node of a graph into a group of its own.

        Args:
            graph: the nodes and arrows.
            alone: position of a node that stays so.
        """
        self._alone = alone
        self._relation = np.array(graph.edges.relation, np.int64)
        self._effect = np.array(graph.edges.effect, np.int64)
        self._cause = np.array(graph.edges.cause, np.int64)
        record = np.array(graph.edges.record, np.int64)
        starts = np.ones(len(record), bool)
        starts[1:] = record[1:] != record[:-1]
        self._counts = (starts & (record >= 0)).astype(np.int64)
        self.group = np.arange(len(graph.nodes))
        self.first = np.arange(len(graph.nodes))

    @property
    def size(self) -> int:
        """Return the number of groups."""
        return len(self.first)

    @property
    def arrows(self) -> int:
        """Return the number of different arrows between different groups."""
        effect, cause = self.group[self._effect], self.group[self._cause]
        between = effect != cause
        codes = (self._relation * self.size + effect) * self.size + cause
        return len(np.unique(codes[between]))

    def standing(self, others: "np.ndarray[Any, Any] | None" = None) -> "np.ndarray[Any, Any]":
        """Return a number for each node, equal where groups stand in the same relations to the same groups.

        Args:
            others: which nodes count as other ends; all if None. A relation of a group to itself counts as
                one to itself, whichever group that is.
        """
        effect, cause = self.group[self._effect], self.group[self._cause]
        own = np.concatenate([effect, cause])
        other = np.concatenate([cause, effect])
        way = np.concatenate([self._relation * 2, self._relation * 2 + 1])
        if others is not None:
            seen = others[np.concatenate([self._cause, self._effect])]
            own, other, way = own[seen], other[seen], way[seen]
        other = np.where(own == other, self.size, other)
        ways = (self.size + 1) * 2 * _RELATIONS
        pairs = np.unique(own * ways + way * (self.size + 1) + other)
        own, code = np.divmod(pairs, ways)
        # A set of relations becomes the sum of their scrambled numbers: the order does not matter.
        sums = np.zeros(self.size, np.uint64)
        if len(own):
            starts = np.flatnonzero(np.concatenate([[True], own[1:] != own[:-1]]))
            sums[own[starts]] = np.add.reduceat(_scrambled(code), starts)
        return np.unique(sums, return_inverse=True)[1].reshape(-1)[self.group]

    def merge(
        self,
        columns: Sequence["np.ndarray[Any, Any]"],
        alike: int,
        *,
        only: "np.ndarray[Any, Any] | None" = None,
    ) -> None:
        """Merge groups whose first nodes agree in all columns and that have more than `alike` nodes together.

        Args:
            columns: one number a node.
            alike: so many nodes stay apart.
            only: which groups may be merged, by their first node; all if None.
        """
        if not self.size:
            return
        key = np.zeros(self.size, np.int64)
        for column in columns:
            values = np.unique(column[self.first], return_inverse=True)[1].reshape(-1)
            key = np.unique(key * (self.size + 1) + values, return_inverse=True)[1].reshape(-1)
        allowed = np.ones(self.size, bool) if only is None else only[self.first]
        if self._alone is not None:
            allowed &= self.first != self._alone
        nodes = np.bincount(self.group, minlength=self.size)
        together = np.bincount(key, weights=nodes * allowed, minlength=self.size)
        merging = allowed & (together[key] > alike)
        target = np.arange(self.size)
        keys, leaders = np.unique(key[merging], return_index=True)
        target[merging] = np.flatnonzero(merging)[leaders][np.searchsorted(keys, key[merging])]
        kept, renumbered = np.unique(target, return_inverse=True)
        self.group = renumbered.reshape(-1)[self.group]
        self.first = self.first[kept]

    def bundled(self) -> Iterator[tuple[int, int, int, int, int]]:
        """Yield relation, effect, cause, number of arrows and number of records of each merged arrow.

        In the order in which the document first names them.
        """
        effect, cause = self.group[self._effect], self.group[self._cause]
        codes = (self._relation * self.size + effect) * self.size + cause
        unique, where, inverse = np.unique(codes, return_index=True, return_inverse=True)
        lines = np.bincount(inverse.reshape(-1), minlength=len(unique))
        records = np.bincount(inverse.reshape(-1), weights=self._counts, minlength=len(unique))
        for at in np.argsort(where, kind="stable"):
            edge = where[at]
            yield (
                int(self._relation[edge]),
                int(effect[edge]),
                int(cause[edge]),
                int(lines[at]),
                int(records[at]),
            )


def _scrambled(codes: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """Return numbers that do not add up by accident (the finalizer of splitmix64)."""
    mixed = codes.astype(np.uint64)
    mixed += np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
