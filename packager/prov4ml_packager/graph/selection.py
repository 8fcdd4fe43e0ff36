"""Parts of a document: what is around one thing, and all that a thing came from."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from ..errors import PackagerError
from .model import Edges, Graph, Node, local_name
from .text import shown

_MOST_NAMED = 5
_NEAR = 0.75
_MOST_COMPARED = 20_000


def find_node(graph: Graph, name: str) -> int:
    """Return the position of the node that a user means.

    A name is tried as an identifier, as a label, as an identifier without its prefix, then as a part of one
    identifier or label. Where several fit, elements of the document go before names declared nowhere.

    Raises:
        PackagerError: nothing fits, or several things do; the message names some.
    """
    wanted = name.casefold()
    tests = (
        lambda node: node.key[1] == name,
        lambda node: name in (node.name, node.label),
        lambda node: local_name(node.key[1]) == name,
        lambda node: wanted in node.key[1].casefold() or wanted in node.label.casefold(),
    )
    nodes = [(at, node) for at, node in enumerate(graph.nodes) if node.kind != "unnamed"]
    for test in tests:
        found = [(at, node) for at, node in nodes if test(node)]
        found = [one for one in found if one[1].records] or found
        if len(found) == 1:
            return found[0][0]
        if found:
            raise PackagerError(
                f"{shown(name, 60)!r} may be {_listed(node for _, node in found)}", hint="give the identifier"
            )
    names = {one: node for _, node in nodes[:_MOST_COMPARED] for one in (node.label, node.key[1])}
    near = {
        node.key: node for node in (names[one] for one in get_close_matches(name, names, n=3, cutoff=_NEAR))
    }.values()
    raise PackagerError(
        f"nothing in the document is called {shown(name, 60)!r}",
        hint=f"did you mean {_listed(near)}?" if near else None,
    )


def _listed(nodes: Iterable[Node]) -> str:
    every = [shown(node.key[1], 60) for node in nodes]
    more = len(every) - _MOST_NAMED
    return ", ".join(every[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def around(graph: Graph, start: int, depth: int) -> frozenset[int]:
    """Return the nodes at most `depth` arrows away from a node, whichever way they point."""
    beside: defaultdict[int, list[int]] = defaultdict(list)
    for effect, cause in zip(graph.edges.effect, graph.edges.cause, strict=True):
        beside[effect].append(cause)
        beside[cause].append(effect)
    reached, border = {start}, [start]
    for _ in range(depth):
        border = [one for at in border for one in beside[at] if one not in reached]
        reached.update(border)
        if not border:
            break
    return frozenset(reached)


def lineage(graph: Graph, start: int) -> frozenset[int]:
    """Return a node and all that it came from: whatever can be reached along the arrows.

    An activity that is part of another came from the other, so that what the whole run used counts.
    """
    causes: defaultdict[int, list[int]] = defaultdict(list)
    for effect, cause in zip(graph.edges.effect, graph.edges.cause, strict=True):
        causes[effect].append(cause)
    reached, waiting = {start}, [start]
    while waiting:
        for cause in causes[waiting.pop()]:
            if cause not in reached:
                reached.add(cause)
                waiting.append(cause)
    return frozenset(reached)


def part(graph: Graph, chosen: frozenset[int]) -> Graph:
    """Return the chosen nodes with the arrows between them."""
    position = {at: new for new, at in enumerate(sorted(chosen))}
    edges = Edges()
    for relation, effect, cause, record in _rows(graph.edges):
        if effect in position and cause in position:
            edges.add(relation, position[effect], position[cause], record)
    return Graph(tuple(graph.nodes[at] for at in position), edges, graph.endless)


def _rows(edges: Edges) -> Iterator[tuple[int, int, int, int]]:
    return zip(edges.relation, edges.effect, edges.cause, edges.record, strict=True)
