"""The points of a metric from the three lists of a document: epochs, values, timestamps."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...metric_table import POINT_DTYPE, Points
from ...repair.point_lists import SHORTENED_FROM, PointList
from ...stores.foreign.numbers import WHOLE, guess_time_unit, rounding_note
from ..counts import counted

_FACTORS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
_LIMIT = 2**63
_LATEST = 1e20
"""Numbers from here on are no times since 1970 in any unit."""

Item = int | float | str | None


@dataclass(frozen=True)
class OddPoint:
    """A point whose value is no number, or one that no 64-bit float holds."""

    epoch: int
    time: int
    value: str | None


@dataclass(frozen=True)
class AssembledPoints:
    """What the lists hold.

    Attributes:
        points: those with a number, in the order of the list.
        odd: those with something else.
        lost: number of points that the document has lost, if that can be known; 0 for none.
        at_least: the least number of points lost, where the exact one cannot be known.
        notes: what had to be assumed, one sentence each.
    """

    points: Points
    odd: tuple[OddPoint, ...]
    lost: int | None
    at_least: int
    notes: tuple[str, ...]


def assemble(
    epochs: PointList | None,
    values: PointList | None,
    times: PointList | None,
    start: int,
    time_of: Callable[[str], int | None] = lambda text: None,
) -> AssembledPoints:
    """Put the lists together; an element belongs to those at the same place, from either end of a gap.

    Args:
        epochs: whole numbers, maybe as floats.
        values: numbers or anything else.
        times: numbers of s, ms, us or ns since 1970, which of them is told by their size; or texts.
        start: time (ns) of points where no time is known.
        time_of: gives the time (ns) that a text is, or None.
    """
    lists = [one for one in (epochs, values, times) if one is not None]
    lengths = [len(one.items) for one in lists if one.gap is None]
    notes: list[str] = []
    if any(one.gap is not None for one in lists):
        total = max(lengths) if lengths else None
        shown = _shown_places(values, lists, total)
        lost, at_least = _lost(shown, lists, total)
    else:
        total = max(lengths, default=0)
        count = min(lengths) if values is not None else 0
        shown = [(place, place - total) for place in range(count)]
        lost, at_least = total - count, total - count
        if total > count and values is not None:
            notes.append("the lists differ in length")
    pick = [(_at(values, first, last, total)) for first, last in shown]
    recorded = [_at(epochs, first, last, total) for first, last in shown]
    steps = [_to_step(item) for item in recorded]
    notes += _rounded(recorded, steps)
    unit = _unit(times)
    moments = [
        time_of(item) if isinstance(item, str) else _to_time(item, unit)
        for item in (_at(times, first, last, total) for first, last in shown)
    ]
    if shown:
        notes += _fill(steps, moments, start)
    return _split(pick, steps, moments, lost, at_least, notes)


def _shown_places(
    values: PointList | None, lists: list[PointList], total: int | None
) -> list[tuple[int, int]]:
    """Return the places of points with a value: from the start, and from the end as negative numbers."""
    if values is None:
        return []
    gap = values.gap
    head = len(values.items) if gap is None else gap
    tail = 0 if gap is None else len(values.items) - gap
    if total is None:
        head = min(head, *(one.gap or 0 for one in lists))
        tail = min(tail, *(len(one.items) - (one.gap or 0) for one in lists))
        # Places after a gap of unknown length can be counted from the end only; those before, from the start.
        return [(place, -_LIMIT) for place in range(head)] + [(_LIMIT, place - tail) for place in range(tail)]
    head = min(head, total)
    tail = min(tail, total - head)
    return [(place, place - total) for place in range(head)] + [
        (total - tail + place, place - tail) for place in range(tail)
    ]


def _lost(shown: list[tuple[int, int]], lists: list[PointList], total: int | None) -> tuple[int | None, int]:
    if total is not None:
        return max(0, total - len(shown)), max(0, total - len(shown))
    visible = max(len(one.items) for one in lists)
    return None, max(SHORTENED_FROM - len(shown), visible - len(shown))


def _at(items: PointList | None, first: int, last: int, total: int | None) -> Item:
    """Return the element at a place, None where the list does not show it."""
    if items is None:
        return None
    if items.gap is None:
        return items.items[first] if first < len(items.items) else None
    if first < items.gap:
        return items.items[first]
    tail = len(items.items) - items.gap
    return items.items[last] if -tail <= last < 0 else None


def _to_step(item: Item) -> int | None:
    if not isinstance(item, int | float) or not -_LIMIT <= item < _LIMIT:
        return None
    return math.floor(item)


def _rounded(recorded: list[Item], steps: list[int | None]) -> list[str]:
    """Return what is to be said of epochs that are no whole numbers."""
    fractions = [
        item for item, step in zip(recorded, steps, strict=True) if step is not None and step != item
    ]
    if not fractions:
        return []
    return [
        f"the epoch of {counted(len(fractions), 'point')} is no whole number, as {fractions[0]!r}, and is"
        " rounded down"
    ]


def _to_time(item: Item, factor: int) -> int | None:
    if not isinstance(item, int | float) or not 0 <= item < _LATEST:
        return None
    if isinstance(item, int):
        time = item * factor
    else:  # the whole part by itself: a float of seconds times 10**9 would lose its last digits
        whole = math.floor(item)
        time = whole * factor + round((item - whole) * factor)
    return time if time < _LIMIT else None


def _unit(times: PointList | None) -> int:
    numbers = [
        item
        for item in (times.items if times else ())
        if isinstance(item, int | float) and 0 <= item < _LATEST
    ]
    return _FACTORS[guess_time_unit(float(max(numbers)))] if numbers else 1


def _fill(steps: list[int | None], moments: list[int | None], start: int) -> list[str]:
    """Fill what is not known: a step or time is that of the point before, else the place, or the start."""
    notes = []
    unknown = sum(step is None for step in steps)
    if unknown == len(steps):
        notes.append("no epoch is known: the points are numbered")
        steps[:] = range(len(steps))
    elif unknown:
        notes.append(_unknown("epoch", unknown))
        _carry(steps)
    unknown = sum(moment is None for moment in moments)
    if unknown == len(moments):
        notes.append("no time is known: the points have the start of the run")
        moments[:] = [start] * len(moments)
    elif unknown:
        notes.append(_unknown("time", unknown))
        _carry(moments)
    return notes


def _unknown(what: str, count: int) -> str:
    they = "it has that" if count == 1 else "they have that"
    return f"the {what} of {counted(count, 'point')} is not known: {they} of the point before"


def _carry(numbers: list[int | None]) -> None:
    known = next(number for number in numbers if number is not None)
    for place, number in enumerate(numbers):
        known = known if number is None else number
        numbers[place] = known


def _split(
    values: list[Item],
    steps: list[int | None],
    moments: list[int | None],
    lost: int | None,
    at_least: int,
    notes: list[str],
) -> AssembledPoints:
    rows: list[tuple[int, int, float]] = []
    odd: list[OddPoint] = []
    rounded = 0
    for value, step, time in zip(values, steps, moments, strict=True):
        number = _to_float(value)
        if number is None:
            odd.append(OddPoint(step or 0, time or 0, None if value is None else str(value)))
        else:
            rows.append((step or 0, time or 0, number))
            rounded += not -WHOLE < number < WHOLE and isinstance(value, int) and int(number) != value
    if rounded:
        notes.append(rounding_note("values", rounded))
    return AssembledPoints(np.array(rows, POINT_DTYPE), tuple(odd), lost, at_least, tuple(notes))


def _to_float(value: Item) -> float | None:
    if isinstance(value, float):
        return value
    if isinstance(value, int):
        try:
            return float(value)
        except OverflowError:
            return None
    return None
