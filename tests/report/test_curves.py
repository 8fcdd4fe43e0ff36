"""Reducing series to cells: every extreme stays, gaps are known, and short series are whole."""

import base64
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prov4ml_packager.curves import cells_for_each, make_curve
from prov4ml_packager.metric_table import POINT_DTYPE, MetricSeries, series_from_points
from prov4ml_packager.report.drawing import draw_curves, nice_ticks
from prov4ml_packager.report.encoding import curve_entry

START = 1_700_000_000_000_000_000


def series_of(values: list[float], steps: list[int] | None = None) -> MetricSeries:
    points = np.zeros(len(values), POINT_DTYPE)
    points["value"] = values
    points["step"] = range(len(values)) if steps is None else steps
    points["time"] = START + 500_000_000 * np.arange(len(values))
    return series_from_points(points, metric="loss", context="training")


@given(
    st.lists(st.floats(width=64), min_size=1, max_size=200),
    st.integers(1, 50),
)
def test_cells_hold_the_extremes_and_every_gap(values: list[float], cells: int) -> None:
    curve = make_curve(series_of(values), cells, START)
    assert len(curve.steps) <= cells
    assert len(curve.steps) == math.ceil(len(values) / curve.cell)
    finite = [value for value in values if math.isfinite(value)]
    if finite:
        assert np.nanmin(curve.low) == min(finite)
        assert np.nanmax(curve.high) == max(finite)
    for place in range(len(curve.steps)):
        cell = values[place * curve.cell : (place + 1) * curve.cell]
        known = [value for value in cell if math.isfinite(value)]
        assert (place in curve.odd) == (len(known) < len(cell))
        assert math.isnan(curve.mean[place]) == (not known)
        if known:
            assert (curve.low[place], curve.high[place]) == (min(known), max(known))
            assert min(known) <= curve.mean[place] <= max(known)


def test_a_short_series_is_whole_and_in_the_order_of_its_steps() -> None:
    curve = make_curve(series_of([3.0, 1.0, 2.0, 1.5], [2, 0, 1, 1]), 4, START)
    assert curve.cell == 1
    assert curve.steps.tolist() == [0, 1, 1, 2]
    assert curve.mean.tolist() == [1.0, 2.0, 1.5, 3.0]
    assert curve.times.tolist() == [0.5, 1.0, 1.5, 0.0]


def test_chunks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(1).normal(size=1000).tolist()
    whole = make_curve(series_of(values), 30, START)
    monkeypatch.setattr("prov4ml_packager.curves.CHUNK_POINTS", 100)
    parts = make_curve(series_of(values), 30, START)
    for name in ("steps", "times", "low", "high", "mean", "odd"):
        assert np.array_equal(getattr(whole, name), getattr(parts, name))


@given(st.lists(st.integers(0, 10_000), max_size=60), st.integers(0, 20_000))
def test_shares_use_the_budget_and_keep_it(counts: list[int], budget: int) -> None:
    share = cells_for_each(counts, budget)
    used = sum(min(count, share) for count in counts)
    assert used <= max(budget, 8 * len(counts))
    more = sum(min(count, share + 1) for count in counts)
    assert more > budget or more == sum(counts) or share == 8


def test_an_entry_is_read_back_to_the_bit() -> None:
    values = [0.1, float("nan"), -0.0, 5e-324, 1.7e308]
    entry = curve_entry(make_curve(series_of(values), 5, START), 3, machine=False)
    mean = np.frombuffer(base64.b64decode(entry["mean"]), "<f8")
    assert mean.tobytes() == np.array(values, "<f8").tobytes()
    assert entry["steps"] == {"first": 0, "by": 1}
    assert entry["odd"] == [1]
    uneven = curve_entry(make_curve(series_of([1.0, 2.0, 3.0], [0, 5, 7]), 5, START), 0, machine=False)
    assert np.frombuffer(base64.b64decode(uneven["steps"]), "<f8").tolist() == [0, 5, 7]


@given(st.floats(-1e300, 1e300), st.floats(1e-12, 1e300), st.integers(2, 10))
def test_ticks_are_few_and_inside(low: float, span: float, most: int) -> None:
    high = low + span
    ticks = nice_ticks(low, high, most)
    assert len(ticks) <= most + 1
    slack = 1e-9 * max(abs(low), abs(high))
    assert all(low - slack <= tick <= high + slack for tick in ticks)


@pytest.mark.parametrize(
    "values", [[1.0], [2.0, 2.0], [1e308, -1e308], [0.0, math.nan, 1.0], [5e-324, 0.0], [math.inf, 1.0, 2.0]]
)
def test_drawings_are_of_finite_numbers(values: list[float]) -> None:
    drawn = draw_curves([make_curve(series_of(values), 100, START)], "label")
    assert drawn is not None
    assert "nan" not in drawn
    assert "inf" not in drawn
    assert draw_curves([make_curve(series_of([math.nan, math.inf]), 100, START)], "label") is None
