"""Metrics of the machine and not of the model: what `log_system_metrics` and `log_carbon_metrics` record."""

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
    """Return the sum of all values of a metric that is logged as amounts since the last time, or None."""
    found = [
        numbers.mean * numbers.count
        for one, numbers in series
        if one.metric == metric and numbers.mean is not None and numbers.mean == numbers.mean
    ]
    return sum(found) if found else None


def energy_words(joules: float) -> str:
    """Return an energy in the unit that fits it."""
    kilowatt_hours = joules / _JOULES_PER_KWH
    return f"{kilowatt_hours:.3g} kWh" if kilowatt_hours >= 0.01 else f"{joules:.3g} J"
