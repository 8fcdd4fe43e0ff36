"""What a run makes: metric series, models and their versions, artifacts, final metrics."""

from prov4ml.rundir import safe_names

from ..metric_table import MetricSeries, statistics
from ..record import ModelRecord, RunRecord
from .activities import RunActivities
from .attributes import file_attributes, optional_integer, optional_text, user_attributes
from .builder import Attributes, DocumentBuilder
from .values import double, integer, literal, moment, text


def add_metrics(
    builder: DocumentBuilder, run: RunRecord, activities: RunActivities, store: str | None
) -> None:
    """Add one entity a series, with the statistics of its points and the path of their store."""
    contexts = safe_names(series.context for series in run.metrics.series if series.context is not None)
    for context, group in run.metrics.by_context():
        keys = safe_names(series.metric for series in group)
        sources = safe_names(series.source for series in group if series.source)
        context_key = "run" if context is None else contexts[context]
        for series in group:
            source = [sources[series.source]] if series.source else []
            rank = [f"rank{series.rank}"] if activities.ranks else []
            entity = builder.claim("metric", context_key, keys[series.metric], *source, *rank)
            found, last_time = _series_attributes(series)
            attributes = {**found, "prov4ml:store": optional_text(store)}
            builder.element("entity", entity, series.metric, ["prov4ml:Metric"], attributes)
            activity = activities.of(context, series.rank)
            builder.generated(entity, activity, activity.end if last_time is None else last_time)


def _series_attributes(series: MetricSeries) -> tuple[Attributes, int | None]:
    found = statistics(series)
    numbers = {
        "first": found.first,
        "last": found.last,
        "min": found.minimum,
        "max": found.maximum,
        "mean": found.mean,
    }
    times = {"firstTime": found.first_time, "lastTime": found.last_time}
    return {
        "prov4ml:context": optional_text(series.context),
        "prov4ml:source": optional_text(series.source),
        "prov4ml:unit": optional_text(series.unit),
        "prov4ml:rank": integer(series.rank),
        "prov4ml:count": integer(found.count),
        **{f"prov4ml:{key}": double(value) for key, value in numbers.items() if value is not None},
        **{f"prov4ml:{key}": moment(value) for key, value in times.items() if value is not None},
    }, found.last_time


def add_models(builder: DocumentBuilder, run: RunRecord, activities: RunActivities) -> None:
    """Add the models, and their saved versions, each derived from the one before."""
    keys = safe_names([one.name for one in run.models] + [one.name for one in run.model_versions])
    for model in run.models:
        entity = builder.claim("model", keys[model.name])
        builder.element("entity", entity, model.name, ["prov4ml:Model"], _model_attributes(model))
        builder.generated(entity, activities.of(None, model.rank), model.time)
    entities: dict[tuple[str, int, int | None], str] = {}
    for version in sorted(run.model_versions, key=lambda one: one.version):
        entity = builder.claim("model_version", keys[version.name], str(version.version))
        builder.element(
            "entity",
            entity,
            f"{version.name} v{version.version}",
            ["prov4ml:ModelVersion"],
            {
                "prov4ml:model": text(version.name),
                "prov4ml:version": integer(version.version),
                "prov4ml:context": optional_text(version.context),
                "prov4ml:step": optional_integer(version.step),
                **file_attributes(version.file),
            },
        )
        builder.generated(entity, activities.of(version.context, version.rank), version.time)
        if version.previous is not None and version.previous < version.version:
            origin = entities.get((version.name, version.previous, version.rank)) or entities.get(
                (version.name, version.previous, None)
            )
            if origin is not None:
                builder.derived(entity, origin)
        entities[version.name, version.version, version.rank] = entity
        entities.setdefault((version.name, version.version, None), entity)


def _model_attributes(model: ModelRecord) -> Attributes:
    layers = model.layers
    return {
        "prov4ml:class": optional_text(model.type),
        "prov4ml:parameters": optional_integer(model.parameters),
        "prov4ml:trainableParameters": optional_integer(model.trainable_parameters),
        "prov4ml:memoryBytes": optional_integer(model.memory_bytes),
        "prov4ml:layers": None
        if layers is None
        else literal([{"name": one.name, "class": one.type, "parameters": one.parameters} for one in layers]),
        **file_attributes(model.file),
    }


def add_artifacts(builder: DocumentBuilder, run: RunRecord, activities: RunActivities) -> None:
    """Add the artifacts, one entity a logging: used if logged as an input, else generated."""
    keys = safe_names(artifact.name for artifact in run.artifacts)
    for artifact in run.artifacts:
        entity = builder.claim("artifact", keys[artifact.name])
        builder.element(
            "entity",
            entity,
            artifact.name,
            ["prov4ml:Artifact", *(["prov4ml:Model"] if artifact.is_model else [])],
            {
                "prov4ml:context": optional_text(artifact.context),
                "prov4ml:source": optional_text(artifact.source),
                "prov4ml:step": optional_integer(artifact.step),
                **file_attributes(artifact.file),
                **user_attributes(artifact.attributes),
            },
        )
        activity = activities.of(artifact.context, artifact.rank)
        if artifact.is_input:
            builder.used(activity, entity, artifact.time)
        else:
            builder.generated(entity, activity, artifact.time)


def add_final_metrics(builder: DocumentBuilder, run: RunRecord, activities: RunActivities) -> None:
    """Add the aggregates that were kept while logging; they are generated when their rank ends."""
    keys = safe_names(metric.key for metric in run.final_metrics)
    for metric in run.final_metrics:
        rank = [f"rank{metric.rank}"] if activities.ranks else []
        entity = builder.claim("final_metric", keys[metric.key], *rank)
        builder.element(
            "entity",
            entity,
            metric.key,
            ["prov4ml:FinalMetric"],
            {
                "prov:value": literal(metric.value),
                "prov4ml:operation": text(metric.operation),
                "prov4ml:initial": literal(metric.initial),
                "prov4ml:count": integer(metric.count),
                "prov4ml:rank": integer(metric.rank),
            },
        )
        activity = activities.of(None, metric.rank)
        builder.generated(entity, activity, activity.end)
