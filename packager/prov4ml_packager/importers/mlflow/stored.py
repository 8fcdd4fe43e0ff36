"""What both stores of MLflow hold of a run, before it is mapped to ours."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..collecting import PointCollector

MAXIMUM_TEXT = 16 << 20
"""Bytes of one parameter or tag; MLflow itself keeps at most 8,000 characters."""


@dataclass(frozen=True)
class StoredExperiment:
    """An experiment; `tags` are its own."""

    id: str
    name: str
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredDataset:
    """A dataset that a run logged as input. `source`, `schema` and `profile` are JSON texts."""

    name: str
    digest: str
    source_type: str | None
    source: str | None
    schema: str | None
    profile: str | None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredModel:
    """A model that a run logged (MLflow 3). `step` is that of the run's output, None if it has none."""

    id: str
    name: str
    type: str | None
    created: int | None
    artifact_location: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    step: int | None = None


@dataclass(frozen=True)
class StoredRun:
    """A run. Times are ms since the epoch as the store has them.

    Attributes:
        status: one of MLflow's words, such as `FINISHED`.
        sources: what of the disk it was read from.
        artifact_location: path or address of its artifacts as the store has it.
        find: returns the folder for such a location, None if it is not inside the store.
        lost: what could not be read.
    """

    id: str
    name: str | None
    experiment: StoredExperiment
    status: str
    start: int | None
    end: int | None
    user: str | None
    sources: tuple[Path, ...]
    artifact_location: str
    find: Callable[[str], Path | None]
    points: PointCollector
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    datasets: tuple[StoredDataset, ...] = ()
    models: tuple[StoredModel, ...] = ()
    traces: int = 0
    lost: tuple[str, ...] = ()


STATUSES = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}
"""The numbers of the file store (mlflow/protos/service.proto, RunStatus)."""


def text_field(values: Mapping[str, object], name: str) -> str | None:
    """Return a text of a mapping of unknown content; a number as its text; None for anything else."""
    value = values.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value)


def integer_field(values: Mapping[str, object], name: str) -> int | None:
    """Return an integer of a mapping of unknown content; None for anything else."""
    value = values.get(name)
    return value if type(value) is int else None


def ancestors_end(run_id: str, parents: Mapping[str, str]) -> bool:
    """Tell whether the chain of a run's parents ends; False if it comes back to a run it has passed."""
    seen = {run_id}
    current = parents.get(run_id)
    while current is not None:
        if current in seen:
            return False
        seen.add(current)
        current = parents.get(current)
    return True
