"""What two documents say differently, section by section."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from .facets import SECTIONS, UNCOUNTED, Facets


@dataclass(frozen=True)
class Difference:
    """One key that has two values; None is where it is not there."""

    key: str
    a: str | None
    b: str | None


@dataclass(frozen=True)
class Comparison:
    """The result.

    Attributes:
        sections: the differences of each section, in the order of `SECTIONS`; empty ones are there too.
        equal: how many facts of each section are the same.
    """

    sections: Mapping[str, tuple[Difference, ...]]
    equal: Mapping[str, int]

    @property
    def same(self) -> bool:
        """Return whether nothing differs but load of the machine and times."""
        return not any(found for name, found in self.sections.items() if name not in UNCOUNTED)


def compare(a: Facets, b: Facets, *, tolerance: float = 0.0) -> Comparison:
    """Compare two documents.

    Args:
        a: the first one's facts.
        b: the second one's.
        tolerance: metrics that are at most this far apart, relative to the larger, are the same. NaN is the
            same as NaN.
    """
    sections: dict[str, tuple[Difference, ...]] = {}
    equal: dict[str, int] = {}
    for section in SECTIONS:
        first, second = a.get(section, {}), b.get(section, {})
        allowed = tolerance if section == "metrics" else 0.0
        found = []
        for key in dict.fromkeys([*first, *second]):
            left, right = first.get(key), second.get(key)
            if left is None or right is None or not _agree(left, right, allowed):
                found.append(Difference(key, left, right))
        sections[section] = tuple(found)
        equal[section] = len(first.keys() | second.keys()) - len(found)
    return Comparison(sections, equal)


def _agree(left: str, right: str, tolerance: float) -> bool:
    if left == right:
        return True
    if not tolerance:
        return False
    try:
        return math.isclose(float(left), float(right), rel_tol=tolerance)
    except ValueError:
        return False
