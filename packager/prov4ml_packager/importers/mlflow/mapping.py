"""From a run as MLflow stores it to the run that is written (docs/imports.md, MLflow)."""

import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

from ...record import GitRecord, JsonValue, RunError, Status
from ..imported import (
    ImportedArtifact,
    ImportedDataset,
    ImportedFile,
    ImportedParameter,
    ImportedRank,
    ImportedRun,
)
from ..moments import from_milliseconds
from ..scalars import typed_text
from ..sources import link_losses, regular_files
from ..text_fields import without_credentials
from .stored import StoredDataset, StoredModel, StoredRun, ancestors_end

_STATUSES: dict[str, Status] = {"FINISHED": "finished", "FAILED": "failed", "KILLED": "failed"}
_MODEL_FILE = "MLmodel"
_PARENT = "mlflow.parentRunId"


def imported_run(stored: StoredRun, parents: Mapping[str, str]) -> ImportedRun:
    """Return the run to write.

    Args:
        stored: the run.
        parents: the parent of each run of the store that has one, by their ids.
    """
    lost = [*stored.lost, *stored.points.losses()]
    tags: dict[str, JsonValue] = dict(stored.tags)
    if _PARENT in tags and not ancestors_end(stored.id, parents):
        lost.append(f"its parent {tags.pop(_PARENT)}: the run would be its own ancestor")
    for name, value in stored.experiment.tags.items():
        tags[f"experiment.{name}"] = value
    if stored.traces:
        lost.append(f"{stored.traces:,} trace{'s' if stored.traces > 1 else ''}: run directories hold none")
    start = from_milliseconds(stored.start)
    span = stored.points.span()
    if start is None:
        start = span[0] if span else 0
        lost.append("the time of its start: the store has none; its first point counts")
    status = _STATUSES.get(stored.status, "unfinished")
    error = RunError(stored.status, f"MLflow's status of the run is {stored.status}", None)
    commit = stored.tags.get("mlflow.source.git.commit")
    branch = stored.tags.get("mlflow.source.git.branch")
    remote = stored.tags.get("mlflow.source.git.repoURL")
    git = GitRecord(commit, branch, None, without_credentials(remote)) if commit or branch else None
    return ImportedRun(
        experiment=stored.experiment.name,
        run_id=stored.id,
        sources=stored.sources,
        start=start,
        end=from_milliseconds(stored.end),
        status=status,
        error=error if status == "failed" else None,
        name=stored.tags.get("mlflow.runName") or stored.name,
        uuid=_uuid(stored.id),
        parent=_uuid(str(tags.get(_PARENT, ""))),
        tracker=("MLflow", "unknown"),
        ranks=(
            ImportedRank(
                user=stored.tags.get("mlflow.user") or stored.user,
                git=git,
                script=stored.tags.get("mlflow.source.name"),
            ),
        ),
        series=stored.points.series(),
        parameters=tuple(
            ImportedParameter(key, typed_text(value)) for key, value in stored.parameters.items()
        ),
        artifacts=(*_artifacts(stored, lost), *_models(stored, lost)),
        datasets=tuple(_dataset(one) for one in stored.datasets),
        tags=tags,
        lost=tuple(lost),
    )


def _uuid(run_id: str) -> str | None:
    """Return the UUID that a run's id is: MLflow makes it of 32 hex digits."""
    try:
        return str(uuid.UUID(hex=run_id)) if len(run_id) == 32 else None
    except ValueError:
        return None


def _dataset(stored: StoredDataset) -> ImportedDataset:
    info: dict[str, JsonValue] = {"digest": stored.digest}
    described = (("source", stored.source), ("schema", stored.schema), ("profile", stored.profile))
    info.update({name: value for name, value in described if value is not None})
    info.update(stored.tags)
    return ImportedDataset(stored.name, stored.source_type, info=info)


def _artifacts(stored: StoredRun, lost: list[str]) -> Iterator[ImportedArtifact]:
    """Yield each file that the run logged; a folder with an `MLmodel` in it is one model."""
    if not stored.artifact_location:
        return
    root = stored.find(stored.artifact_location)
    if root is None:
        if "://" in stored.artifact_location and not stored.artifact_location.startswith("file:"):
            lost.append(f"its artifacts are at {stored.artifact_location}; nothing is fetched")
        elif not _holds_artifacts(stored):
            lost.append(
                f"artifacts, if it logged any: {stored.artifact_location} is not in the store; "
                "put them into a folder mlruns in it"
            )
        return
    files = list(regular_files(root))
    models = sorted({name.rpartition("/")[0] for name, _ in files if name.rpartition("/")[2] == _MODEL_FILE})
    models = [one for one in models if one and not any(one.startswith(f"{other}/") for other in models)]
    lost += link_losses(root, skipped=models)
    yield from (_artifact(name, root / name, is_model=True) for name in models)
    for name, path in files:
        if not any(name.startswith(f"{model}/") for model in models):
            yield _artifact(name, path)


def _holds_artifacts(stored: StoredRun) -> bool:
    """Return whether the store has a folder for artifacts, in which a run that logged none has no folder."""
    experiment = stored.artifact_location.rpartition(f"/{stored.id}/")[0]
    return not experiment or any(
        stored.find(one) for one in (experiment, experiment.rpartition("/")[0]) if one
    )


def _artifact(name: str, path: Path, *, is_model: bool = False) -> ImportedArtifact:
    return ImportedArtifact(name, ImportedFile(name, path), is_model=is_model)


def _models(stored: StoredRun, lost: list[str]) -> Iterator[ImportedArtifact]:
    for model in stored.models:
        root = stored.find(model.artifact_location) if model.artifact_location else None
        if root is None and model.artifact_location:
            lost.append(f"the files of model {model.name}: {model.artifact_location} is not in the store")
        yield ImportedArtifact(
            model.name,
            ImportedFile(model.artifact_location or model.id, root, kind="directory"),
            step=model.step,
            is_model=True,
            attributes=_model_attributes(model),
            time=from_milliseconds(model.created),
        )


def _model_attributes(model: StoredModel) -> dict[str, JsonValue]:
    attributes: dict[str, JsonValue] = {"model_id": model.id}
    if model.type:
        attributes["model_type"] = model.type
    for prefix, values in (("param", model.parameters), ("tag", model.tags)):
        attributes.update({f"{prefix}.{key}": value for key, value in values.items()})
    return attributes
