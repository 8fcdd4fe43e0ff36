"""A run as the `CreateAction` of Process Run Crate, with its instrument, parameters and final metrics.

Source: Process Run Crate 0.5 (https://w3id.org/ro/wfrun/process/0.5), "Requirements".
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from prov4ml.rundir import safe_names

from ..metric_table import MetricSeries, SeriesStatistics
from ..text import escape_text
from ..wording import command_line, error_text, iso_time, plain_value, run_title, script_name, source_url
from .entities import Entity, language_entity, property_value, references, web_url
from .facts import RunFacts, context_keys
from .file_entities import sides
from .options import CrateOptions

_STATUS = {
    "finished": "http://schema.org/CompletedActionStatus",
    "failed": "http://schema.org/FailedActionStatus",
    "unfinished": "http://schema.org/FailedActionStatus",
}
_PACKAGE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_VERSION = re.compile(r"[A-Za-z0-9.+!_-]+")


@dataclass(frozen=True)
class RunValues:
    """What a run is described by that is no file: each an entity, made once and referred to from many."""

    parameters: tuple[Entity, ...]
    series: tuple[Entity, ...]
    final_metrics: tuple[Entity, ...]
    datasets: tuple[Entity, ...]
    usage: tuple[Entity, ...]


def run_values(facts: RunFacts, usage: Sequence[Entity]) -> RunValues:
    """Return the parameters, metrics and datasets of a run as entities.

    Of a parameter and a metric series the last value counts; datasets are those without a file in the crate.
    """
    return RunValues(
        tuple(_parameters(facts)),
        tuple(_series_values(facts)),
        tuple(_final_metrics(facts)),
        tuple(_datasets_without_files(facts)),
        tuple(usage),
    )


def run_entities(
    facts: RunFacts, options: CrateOptions, agent: str | None, values: RunValues
) -> list[Entity]:
    """Return the action of a run and everything it needs that is neither a file nor a person.

    The action comes first. `object` has the inputs, the source code and the parameters, `result` the
    products, the outputs, the last value of each metric series and the registered final metrics.
    """
    run = facts.run
    instrument = instrument_entities(facts, options)
    objects, results = sides(facts)
    outputs, inputs = _plain_ports(facts)
    described = [*values.parameters, *inputs, *values.datasets]
    made = [*outputs, *values.series, *values.final_metrics]
    action: Entity = {
        "@id": facts.action_id,
        "@type": "CreateAction",
        "name": run_title(run),
        "description": _description(facts),
        "instrument": {"@id": instrument[0]["@id"]},
        "object": references(objects + [str(one["@id"]) for one in described]),
        "result": references(results + [str(one["@id"]) for one in made]),
        "startTime": iso_time(run.start),
        "endTime": iso_time(run.end),
        "actionStatus": _STATUS[run.status],
        "resourceUsage": references([str(one["@id"]) for one in values.usage]),
    }
    if (error := error_text(run)) is not None:
        action["error"] = error
    if agent is not None:
        action["agent"] = {"@id": agent}
    return [action, *instrument, *described, *made, *values.usage]


def _description(facts: RunFacts) -> str:
    run = facts.run
    ranks = f" on {len(run.ranks)} ranks" if len(run.ranks) > 1 else ""
    command = command_line(run)
    return f"Run of {script_name(run)}{ranks}, {run.status}." + (f" Command: {command}" if command else "")


def instrument_entities(facts: RunFacts, options: CrateOptions) -> list[Entity]:
    """Return the software that ran (first), its language, and the packages that it ran with.

    Its identifier is the page of the commit, else the URL from the options, else a local one.
    """
    run = facts.run
    url = source_url(run) or web_url(options.url)
    git = next((rank.git for rank in run.ranks if rank.git is not None), None)
    package_versions: dict[str, str] = {}
    for rank in run.ranks:
        package_versions.update({name: version for name, version in rank.packages.items() if version})
    packages = [
        _package(name, version)
        for name, version in sorted(package_versions.items())
        if _is_package(name, version)
    ]
    version = git.commit if git and git.commit else "unversioned"
    changed = " The working copy had changes that are not in this commit." if git and git.dirty else ""
    identifier = url or facts.local_id("software", "script")
    software: Entity = {
        "@id": identifier,
        "@type": "SoftwareApplication",
        "name": script_name(run),
        "description": f"The program that ran.{changed}",
        "version": escape_text(version),
    }
    entities = [software]
    if url is not None:
        software["url"] = url
    language = language_entity(run)
    if language is not None:
        software["programmingLanguage"] = {"@id": language["@id"]}
        entities.append(language)
    if packages:
        software["softwareRequirements"] = references([str(one["@id"]) for one in packages])
    return entities + packages


def _is_package(name: str, version: str) -> bool:
    return _PACKAGE.fullmatch(name) is not None and _VERSION.fullmatch(version) is not None


def _package(name: str, version: str) -> Entity:
    url = f"https://pypi.org/project/{quote(name)}/{quote(version)}/"
    return {
        "@id": url,
        "@type": "SoftwareApplication",
        "name": name,
        "version": version,
        "url": url,
    }


def _parameters(facts: RunFacts) -> list[Entity]:
    contexts = context_keys(facts.run)
    last = {(parameter.context, parameter.key): parameter for parameter in facts.run.parameters}
    keys = safe_names(key for _, key in last)
    entities = []
    for (context, key), parameter in last.items():
        kind = "Parameter" if parameter.is_input else "Value"
        where = f" in context {context!r}" if context is not None else ""
        source = f", from {parameter.source!r}" if parameter.source else ""
        identifier = facts.local_id("parameter", contexts[context], keys[key])
        entities.append(
            property_value(
                identifier, key, plain_value(parameter.value), f"{kind} of the run{where}{source}."
            )
        )
    if len(facts.run.ranks) > 1:
        size = facts.run.world_size or len(facts.run.ranks)
        entities.append(
            property_value(
                facts.local_id("world_size"), "world_size", size, "Number of processes of the run."
            )
        )
    return entities


def _series_values(facts: RunFacts) -> list[Entity]:
    contexts = context_keys(facts.run)
    metrics = safe_names(series.metric for series, _ in facts.series)
    sources = safe_names(series.source for series, _ in facts.series if series.source)
    entities = []
    for series, numbers in facts.series:
        if numbers.count:
            parts = ["metric", contexts[series.context], metrics[series.metric], f"rank_{series.rank}"]
            parts += [sources[series.source]] if series.source else []
            entities.append(_series_value(facts, facts.local_id(*parts), series, numbers))
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


def _final_metrics(facts: RunFacts) -> list[Entity]:
    keys = safe_names(metric.key for metric in facts.run.final_metrics)
    return [
        property_value(
            facts.local_id("final", keys[metric.key], f"rank_{metric.rank}"),
            metric.key,
            plain_value(metric.value),
            f"Final: {metric.operation} over {metric.count} values, from {plain_value(metric.initial)}.",
        )
        for metric in facts.run.final_metrics
    ]


def _plain_ports(facts: RunFacts) -> tuple[list[Entity], list[Entity]]:
    outputs: list[Entity] = []
    inputs: list[Entity] = []
    for port in facts.run.ports:
        if port.file is not None:
            continue
        title = f"{port.direction} {port.number}"
        identifier = facts.local_id(port.direction, f"rank_{port.rank}", str(port.number))
        entity = property_value(
            identifier, title, plain_value(port.value), f"{title.capitalize()} of the run."
        )
        (inputs if port.direction == "input" else outputs).append(entity)
    return outputs, inputs


def _datasets_without_files(facts: RunFacts) -> list[Entity]:
    """Describe datasets of which only sizes and a digest were recorded; the same one is described once."""
    keys = safe_names(dataset.label for dataset in facts.run.datasets)
    contexts = {**context_keys(facts.run)}
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
        entities[identifier] = entity
    return list(entities.values())
