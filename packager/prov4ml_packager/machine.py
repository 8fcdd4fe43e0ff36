"""Metrics of the machine and not of the model: what `log_system_metrics` and `log_carbon_metrics` record."""

import math
import re
from collections.abc import Iterable

from .metric_table import MetricSeries, SeriesStatistics

_MACHINE = re.compile(
    r"(?:cpu|memory|disk)_usage"
    r"|gpu_\d+_(?:usage|memory_usage|power|temperature)"
    r"|gpu_(?:usage|memory_usage|power_usage|power|temperature)"
    r"|(?:cpu|gpu|ram)_(?:power|energy)"
    r"|energy_consumed|emissions(?:_rate)?"
)
_JOULES_PER_KWH = 3.6e6

ENERGY = "energy_consumed"
EMISSIONS = "emissions"


def is_machine_metric(name: str) -> bool:
    """Return whether a metric of this name measures the machine: its load, its power, its energy."""
    return _MACHINE.fullmatch(name) is not None


def total_of(series: Iterable[tuple[MetricSeries, SeriesStatistics]], metric: str) -> float | None:
    """Return the sum of a metric that is logged as amounts since the last time; None if there are none.

    What is no number, or infinite, is none.
    """
    found = [numbers for one, numbers in series if one.metric == metric and numbers.count]
    totals = [one.total for one in found if one.total is not None and math.isfinite(one.mean or 0.0)]
    return sum(totals) if totals else None


def energy_words(joules: float) -> str:
    """Return an energy in the unit that fits it."""
    kilowatt_hours = joules / _JOULES_PER_KWH
    return f"{kilowatt_hours:.3g} kWh" if kilowatt_hours >= 0.01 else f"{joules:.3g} J"
