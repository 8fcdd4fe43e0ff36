"""Charts as SVG, for print and for browsers that run no script: axes, gaps, and every extreme."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from ..curves import Curve, Floats
from .html import Html, text

_WIDTH, _HEIGHT = 480, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 10, 10, 24
_COLOURS = 8
COLUMNS = 140
_SMALLEST_STEP = 1e-300


def nice_ticks(low: float, high: float, most: int) -> list[float]:
    """Return at most `most` + 1 round numbers from `low` to `high`, a multiple of 1, 2 or 5 apart.

    Where the range is larger or smaller than floats can divide, it is the two ends.
    """
    raw = (high - low) / most
    if not math.isfinite(raw) or raw < _SMALLEST_STEP:
        return [low, high]
    power = 10.0 ** math.floor(math.log10(raw))
    step = next((factor * power for factor in (1, 2, 5) if factor * power >= raw), 10 * power)
    first = math.ceil(low / step)
    # Rounded, so that 3 * 0.1 is written 0.3.
    digits = max(0, 2 - math.floor(math.log10(step)))
    return [round(number * step, digits) for number in range(first, math.floor(high / step) + 1)]


def draw_curves(curves: Sequence[Curve], label: str, columns: int = COLUMNS) -> Html | None:
    """Return curves over their steps as an SVG element with the label `label`; None if nothing is finite.

    A curve is reduced to at most `columns` columns; each keeps its smallest and its largest value, and a cell
    without a finite value interrupts the line.
    """
    finite = [curve for curve in curves if np.isfinite(curve.low).any()]
    if not finite:
        return None
    left = float(min(curve.steps[0] for curve in finite))
    right = float(max(curve.steps[-1] for curve in finite))
    low = float(min(np.nanmin(curve.low) for curve in finite))
    high = float(max(np.nanmax(curve.high) for curve in finite))
    if right == left:
        left, right = left - 0.5, right + 0.5
    if high / 2 == low / 2:
        pad = abs(high) * 0.05 or 0.5
        low, high = low - pad, high + pad

    def across(step: float) -> float:
        return _LEFT + (step - left) / (right - left) * (_WIDTH - _LEFT - _RIGHT)

    def up(value: float) -> float:
        # Halved before they are subtracted: the range of floats is larger than the largest float.
        return _TOP + (high / 2 - value / 2) / (high / 2 - low / 2) * (_HEIGHT - _TOP - _BOTTOM)

    parts = []
    for tick in nice_ticks(low, high, 5):
        y = up(tick)
        parts.append(
            f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tick:.6g}</text>'
        )
    parts += [
        f'<text x="{across(tick):.1f}" y="{_HEIGHT - 6}" text-anchor="middle">{_step(tick)}</text>'
        for tick in nice_ticks(left, right, 5)
    ]
    for place, curve in enumerate(curves):
        colour = f"c{place % _COLOURS} d{place // _COLOURS % 4}"
        lines = [
            " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in stroke) for stroke in _strokes(curve, columns)
        ]
        drawn = "".join(f"M{line}" if " " in line else f"M{line} h.01" for line in lines)
        if drawn:
            parts.append(f'<path class="curve {colour}" stroke-linecap="round" d="{drawn}"/>')
    return Html(
        f'<svg class="drawing" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{text(label)}">'
        f"{''.join(parts)}</svg>"
    )


def _step(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def _strokes(curve: Curve, columns: int) -> Iterator[list[tuple[float, float]]]:
    """Yield the unbroken lines of a curve; a column that holds more than one cell goes from low to high."""
    width = -(-len(curve.steps) // columns)
    stroke: list[tuple[float, float]] = []
    for start in range(0, len(curve.steps), width):
        low, high = curve.low[start : start + width], curve.high[start : start + width]
        # One finite value in a column is enough to draw it; a gap is a column without.
        found = np.isfinite(low)
        if not found.any():
            if stroke:
                yield stroke
            stroke = []
            continue
        stroke += _column(float(curve.steps[start]), low[found], high[found])
    if stroke:
        yield stroke


def _column(step: float, low: Floats, high: Floats) -> list[tuple[float, float]]:
    bottom, top = float(low.min()), float(high.max())
    if bottom == top:
        return [(step, bottom)]
    falling = int(low.argmin()) > int(high.argmax())
    return [(step, top), (step, bottom)] if falling else [(step, bottom), (step, top)]
