"""A layout for pictures too large for any good one: columns in time, rows without overlap, in linear time."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from .labels import lines
from .picture import Group, Picture
from .text import width

_DIGIT = 7.2
_LINE = 14.5
_COLUMN_GAP = 90.0
_PART_GAP = 30.0
_ROW_GAP = 12.0
_MOST_ROWS = 60
_SQUARISH = 2.5
_NARROWEST = 6000.0
_BAND_GAP = 80.0


def columns(picture: Picture) -> dict[int, tuple[float, float]]:
    """Return the centre of each group in points, y upwards: causes left of effects, no two nodes overlapping.

    The column of a node is the longest way to it from where nothing leads; a cycle is broken at its first
    node. A column with many nodes is folded into parts side by side; a long way goes on below, as text does.
    """
    ranks = _ranks(picture)
    by_rank: defaultdict[int, list[int]] = defaultdict(list)
    for at, rank in enumerate(ranks):
        by_rank[rank].append(at)
    causes: defaultdict[int, list[int]] = defaultdict(list)
    for arrow in picture.arrows:
        if arrow.effect != arrow.cause:
            causes[arrow.effect].append(arrow.cause)
    rows = max(_MOST_ROWS, int((len(ranks) * _SQUARISH) ** 0.5))
    heights: dict[int, float] = {}
    parts: list[_Part] = []
    for rank in sorted(by_rank):
        members = by_rank[rank]
        # Where a node's causes stand decides its row, so that arrows of the same origin run together.
        wish = {at: _mean([heights[cause] for cause in causes[at] if cause in heights]) for at in members}
        members.sort(key=lambda at: -wish[at])
        for start in range(0, len(members), rows):
            part = _part(picture.groups, members[start : start + rows], last=start + rows >= len(members))
            heights.update(zip(part.members, part.rows, strict=True))
            parts.append(part)
    return _banded(parts)


@dataclass(frozen=True)
class _Part:
    """Nodes above each other: their heights around zero, and the size of all."""

    members: Sequence[int]
    rows: Sequence[float]
    width: float
    height: float
    gap: float


def _part(groups: Sequence[Group], members: Sequence[int], *, last: bool) -> _Part:
    sizes = [_size(groups[at]) for at in members]
    height = sum(size[1] + _ROW_GAP for size in sizes)
    top, rows = height / 2, []
    for _, down in sizes:
        rows.append(top - down / 2)
        top -= down + _ROW_GAP
    return _Part(members, rows, max(size[0] for size in sizes), height, _COLUMN_GAP if last else _PART_GAP)


def _banded(parts: Sequence[_Part]) -> dict[int, tuple[float, float]]:
    """Place parts from left to right, in bands below each other like lines of a text if they are many."""
    total = sum(part.width + part.gap for part in parts)
    area = sum((part.width + part.gap) * (part.height + _BAND_GAP) for part in parts)
    across = max(_NARROWEST, (area * _SQUARISH) ** 0.5) if total > _NARROWEST else total
    places: dict[int, tuple[float, float]] = {}
    middle, start = 0.0, 0
    while start < len(parts):
        end, right = start, 0.0
        while end < len(parts) and (end == start or right + parts[end].width <= across):
            right += parts[end].width + parts[end].gap
            end += 1
        half = max(part.height for part in parts[start:end]) / 2
        middle -= half
        left = 0.0
        for part in parts[start:end]:
            for at, row in zip(part.members, part.rows, strict=True):
                places[at] = (left + part.width / 2, middle + row)
            left += part.width + part.gap
        middle -= half + _BAND_GAP
        start = end
    return places


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _size(group: Group) -> tuple[float, float]:
    label = lines(group)
    across = max(width(line) for line in label) * _DIGIT + 18
    down = len(label) * _LINE + 10
    # An ellipse around a text is wider and higher than the text by the square root of two.
    factor = 1.0 if group.kind == "activity" else 1.42
    return across * factor + 8, down * (2.0 if group.kind == "agent" else factor) + 8


def _ranks(picture: Picture) -> list[int]:
    """Return the longest way to each group; arrows that would close a cycle do not count."""
    effects: defaultdict[int, list[int]] = defaultdict(list)
    waiting = [0] * len(picture.groups)
    for arrow in picture.arrows:
        if arrow.effect != arrow.cause:
            effects[arrow.cause].append(arrow.effect)
            waiting[arrow.effect] += 1
    ranks = [0] * len(picture.groups)
    done = [False] * len(picture.groups)
    ready = [at for at, number in enumerate(waiting) if number == 0]
    next_start = 0
    while True:
        while ready:
            at = ready.pop()
            if done[at]:
                continue
            done[at] = True
            for effect in effects[at]:
                if not done[effect]:
                    ranks[effect] = max(ranks[effect], ranks[at] + 1)
                    waiting[effect] -= 1
                    if waiting[effect] == 0:
                        ready.append(effect)
        while next_start < len(done) and done[next_start]:
            next_start += 1
        if next_start == len(done):
            return ranks
        ready.append(next_start)  # all that is left waits for itself in a cycle
