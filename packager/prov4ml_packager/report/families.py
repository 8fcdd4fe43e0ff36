"""Metrics whose names differ in numbers only: layers, heads, devices. One stands for the others first."""

from collections import Counter
from collections.abc import Iterable

from ..graph.naming import skeleton


def places_in_families(names: Iterable[str]) -> dict[str, int]:
    """Return for each name how many of its family come before it: `layer_0/norm` 0, `layer_1/norm` 1.

    Args:
        names: of metrics; the family of one has the same name but for its numbers.
    """
    known = Counter[str]()
    places: dict[str, int] = {}
    for name in dict.fromkeys(names):
        places[name] = known[skeleton(name)]
        known[skeleton(name)] += 1
    return places
