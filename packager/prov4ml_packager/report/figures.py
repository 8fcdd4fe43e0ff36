"""The metrics of a page: which curves are drawn, as drawings that need no script and as the script's data."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..curves import Curve, cells_for_each, make_curve
from ..machine import is_machine_metric
from ..metric_table import MetricSeries
from ..record import RunRecord
from ..text import escape_text
from ..wording import run_title
from .drawing import COLUMNS, draw_curves
from .encoding import curve_entry
from .families import places_in_families
from .html import NOTHING, Html, data_block, join, text
from .limits import Limits
from .subject import ReportRun

_COLOURS = 8
_FEWEST_COLUMNS = 8
_DRAWN = 6_000
"""Columns of all curves of a drawing."""


@dataclass(frozen=True)
class RunCurve:
    """A curve with the number of its run on the page."""

    run: int
    curve: Curve

    @property
    def is_machine(self) -> bool:
        """Return whether it is of the machine and not of the model."""
        return is_machine_metric(self.curve.series.metric)


@dataclass(frozen=True)
class Figures:
    """All curves of a page, in the order of their charts; `left_out` series have none.

    `names` are those of the runs.
    """

    curves: tuple[RunCurve, ...]
    left_out: int
    names: tuple[str, ...]

    def data(self) -> Html:
        """Return what the page's script reads."""
        if not self.curves:
            return NOTHING
        entries = [curve_entry(one.curve, one.run, machine=one.is_machine) for one in self.curves]
        return data_block("application/json", {"runs": self.names, "curves": entries}, "curves")


def make_figures(runs: Sequence[ReportRun], limits: Limits) -> Figures:
    """Read the points of all runs, each series once.

    A metric with no or a single point has no curve. Where there are more than the page may draw, charts of
    the machine go first, then those of the fewest runs, then the last of families whose names differ in
    numbers only (the loss is drawn before the norms of the fortieth layer), then the shortest.
    """
    waiting = [
        (number, series) for number, one in enumerate(runs) for series, _ in one.series if series.count
    ]
    by_weight = _by_weight(waiting)[: limits.curves]
    kept = {id(series) for series in by_weight}
    cells = cells_for_each([series.count for series in by_weight], limits.points)
    curves = [
        RunCurve(number, make_curve(series, cells, runs[number].run.start))
        for number, series in waiting
        if id(series) in kept
    ]
    charts = [chart for chart in _by_chart(curves) if any(one.curve.series.count > 1 for one in chart)]
    names = short_names([one.run for one in runs])
    return Figures(tuple(one for chart in charts for one in chart), len(waiting) - len(kept), names)


def short_names(runs: Sequence[RunRecord]) -> tuple[str, ...]:
    """Return what tells runs apart: of one experiment their names, where they have none their identifiers."""
    if len(runs) > 1 and len({run.experiment for run in runs}) == 1:
        names = [run.name or f"run {run.run_id}" for run in runs]
        if len(set(names)) == len(runs):
            return tuple(map(escape_text, names))
    return tuple(run_title(run) for run in runs)


def _by_weight(waiting: Sequence[tuple[int, MetricSeries]]) -> list[MetricSeries]:
    """Return all series chart by chart: no run is left out of one for the sake of the next."""
    charts: dict[tuple[str, str | None], list[tuple[int, MetricSeries]]] = {}
    for number, series in waiting:
        charts.setdefault((series.metric, series.unit), []).append((number, series))

    by_length = sorted(charts.values(), key=lambda chart: -max(series.count for _, series in chart))
    places = places_in_families(chart[0][1].metric for chart in by_length)

    def weight(chart: Sequence[tuple[int, MetricSeries]]) -> tuple[bool, int, int]:
        metric = chart[0][1].metric
        return is_machine_metric(metric), -len({number for number, _ in chart}), places[metric]

    ordered = sorted(by_length, key=weight)
    return [series for chart in ordered for _, series in sorted(chart, key=lambda one: -one[1].count)]


def _by_chart(curves: Sequence[RunCurve]) -> list[list[RunCurve]]:
    charts: dict[tuple[str, str | None], list[RunCurve]] = {}
    for one in curves:
        charts.setdefault((one.curve.series.metric, one.curve.series.unit), []).append(one)
    return list(charts.values())


def charts_section(figures: Figures, limits: Limits, *, machine: bool) -> Html:
    """Return a place for the script's charts, and the same charts as drawings; nothing without curves."""
    chosen = [one for one in figures.curves if one.is_machine == machine]
    if not chosen:
        return NOTHING
    charts = _by_chart(chosen)
    drawings = [_drawing(chart, figures.names) for chart in charts[: limits.drawings]]
    more = len(charts) - len(drawings)
    left = (
        f'<p class="note">{more:,} more charts are drawn only by the page’s script.</p>' if more > 0 else ""
    )
    kind = "machine" if machine else "model"
    return Html(
        f'<div class="plots" data-kind="{kind}"></div><div class="drawings">{join(drawings)}{left}</div>'
    )


def _label(one: RunCurve, chart: Sequence[RunCurve], names: Sequence[str]) -> str:
    """Return what tells a curve from the others of its chart."""
    series = one.curve.series
    others = [other.curve.series for other in chart]
    parts = []
    if len({other.run for other in chart}) > 1:
        parts.append(names[one.run])
    if len({other.context for other in others}) > 1 or not parts:
        parts.append(series.context or "run")
    if len({other.source for other in others}) > 1:
        parts.append(series.source or "no source")
    if len({other.rank for other in others}) > 1:
        parts.append(f"rank {series.rank}")
    return " · ".join(parts)


def _drawing(chart: Sequence[RunCurve], names: Sequence[str]) -> Html:
    series = chart[0].curve.series
    labels = [_label(one, chart, names) for one in chart]
    described = f"{series.metric} over steps: {', '.join(labels)}. The numbers are in the table of metrics."
    columns = max(_FEWEST_COLUMNS, min(COLUMNS, _DRAWN // len(chart)))
    drawn = draw_curves([one.curve for one in chart], described[:600], columns)
    unit = f' <span class="unit">{text(series.unit, 60)}</span>' if series.unit else ""
    keys = join(
        Html(
            f'<li class="key c{place % _COLOURS} d{place // _COLOURS % 4}"><span class="swatch"></span>'
            f'<span class="name">{text(label, 120)}</span></li>'
        )
        for place, label in enumerate(labels)
    )
    return Html(
        f'<figure><figcaption><span class="title">{text(series.metric, 200)}{unit}</span></figcaption>'
        f'{drawn or Html("<p>No value is a finite number.</p>")}<ul class="legend">{keys}</ul></figure>'
    )
