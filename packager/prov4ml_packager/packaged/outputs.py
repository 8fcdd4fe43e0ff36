"""What a run made as its document has it: models and their versions, artifacts, final metrics."""

from ..record import ArtifactRecord, FinalMetricRecord, LayerRecord, ModelRecord, ModelVersionRecord
from .activities import RunActivities
from .document import Document, Element
from .files import FileReader


def read_models(document: Document, activities: RunActivities, files: FileReader) -> tuple[ModelRecord, ...]:
    """Return the models; an artifact that is one as well is not among them."""
    found = []
    for one in document.elements("entity", "prov4ml:Model"):
        if "prov4ml:Artifact" in one.types:
            continue
        link = document.generation(one)
        found.append(
            ModelRecord(
                name=one.label,
                type=one.text("prov4ml:class") or "",
                parameters=one.integer("prov4ml:parameters"),
                trainable_parameters=one.integer("prov4ml:trainableParameters"),
                memory_bytes=one.integer("prov4ml:memoryBytes"),
                layers=_layers(one),
                file=files.optional(one),
                time=activities.time_of(link),
                rank=activities.rank_of(link),
            )
        )
    return tuple(found)


def _layers(model: Element) -> tuple[LayerRecord, ...] | None:
    listed = model.value("prov4ml:layers")
    if listed is None:
        return None
    layers = []
    for one in listed if isinstance(listed, list) else [None]:
        if not isinstance(one, dict):
            raise model.error("prov4ml:layers", "is no list of objects")
        parameters = one.get("parameters")
        whole = parameters if isinstance(parameters, int) and not isinstance(parameters, bool) else None
        layers.append(LayerRecord(str(one.get("name", "")), str(one.get("class", "")), whole))
    return tuple(layers)


def read_model_versions(
    document: Document, activities: RunActivities, files: FileReader
) -> tuple[ModelVersionRecord, ...]:
    """Return the saved versions; each is derived from the one that its document says."""
    versions = document.elements("entity", "prov4ml:ModelVersion")
    numbers = {one.identifier: one.integer("prov4ml:version") for one in versions}
    found = []
    for one in versions:
        link = document.generation(one)
        name, number = one.text("prov4ml:model"), numbers[one.identifier]
        if name is None or number is None:
            raise one.error("prov4ml:model or prov4ml:version", "is missing")
        found.append(
            ModelVersionRecord(
                name=name,
                version=number,
                previous=numbers.get(document.origins.get(one.identifier, "")),
                file=files.needed(one),
                context=one.text("prov4ml:context"),
                step=one.integer("prov4ml:step"),
                time=activities.time_of(link),
                rank=activities.rank_of(link),
            )
        )
    return tuple(found)


def read_artifacts(
    document: Document, activities: RunActivities, files: FileReader
) -> tuple[ArtifactRecord, ...]:
    """Return the artifacts, one for each time that one was logged; those that were used are inputs."""
    found = []
    for one in document.elements("entity", "prov4ml:Artifact"):
        made, used = document.generation(one), document.use(one)
        found.append(
            ArtifactRecord(
                name=one.label,
                file=files.needed(one),
                context=one.text("prov4ml:context"),
                step=one.integer("prov4ml:step"),
                source=one.text("prov4ml:source"),
                is_input=made is None,
                is_model="prov4ml:Model" in one.types,
                attributes=one.user_values(),
                time=activities.time_of(made or used),
                rank=activities.rank_of(made or used),
            )
        )
    return tuple(found)


def read_final_metrics(document: Document, activities: RunActivities) -> tuple[FinalMetricRecord, ...]:
    """Return the aggregates that were kept while logging."""
    first = activities.ranks[0].rank if activities.ranks else 0
    found = []
    for one in document.elements("entity", "prov4ml:FinalMetric"):
        rank = one.integer("prov4ml:rank")
        found.append(
            FinalMetricRecord(
                key=one.label,
                operation=one.text("prov4ml:operation") or "",
                initial=one.value("prov4ml:initial"),
                value=one.value("prov:value"),
                count=one.integer("prov4ml:count") or 0,
                rank=first if rank is None else rank,
            )
        )
    return tuple(found)
