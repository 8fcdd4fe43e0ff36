"""What describes a run and is no file: parameters, metrics, numbered values, datasets; each an entity."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from prov4ml.rundir import RUN_GROUP, safe_name, safe_names

from ..machine import is_machine_metric
from ..metric_table import MetricSeries, SeriesStatistics
from ..record import JsonValue
from ..text import escape_text
from ..wording import plain_value
from .entities import Entity, property_value
from .facts import RunFacts, context_keys

Side = Literal["input", "output"]


@dataclass(frozen=True)
class Slot:
    """An input or output of a program, which runs of it fill with values and files.

    Attributes:
        side: whether the program takes it or makes it.
        parts: keys that tell it from the other slots, the same in every run.
        name: as the program names it.
    """

    side: Side
    parts: tuple[str, ...]
    name: str


@dataclass(frozen=True)
class RunValues:
    """The values of a run, each an entity, made once and referred to from many.

    Attributes:
        parameters: those that the program was given, and its number of processes.
        inputs: numbered ones that are no file.
        datasets: those without a file in the crate.
        outputs: numbered ones that are no file.
        series: the last value of each metric series.
        final_metrics: the registered ones.
        usage: of resources.
        slots: what a value fills, by `@id`; what is not in it is no input or output of the program.
        data_types: of those, as schema.org names them (Integer, Text, …).
        contexts: where a value was logged, by `@id`; what is not in it belongs to the run as a whole.
    """

    parameters: tuple[Entity, ...]
    inputs: tuple[Entity, ...]
    datasets: tuple[Entity, ...]
    outputs: tuple[Entity, ...]
    series: tuple[Entity, ...]
    final_metrics: tuple[Entity, ...]
    usage: tuple[Entity, ...]
    slots: Mapping[str, Slot]
    data_types: Mapping[str, str]
    contexts: Mapping[str, str | None]

    @property
    def consumed(self) -> tuple[Entity, ...]:
        """Return what the run took in."""
        return (*self.parameters, *self.inputs, *self.datasets)

    @property
    def made(self) -> tuple[Entity, ...]:
        """Return what the run made."""
        return (*self.outputs, *self.series, *self.final_metrics)


def run_values(facts: RunFacts, usage: Sequence[Entity]) -> RunValues:
    """Return the parameters, metrics and datasets of a run as entities.

    Of a parameter and a metric series the last value counts; datasets are those without a file in the crate.
    """
    slots = _Slots()
    return RunValues(
        parameters=tuple(_parameters(facts, slots)),
        inputs=tuple(_plain_ports(facts, "input", slots)),
        datasets=tuple(_datasets_without_files(facts, slots)),
        outputs=tuple(_plain_ports(facts, "output", slots)),
        series=tuple(_series_values(facts, slots)),
        final_metrics=tuple(_final_metrics(facts, slots)),
        usage=tuple(usage),
        slots=slots.slots,
        data_types=slots.data_types,
        contexts=slots.contexts,
    )


def context_key(context: str | None) -> str:
    """Return the key of a context, the same in every run; None is the run itself."""
    return RUN_GROUP if context is None else safe_name(context)


def data_type(value: JsonValue) -> str:
    """Return the data type of schema.org for a logged value.

    A dictionary is a `PropertyValue`, as Workflow Run Crate 0.5 (Overview) wants it; what has no type of its
    own is text.
    """
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int):
        return "Integer"
    if isinstance(value, float):
        return "Float"
    return "PropertyValue" if isinstance(value, dict) else "Text"


class _Slots:
    """What is found out about values while their entities are made."""

    def __init__(self) -> None:
        self.slots: dict[str, Slot] = {}
        self.data_types: dict[str, str] = {}
        self.contexts: dict[str, str | None] = {}

    def fill(self, entity: Entity, slot: Slot, value: JsonValue) -> None:
        """Note what an entity fills, and by which logged value."""
        identifier = str(entity["@id"])
        self.slots[identifier] = slot
        self.data_types[identifier] = data_type(value)


def _parameters(facts: RunFacts, slots: _Slots) -> list[Entity]:
    contexts = context_keys(facts.run)
    last = {(parameter.context, parameter.key): parameter for parameter in facts.run.parameters}
    keys = safe_names(key for _, key in last)
    entities = []
    for (context, key), parameter in last.items():
        kind = "Parameter" if parameter.is_input else "Value"
        where = f" in context {context!r}" if context is not None else ""
        source = f", from {parameter.source!r}" if parameter.source else ""
        entity = property_value(
            facts.local_id("parameter", contexts[context], keys[key]),
            key,
            plain_value(parameter.value),
            f"{kind} of the run{where}{source}.",
        )
        slots.contexts[str(entity["@id"])] = context
        if parameter.is_input:
            parts = ("parameter", context_key(context), safe_name(key))
            slots.fill(entity, Slot("input", parts, key), parameter.value)
        entities.append(entity)
    if len(facts.run.ranks) > 1:
        size = facts.run.world_size or len(facts.run.ranks)
        entities.append(
            property_value(
                facts.local_id("world_size"), "world_size", size, "Number of processes of the run."
            )
        )
    return entities


def _series_values(facts: RunFacts, slots: _Slots) -> list[Entity]:
    contexts = context_keys(facts.run)
    metrics = safe_names(series.metric for series, _ in facts.series)
    sources = safe_names(series.source for series, _ in facts.series if series.source)
    entities = []
    for series, numbers in facts.series:
        if numbers.count:
            parts = ["metric", contexts[series.context], metrics[series.metric], f"rank_{series.rank}"]
            parts += [sources[series.source]] if series.source else []
            identifier = facts.local_id(*parts)
            entity = _series_value(facts, identifier, series, numbers)
            slots.contexts[identifier] = series.context
            if not is_machine_metric(series.metric):
                source = [safe_name(series.source)] if series.source else []
                key = ("metric", context_key(series.context), safe_name(series.metric), *source)
                slots.fill(entity, Slot("output", key, series.metric), numbers.last)
            entities.append(entity)
    return entities


def _series_value(
    facts: RunFacts, identifier: str, series: MetricSeries, numbers: SeriesStatistics
) -> Entity:
    where = f" in context {series.context!r}" if series.context is not None else ""
    rank = f" on rank {series.rank}" if len(facts.run.ranks) > 1 else ""
    entity = property_value(
        identifier,
        series.metric,
        plain_value(numbers.last),
        f"Last of {numbers.count} values of the metric{where}{rank}; mean {plain_value(numbers.mean)}.",
    )
    for key, value in (("minValue", numbers.minimum), ("maxValue", numbers.maximum)):
        if value is not None and math.isfinite(value):
            entity[key] = value
    if series.unit:
        entity["unitText"] = escape_text(series.unit)
    return entity


def _final_metrics(facts: RunFacts, slots: _Slots) -> list[Entity]:
    keys = safe_names(metric.key for metric in facts.run.final_metrics)
    entities = []
    for metric in facts.run.final_metrics:
        entity = property_value(
            facts.local_id("final", keys[metric.key], f"rank_{metric.rank}"),
            metric.key,
            plain_value(metric.value),
            f"Final: {metric.operation} over {metric.count} values, from {plain_value(metric.initial)}.",
        )
        slots.fill(entity, Slot("output", ("final", safe_name(metric.key)), metric.key), metric.value)
        entities.append(entity)
    return entities


def _plain_ports(facts: RunFacts, side: Side, slots: _Slots) -> list[Entity]:
    entities = []
    for port in facts.run.ports:
        if port.file is None and port.direction == side:
            title = f"{side} {port.number}"
            identifier = facts.local_id(side, f"rank_{port.rank}", str(port.number))
            entity = property_value(
                identifier, title, plain_value(port.value), f"{title.capitalize()} of the run."
            )
            slots.fill(entity, Slot(side, ("port", str(port.number)), title), port.value)
            entities.append(entity)
    return entities


def _datasets_without_files(facts: RunFacts, slots: _Slots) -> list[Entity]:
    """Describe datasets of which only sizes and a digest were recorded; the same one is described once."""
    keys = safe_names(dataset.label for dataset in facts.run.datasets)
    contexts = context_keys(facts.run)
    entities: dict[str, Entity] = {}
    for dataset in facts.run.datasets:
        if dataset.file is not None and dataset.file.path is not None:
            continue
        context = contexts.get(dataset.context, "other")
        identifier = facts.local_id("dataset", context, keys[dataset.label])
        info = ", ".join(
            f"{name}: {plain_value(value)}" for name, value in dataset.info.items() if value is not None
        )
        entity: Entity = {
            "@id": identifier,
            "@type": "CreativeWork",
            "name": escape_text(dataset.label),
            "description": escape_text(
                f"Dataset of class {dataset.type}, not in the crate." + (f" {info}." if info else "")
            ),
        }
        if dataset.sha256:
            entity["identifier"] = f"sha256:{dataset.sha256}"
        slots.contexts[identifier] = dataset.context
        entities[identifier] = entity
    return list(entities.values())
