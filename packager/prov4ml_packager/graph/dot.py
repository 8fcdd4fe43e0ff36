"""PROV-JSON to DOT, in the colours and shapes of the W3C (PROV-DM, section 2.1), left to right in time."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from .folding import Detail, Group, Picture, fold
from .model import PART_OF, Graph, Node, read_graph
from .text import quoted, shown

_LABEL = 36
_VALUE_IN_TOOLTIP = 400
_LINES_IN_TOOLTIP = 40
_STYLES = {
    "entity": 'shape=ellipse, fillcolor="#FFFC87", color="#808080"',
    "activity": 'shape=box, fillcolor="#9FB1FC", color="#0000FF"',
    "agent": 'shape=house, fillcolor="#FDB266", color="#A0522D"',
}
_HEADER = """digraph prov {
  graph [rankdir=LR, charset="UTF-8", fontname="Arial", fontsize=12, nodesep=0.22,
         ranksep=0.55, compound=true, newrank=true, tooltip=" ", bgcolor="#FFFFFF"];
  node [style=filled, fontname="Arial", fontsize=12, margin="0.12,0.06"];
  edge [dir=back, arrowsize=0.7, fontname="Arial", fontsize=10, color="#555555",
        fontcolor="#333333"];
"""


def document_to_dot(document: Mapping[str, Any], detail: Detail = "summary") -> str:
    """Return a picture of any PROV-JSON document as DOT text.

    Entities are yellow ellipses, activities blue boxes, agents orange houses in a frame of their own; a
    dashed line marks what a relation mentions and nothing declares, a double line a fold with its count.
    Arrows point from effect to cause as PROV defines them, and causes stand left of effects. Bundles, and
    activities that are part of another (`dcterms:isPartOf`) with what belongs to them alone, are frames.

    Labels are plain text of at most 36 characters a line; attributes are in the tooltips. The same document
    gives the same text. Whatever it contains, the result is legal DOT.

    Args:
        document: parsed PROV-JSON, of any origin.
        detail: `overview` folds all that is alike, `summary` from six nodes on, `full` nothing; a picture of
            more nodes than can be laid out (40, 120, 400) is folded further, and its caption says so.
    """
    graph = _with_ranks_told_apart(read_graph(document))
    picture = fold(graph, detail)
    return "".join([_HEADER, *_nodes(picture), *_arrows(picture), _caption(graph, picture, detail), "}\n"])


def _with_ranks_told_apart(graph: Graph) -> Graph:
    """Return the graph with the rank in the labels of entities, where a document of ours has several."""
    ranks = {
        node.key: rank
        for node in graph.nodes.values()
        if node.kind == "entity" and (rank := dict(node.attributes).get("prov4ml:rank")) is not None
    }
    if len(set(ranks.values())) < 2:
        return graph
    nodes = {
        key: replace(node, label=f"{node.label}, rank {ranks[key]}") if key in ranks else node
        for key, node in graph.nodes.items()
    }
    return replace(graph, nodes=nodes)


def _caption(graph: Graph, picture: Picture, detail: Detail) -> str:
    folded = sum(len(group.members) for group in picture.groups if len(group.members) > 1)
    groups = sum(len(group.members) > 1 for group in picture.groups)
    relations = sum(edge.relation != PART_OF for edge in graph.edges)
    text = f"{detail}: {_counted(len(graph.nodes), 'element')}, {_counted(relations, 'relation')}"
    if groups:
        text += f"; {_counted(folded, 'element')} folded into {_counted(groups, 'group')}"
    if picture.reduced:
        text += ", more than this level folds by itself, to keep the picture readable"
    if graph.incomplete:
        text += f"; not drawn for want of an end: {_counted(graph.incomplete, 'relation')}"
    return f'  label={quoted(text)}; labelloc="b"; labeljust="l"; fontcolor="#555555";\n'


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _nodes(picture: Picture) -> Iterator[str]:
    frames: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    free: list[int] = []
    homes = _homes(picture)
    for index in range(len(picture.groups)):
        frame = homes.get(index)
        (free if frame is None else frames[frame]).append(index)
    for number, ((_, title), members) in enumerate(frames.items()):
        yield f"  subgraph cluster_{number} {{\n"
        yield f'    label={quoted(title)}; style="rounded,dashed"; color="#999999"; fontcolor="#555555";\n'
        yield f'    labelloc="t"; labeljust="l"; tooltip={quoted(title)};\n'
        for index in members:
            yield "  " + _node(index, picture.groups[index])
        yield "  }\n"
    for index in free:
        yield _node(index, picture.groups[index])


def _homes(picture: Picture) -> dict[int, tuple[str, str]]:
    """Return the frame of each group that is in one: a bundle, the agents, or an activity inside another."""
    homes: dict[int, tuple[str, str]] = {}
    activities: defaultdict[int, set[int]] = defaultdict(set)
    parts = {}
    for relation, effect, cause in picture.arrows:
        if relation == PART_OF:
            parts[effect] = cause
        else:
            for one, other in ((effect, cause), (cause, effect)):
                if picture.groups[other].first.kind == "activity":
                    activities[one].add(other)
    for index, group in enumerate(picture.groups):
        node = group.first
        if node.key[0] is not None:
            homes[index] = (f"bundle {node.key[0]}", shown(f"bundle {node.key[0]}", 60))
        elif node.kind == "agent":
            homes[index] = ("agents", "agents")
        elif index in parts:
            homes[index] = (f"activity {index}", _title(group))
    for index, group in enumerate(picture.groups):
        if group.first.kind == "entity" and index not in homes and len(activities[index]) == 1:
            (activity,) = activities[index]
            if activity in parts and activity in homes:
                homes[index] = homes[activity]
    sizes = Counter(homes.values())
    # A frame around an activity that has nothing of its own would only say its name twice.
    return {index: home for index, home in homes.items() if index not in parts or sizes[home] > 1}


def _node(index: int, group: Group) -> str:
    node = group.first
    style = _STYLES[node.kind]
    if len(group.members) > 1:
        style += ", peripheries=2"
    elif not node.declared:
        style += ', style="filled,dashed"'
    lines, tooltip = _label(group), _tooltip(group)
    return f"  n{index} [id=n{index}, label={quoted(*lines)}, tooltip={quoted(*tooltip)}, {style}];\n"


def _title(group: Group) -> str:
    node = group.first
    if len(group.members) == 1:
        return shown(node.label, _LABEL)
    types = {one.types[:1] for one in group.members}
    kind = (
        node.types[0]
        if len(types) == 1 and node.types
        else {"entity": "entities", "activity": "activities"}.get(node.kind, "agents")
    )
    return f"{shown(kind, _LABEL - 10)} × {len(group.members):,}"


def _label(group: Group) -> list[str]:
    node = group.first
    if len(group.members) > 1:
        names = [shown(_headline(member), 30) for member in group.members[:3]]
        return [_title(group), *names, *(["…"] if len(group.members) > 3 else [])]
    lines = [shown(_headline(node), _LABEL)]
    if node.types:
        lines.append(f"({shown(node.types[0], _LABEL - 2)})")
    return lines


def _headline(node: Node) -> str:
    values = dict(node.attributes)
    value = values.get("prov:value")
    if value is not None:
        return f"{shown(node.label, 20)} = {_short_number(value)}"
    last = values.get("prov4ml:last")
    return node.label if last is None else f"{shown(node.label, 20)}: last {_short_number(last)}"


def _short_number(text: str) -> str:
    try:
        return f"{float(text):.6g}" if math.isfinite(float(text)) else text
    except ValueError:
        return text


def _tooltip(group: Group) -> list[str]:
    if len(group.members) > 1:
        lines = [_title(group)]
        if group.inner:
            lines.append(f"{_counted(group.inner, 'relation')} among them")
        lines.extend(shown(_headline(member), 100) for member in group.members)
    else:
        node = group.first
        lines = [shown(f"{node.kind} {node.key[1]}", 200)]
        lines.extend(
            f"{shown(name, 80)}: {shown(value, _VALUE_IN_TOOLTIP)}" for name, value in node.attributes
        )
    return _bounded(lines)


def _bounded(lines: Iterable[str]) -> list[str]:
    every = list(lines)
    if len(every) <= _LINES_IN_TOOLTIP:
        return every
    return [*every[:_LINES_IN_TOOLTIP], f"… and {len(every) - _LINES_IN_TOOLTIP:,} more"]


def _arrows(picture: Picture) -> Iterator[str]:
    for (relation, effect, cause), count in picture.arrows.items():
        label = relation if count == 1 else f"{relation} × {count:,}"
        style = ', style=dashed, color="#999999"' if relation == PART_OF else ""
        place = "label"
        if relation == "actedOnBehalfOf":
            # Agents stand above each other beside what they did; a label would lie on such an arrow.
            place, style = "xlabel", ", constraint=false"
        yield f"  n{cause} -> n{effect} [{place}={quoted(label)}, tooltip={quoted(label)}{style}];\n"
