"""Curves as the page's script reads them."""

import base64
from typing import Any

import numpy as np
import numpy.typing as npt

from ..curves import Curve
from ..text import escape_text


def _packed(values: npt.NDArray[Any], kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values, kind).tobytes()).decode("ascii")


def _packed_steps(steps: npt.NDArray[np.int64]) -> str | dict[str, int]:
    """Return equally spaced steps as their rule, others as 64-bit floats, which scripts count with."""
    if len(steps) and abs(int(steps[0])) < 1 << 53 and abs(int(steps[-1])) < 1 << 53:
        by = int(steps[1]) - int(steps[0]) if len(steps) > 1 else 1
        if np.array_equal(steps, int(steps[0]) + by * np.arange(len(steps), dtype=np.int64)):
            return {"first": int(steps[0]), "by": by}
    return _packed(steps, "<f8")


def curve_entry(curve: Curve, run: int, *, machine: bool) -> dict[str, Any]:
    """Return a curve as the page's script (`web/src/curves.js`) reads it.

    Arrays are base64 of little-endian floats.

    Args:
        curve: the curve.
        run: number of its run on the page.
        machine: whether it is of the machine (load, energy) and not of the model.
    """
    series = curve.series
    entry: dict[str, Any] = {
        "run": run,
        "context": None if series.context is None else escape_text(series.context),
        "metric": escape_text(series.metric),
        "source": None if series.source is None else escape_text(series.source),
        "rank": series.rank,
        "unit": None if series.unit is None else escape_text(series.unit),
        "machine": machine,
        "count": series.count,
        "cell": curve.cell,
        "steps": _packed_steps(curve.steps),
        "times": _packed(curve.times, "<f4"),
        "mean": _packed(curve.mean, "<f8"),
        "odd": curve.odd.tolist(),
    }
    if curve.cell > 1:
        entry |= {"low": _packed(curve.low, "<f8"), "high": _packed(curve.high, "<f8")}
    return entry
