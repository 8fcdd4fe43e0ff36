"""How much a page may hold, so that a run of any size gives one that opens at once."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds of one page; what is left out is always said where it would stand.

    Attributes:
        points: cells of all curves together (a cell is one point, or several consecutive ones).
        curves: curves that are drawn; further series are in the table of metrics alone.
        drawings: charts that are also drawn without a script, for print and where scripts are off.
        rows: rows of one table.
        characters: of one value or name.
        graph: characters of a provenance graph with all that it holds.
    """

    points: int
    curves: int
    drawings: int
    rows: int
    characters: int
    graph: int


REPORT = Limits(points=120_000, curves=5_000, drawings=200, rows=2_000, characters=2_000, graph=3_000_000)
"""Of a report: at most about 8 MB."""

PREVIEW = Limits(points=12_000, curves=500, drawings=50, rows=500, characters=1_000, graph=600_000)
"""Of the preview in a crate, whose files are beside it: at most about 2 MB besides the metadata's copy."""
