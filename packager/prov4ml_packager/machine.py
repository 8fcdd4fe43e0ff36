"""Metrics of the machine and not of the model: what `log_system_metrics` and `log_carbon_metrics` record."""

import re

_MACHINE = re.compile(
    r"(?:cpu|memory|disk)_usage"
    r"|gpu_\d+_(?:usage|memory_usage|power|temperature)"
    r"|gpu_(?:usage|memory_usage|power_usage|power|temperature)"
    r"|(?:cpu|gpu|ram)_(?:power|energy)"
    r"|energy_consumed|emissions(?:_rate)?"
)

ENERGY = "energy_consumed"
EMISSIONS = "emissions"


def is_machine_metric(name: str) -> bool:
    """Return whether a metric of this name measures the machine: its load, its power, its energy."""
    return _MACHINE.fullmatch(name) is not None
