"""What belongs together in machine learning: models, their data and metrics; stores and their variables.

All in terms of schema.org that the contexts of RO-Crate have: `isBasedOn`, `additionalProperty`,
`variableMeasured`; resource usage as in Provenance Run Crate 0.5, "Representing resource usage".
"""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from prov4ml.rundir import PACKAGED_DIRECTORY

from ..machine import EMISSIONS, ENERGY, is_machine_metric, total_of
from ..metric_table import MetricSeries, SeriesStatistics
from ..record import ContextRecord
from .entities import Entity, property_value, references
from .facts import RunFacts
from .payload import PayloadDirectory, PayloadFile
from .values import RunValues, context_key

_DURATION = "https://schema.org/duration"
_TERMS = "https://w3id.org/prov4ml/terms#"
_STORE = f"{PACKAGED_DIRECTORY}/metrics."


def connect_models(entities: Mapping[str, Entity], facts: RunFacts, values: RunValues) -> None:
    """Let each model say what it is based on, and its last file its hyper-parameters and last metrics.

    A version is based on the version before it and on the datasets of the run. Metrics of the machine are no
    metrics of a model.

    Args:
        entities: those of the crate by `@id`; models among them are changed.
        facts: the run.
        values: its parameters, metrics and datasets.
    """
    run = facts.run
    there = places(facts)
    data = [there[one.file.path] for one in run.datasets if one.file and one.file.path in there]
    data += [str(one["@id"]) for one in values.datasets]
    versions = {
        (one.name, one.version): there[one.file.path] for one in run.model_versions if one.file.path in there
    }
    last: dict[str, str] = {}
    for one in run.model_versions:
        if (identifier := versions.get((one.name, one.version))) is not None:
            before = versions.get((one.name, one.previous)) if one.previous is not None else None
            _base(entities, identifier, [*([before] if before else []), *data])
            last[one.name] = identifier
    for model in run.models:
        if model.file is not None and model.file.path in there:
            _base(entities, there[model.file.path], data)
            last.setdefault(model.name, there[model.file.path])
    for artifact in run.artifacts:
        if artifact.is_model and artifact.file.path in there:
            _base(entities, there[artifact.file.path], data)
            last.setdefault(artifact.name, there[artifact.file.path])
    properties = [*values.parameters, *values.final_metrics]
    properties += [one for one in values.series if not is_machine_metric(str(one["name"]))]
    if properties:
        for identifier in last.values():
            found = references([str(one["@id"]) for one in properties])
            entities[identifier]["additionalProperty"] = found


def connect_stores(entities: Mapping[str, Entity], facts: RunFacts, values: RunValues) -> None:
    """Let the metric store say which variables it holds: each series, with its unit."""
    measured = [str(one["@id"]) for one in values.series]
    for original, identifier in places(facts).items():
        inside = original.removeprefix(_STORE)
        if measured and original.startswith(_STORE) and "/" not in inside and "metadata" not in inside:
            entities[identifier]["variableMeasured"] = references(measured)


def usage_entities(facts: RunFacts) -> list[Entity]:
    """Return what the run used: time, and where it was measured energy and emissions; each with its unit."""
    return _usage(facts, (), facts.run.start, facts.run.end, facts.series)


def context_usage(facts: RunFacts, context: ContextRecord) -> list[Entity]:
    """Return what a context of the run used, from the first to the last thing logged in it."""
    series = [one for one in facts.series if one[0].context == context.name]
    return _usage(facts, (context_key(context.name),), context.start, context.end, series)


def _usage(
    facts: RunFacts,
    parts: tuple[str, ...],
    start: int,
    end: int,
    series: Sequence[tuple[MetricSeries, SeriesStatistics]],
) -> list[Entity]:
    seconds = max(0, end - start) / 1e9
    usage = [("wall_time", "wall time", str(seconds), "Time from start to end.", _DURATION, "SEC")]
    energy, emissions = (total_of(series, metric) for metric in (ENERGY, EMISSIONS))
    for key, name, amount, sentence, unit in (
        ("energy", "energy", energy, "Energy that the machine used.", "J"),
        ("emissions", "CO₂-equivalent emissions", emissions, "Emissions of that energy.", "GM"),
    ):
        if amount is not None:
            usage.append((key, name, str(amount), sentence, f"{_TERMS}{key}", unit))
    entities = []
    for key, name, value, sentence, identifier, unit in usage:
        entity = property_value(facts.local_id("usage", *parts, key), name, value, sentence)
        entity["propertyID"] = identifier
        entity["unitCode"] = f"http://qudt.org/vocab/unit/{unit}"
        entities.append(entity)
    return entities


def places(facts: RunFacts) -> dict[str, str]:
    """Return the `@id` of every described file and directory by its path in the run directory."""
    described: list[PayloadFile | PayloadDirectory] = [*facts.payload.files, *facts.payload.directories]
    return {one.original.rstrip("/"): quote(one.member.path) for one in described}


def _base(entities: Mapping[str, Entity], identifier: str, origins: list[str]) -> None:
    if origins:
        entities[identifier]["isBasedOn"] = references(list(dict.fromkeys(origins)))
