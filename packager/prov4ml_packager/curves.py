"""From metric series to curves that a page or a line can hold: cells of points that keep every extreme."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .metric_table import CHUNK_POINTS, MetricSeries, Points

Floats = npt.NDArray[np.float64]

_FEWEST_CELLS = 8


@dataclass(frozen=True)
class Curve:
    """A series as cells in the order of their first step; cells of one step are in the order logged.

    A cell is `cell` consecutive points as logged (the last one may be shorter). `low`, `high` and `mean` are
    of its finite values, NaN where it has none; `odd` are the numbers of the cells that hold a NaN or an
    infinity. With `cell` 1 every point is there, and the three are the same array.

    Attributes:
        series: the names and the number of points.
        steps: first step of each cell.
        times: time of the first point of each cell, in seconds since the run began.
    """

    series: MetricSeries
    cell: int
    steps: npt.NDArray[np.int64]
    times: Floats
    low: Floats
    high: Floats
    mean: Floats
    odd: npt.NDArray[np.int64]


def cells_for_each(counts: Sequence[int], budget: int) -> int:
    """Return the largest number of cells that every series may have so that all together keep the budget.

    Short series use less than their share, which the longer ones get. It is never below eight, so that with
    very many series the budget is kept only if it allows eight for each.
    """
    left, share = budget, 0
    waiting = sorted(counts)
    for place, count in enumerate(waiting):
        share = left // (len(waiting) - place)
        if count > share:
            return max(_FEWEST_CELLS, share)
        left -= count
    return max(_FEWEST_CELLS, share, waiting[-1] if waiting else 0)


def make_curve(series: MetricSeries, cells: int, origin: int) -> Curve:
    """Read a series once, in bounded memory, into at most `cells` cells.

    Args:
        series: the series; its points may be logged in any order of steps.
        cells: how many cells at most; a series with no more points has one for each.
        origin: where the curve's time begins, in ns since the epoch.
    """
    cell = max(1, -(-series.count // max(1, cells)))
    parts = [_cells(chunk, cell, origin) for chunk in series.chunks(max(1, CHUNK_POINTS // cell) * cell)] or [
        _cells(series.points(), cell, origin)
    ]
    steps, times, low, high, mean, odd = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.argsort(steps, kind="stable")
    if cell == 1:
        low = high = mean
    return Curve(
        series,
        cell,
        steps[order],
        times[order],
        low[order],
        high[order],
        mean[order],
        np.flatnonzero(odd[order]),
    )


def _cells(chunk: Points, cell: int, origin: int) -> tuple[Any, ...]:
    starts = np.arange(0, len(chunk), cell)
    values = chunk["value"]
    finite = np.isfinite(values)
    if cell == 1:
        low = high = mean = np.where(finite, values, np.nan)
    elif not len(chunk):
        low = high = mean = values
    else:
        numbers = np.add.reduceat(finite.astype(np.int64), starts)
        low = np.minimum.reduceat(np.where(finite, values, np.inf), starts)
        high = np.maximum.reduceat(np.where(finite, values, -np.inf), starts)
        # Divided before it is added: values near the largest float must not overflow.
        shares = np.where(finite, values, 0.0) / np.repeat(np.maximum(numbers, 1), cell)[: len(values)]
        mean = np.clip(np.add.reduceat(shares, starts), low, high)
        for column in (low, high, mean):
            column[numbers == 0] = np.nan
    sizes = np.diff(np.append(starts, len(chunk)))
    odd = (np.add.reduceat(finite.astype(np.int64), starts) if len(chunk) else starts) < sizes
    times = (chunk["time"][starts] - origin) / 1e9
    return chunk["step"][starts].astype(np.int64), times, low, high, mean, odd
