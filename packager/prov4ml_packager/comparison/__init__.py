"""What differs between runs: the facts are those of PROV documents, so that runs and crates compare."""

from .differences import Comparison, Difference, compare
from .facets import SECTIONS, UNCOUNTED, Facets, facets_of
from .text import comparison_json, comparison_lines

__all__ = [
    "SECTIONS",
    "UNCOUNTED",
    "Comparison",
    "Difference",
    "Facets",
    "compare",
    "comparison_json",
    "comparison_lines",
    "facets_of",
]
