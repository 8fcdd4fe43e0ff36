"""How much a page may hold, so that a run of any size gives one that opens at once."""

from dataclasses import dataclass, replace

_FEWEST_ROWS = 20
_FEWEST_CHARACTERS = 120
_FEWEST_COLUMNS = 12


@dataclass(frozen=True)
class Limits:
    """Bounds of one page; what is left out is always said where it would stand.

    Attributes:
        points: cells of all curves together (a cell is one point, or several consecutive ones).
        curves: curves that are drawn; further series are in the table of metrics alone.
        drawings: charts that are also drawn without a script, for print and where scripts are off.
        rows: rows of one table.
        rest: characters of the rows of a run's metrics that only a filter shows.
        columns: columns of the table that compares runs.
        runs: runs that have a part of their own besides their row in that table.
        characters: of one value or name.
        graph: characters of all provenance graphs with all that they hold.
    """

    points: int
    curves: int
    drawings: int
    rows: int
    rest: int
    columns: int
    runs: int
    characters: int
    graph: int

    def of_one(self, count: int) -> "Limits":
        """Return the limits of one of `count` runs of a page."""

        def share(whole: int, least: int) -> int:
            return min(whole, max(least, 4 * whole // count))

        return replace(
            self,
            graph=self.graph // count,
            rest=self.rest // count,
            rows=share(self.rows, _FEWEST_ROWS),
            characters=share(self.characters, _FEWEST_CHARACTERS),
        )

    def columns_for(self, rows: int) -> int:
        """Return how many columns the table that compares so many runs may have."""
        return min(self.columns, max(_FEWEST_COLUMNS, self.columns * self.runs // max(1, rows)))


REPORT = Limits(
    points=120_000, curves=5_000, drawings=200, rows=2_000, rest=1_000_000, columns=100, runs=500,
    characters=2_000, graph=3_000_000,
)  # fmt: skip
"""Of a report: at most about 9 MB."""

PREVIEW = Limits(
    points=24_000, curves=1_000, drawings=50, rows=500, rest=600_000, columns=50, runs=250,
    characters=1_000, graph=600_000,
)  # fmt: skip
"""Of the preview in a crate, whose files are beside it: at most about 2.5 MB of one run and 9 MB of many,
besides the metadata's copy."""
