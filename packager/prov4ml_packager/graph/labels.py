"""What stands in the nodes of a picture and in their tooltips."""

from collections.abc import Iterator, Sequence

from .naming import (
    common_name,
    counted,
    display_type,
    headline,
    plural,
    thing,
    value_of,
    without_common_start,
)
from .picture import Group
from .text import escaped, shown

LABEL = 36
_LISTED = 6
_ONE_LINE = 26
_MEMBERS_IN_TOOLTIP = 40
_MEMBER = 100
LONGEST_VALUE = 1 << 20
"""A value of more characters is cut even in a tooltip: no browser shows it."""


def title(group: Group) -> str:
    """Return the first line: the name of a single node, of a fold what it is and how many."""
    if len(group.members) == 1:
        return "?" if group.kind == "unnamed" else shown(group.first.label or "(no name)", LABEL)
    name = common_name([member.label for member in group.members]) or _shared_kind(group)
    return f"{shown(name or plural(group.kind), LABEL - 10)} × {len(group.members):,}"


def _shared_kind(group: Group) -> str:
    kinds = {thing(member) for member in group.members}
    return display_type(kinds) if len(kinds) == 1 else ""


def lines(group: Group) -> list[str]:
    """Return the label of a node, line by line, each of at most 36 characters.

    A single node has its name, value and type; a fold its count and as many members as can be read.
    """
    first = title(group)
    kind = display_type(group.first.types)
    suffix = [f"({shown(kind, LABEL - 2)})"] if kind else []
    if len(group.members) == 1:
        value = value_of(group.first)
        if value is None or group.kind == "unnamed":
            return [first, *suffix]
        if len(first) + len(value) <= _ONE_LINE:
            return [headline(group.first, LABEL), *suffix]
        return [first, value.strip(), *suffix]
    labels = [member.label for member in group.members[: _LISTED + 1]]
    if group.kind == "unnamed":
        return [first]
    if common_name([member.label for member in group.members]) is not None:
        return [first, *(suffix if _shared_kind(group) else [])]
    more = len(group.members) - _LISTED
    names = without_common_start(labels if more <= 1 else labels[:_LISTED])
    listed = [headline(member, LABEL, name) for member, name in zip(group.members, names, strict=False)]
    return [first, *listed, *([f"… {more:,} more"] if more > 1 else [])]


def tooltip(group: Group) -> Iterator[str]:
    """Yield what is known of a node, line by line: values whole, of a fold the first forty members."""
    if len(group.members) == 1:
        node = group.first
        if node.kind == "unnamed":
            yield "an end that the document leaves open"
            return
        yield f"{node.kind} {node.key[1]}" if node.records else f"{node.kind} {node.key[1]}, declared nowhere"
        for name, value in node.attributes:
            yield f"{name}: {value[:LONGEST_VALUE]}"
        return
    yield title(group)
    if group.inner:
        yield f"{counted(group.inner, 'relation')} among them"
    for member in group.members[:_MEMBERS_IN_TOOLTIP]:
        yield headline(member, _MEMBER)
    if len(group.members) > _MEMBERS_IN_TOOLTIP:
        yield f"… and {len(group.members) - _MEMBERS_IN_TOOLTIP:,} more"


def whole_tooltip(group: Group) -> str:
    """Return the tooltip as text that XML can carry."""
    return "\n".join(escaped(line) for line in tooltip(group))


def short_tooltip(group: Group) -> list[str]:
    """Return the tooltip in few and short lines, for programs with limits of their own."""
    every: Sequence[str] = [shown(line, 160) for line in tooltip(group)]
    if len(every) <= _MEMBERS_IN_TOOLTIP:
        return list(every)
    return [*every[:_MEMBERS_IN_TOOLTIP], "…"]
