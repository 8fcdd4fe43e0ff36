"""A curve in one line of text."""

import math
from collections.abc import Sequence
from typing import Any

_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII = "_.-~=+*#"


def sparkline(values: Sequence[Any], width: int, *, blocks: bool = True) -> str:
    """Return values as characters of eight heights, the lowest and the highest value at the ends.

    Neighbours are averaged where there are more values than places. What is no finite number (in a summary
    `NaN`, `INF`) is a gap; equal values are at half height.

    Args:
        values: numbers in order.
        width: characters at most.
        blocks: use Unicode's blocks; else ASCII.
    """
    numbers = [one if isinstance(one, int | float) and math.isfinite(one) else None for one in values]
    share = -(-len(numbers) // max(1, width))
    columns = [_mean(numbers[at : at + share]) for at in range(0, len(numbers), share)] if share else []
    known = [one for one in columns if one is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    heights = _BLOCKS if blocks else _ASCII
    drawn = [" " if one is None else heights[_height(one, low, high, len(heights))] for one in columns]
    return "".join(drawn)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    if not known:
        return None
    mean = sum(one / len(known) for one in known)
    return min(max(mean, min(known)), max(known))  # rounding may lead past the largest float


def _height(value: float, low: float, high: float, steps: int) -> int:
    # Halved before they are subtracted: the range of floats is larger than the largest float.
    span = high / 2 - low / 2
    if span == 0:
        return steps // 2 - 1
    return min(steps - 1, int((value / 2 - low / 2) / span * steps))
