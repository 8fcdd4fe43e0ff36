"""What differs between runs: the facts are those of PROV documents, so that runs and crates compare."""

from .csv_table import table_csv, table_metadata
from .differences import Comparison, Difference, compare
from .facets import SECTIONS, UNCOUNTED, Facets, facets_of
from .many import KeyValues, side_by_side
from .run_table import Column, RunTable, refuse_copies, run_table
from .text import comparison_json, comparison_lines

__all__ = [
    "SECTIONS",
    "UNCOUNTED",
    "Column",
    "Comparison",
    "Difference",
    "Facets",
    "KeyValues",
    "RunTable",
    "compare",
    "comparison_json",
    "comparison_lines",
    "facets_of",
    "refuse_copies",
    "run_table",
    "side_by_side",
    "table_csv",
    "table_metadata",
]
