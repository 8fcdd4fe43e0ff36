"""MLflow's SQLite store from MLflow 1.0 to 3.17: tables and columns that are not there count as empty.

Source: mlflow/store/tracking/dbmodels/models.py.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from ...errors import PackagerError
from ..collecting import PointCollector
from ..counts import counted
from ..databases import Database
from ..imported import UnreadableRun
from ..moments import from_milliseconds
from .locations import find_in
from .stored import StoredDataset, StoredExperiment, StoredModel, StoredRun, integer_field, text_field

_LARGEST = 1.7976931348623157e308
_RUN_COLUMNS = (
    "run_uuid", "name", "user_id", "status", "start_time", "end_time", "lifecycle_stage", "artifact_uri",
    "experiment_id", "source_name", "source_version", "entry_point_name",
)  # fmt: skip


def is_mlflow(database: Database) -> bool:
    """Tell whether a database is one of MLflow's."""
    return "run_uuid" in database.tables.get("runs", ()) and {"experiments", "metrics", "params"} <= set(
        database.tables
    )


def parents_of(database: Database) -> dict[str, str]:
    """Return the parent of each run that has one, by their ids."""
    rows = database.select("tags", ("run_uuid", "value"), {"key": "mlflow.parentRunId"})
    return {str(run): str(parent) for run, parent in rows if parent}


def read_runs(database: Database) -> Iterator[StoredRun | UnreadableRun]:
    """Yield the runs that are not deleted, in the order in which they were started.

    Raises:
        PackagerError: the tables of runs or experiments are damaged.
    """
    deleted = set()
    experiments: dict[object, StoredExperiment] = {}
    for identifier, name, stage in database.select(
        "experiments", ("experiment_id", "name", "lifecycle_stage")
    ):
        tags = _pairs(database, "experiment_tags", "key", "value", {"experiment_id": identifier})
        experiments[identifier] = StoredExperiment(str(identifier), str(name), tags)
        if stage == "deleted":
            deleted.add(identifier)
    for row in list(database.select("runs", _RUN_COLUMNS)):
        values = dict(zip(_RUN_COLUMNS, row, strict=True))
        if values["lifecycle_stage"] == "deleted" or values["experiment_id"] in deleted:
            continue
        try:
            yield _read_run(database, values, experiments)
        except PackagerError as error:
            yield UnreadableRun(str(values["run_uuid"]), str(error))


def count_deleted(database: Database) -> int:
    """Return how many runs of the store were deleted, by themselves or with their experiment."""
    experiments = {
        identifier
        for identifier, stage in database.select("experiments", ("experiment_id", "lifecycle_stage"))
        if stage == "deleted"
    }
    rows = database.select("runs", ("experiment_id", "lifecycle_stage"))
    return sum(stage == "deleted" or experiment in experiments for experiment, stage in rows)


def _read_run(
    database: Database, values: Mapping[str, object], experiments: Mapping[object, StoredExperiment]
) -> StoredRun:
    identifier = values["run_uuid"]
    own = {"run_uuid": identifier}
    lost: list[str] = []
    number = values["experiment_id"]
    experiment = experiments.get(number)
    if experiment is None:
        lost.append("the name of its experiment: the store does not have it")
        experiment = StoredExperiment(str(number), str(number))
    folder = database.path.resolve().parent
    tags = _pairs(database, "tags", "key", "value", own)
    for tag, column in (
        ("mlflow.source.name", "source_name"),
        ("mlflow.source.git.commit", "source_version"),
        ("mlflow.project.entryPoint", "entry_point_name"),
    ):
        value = text_field(values, column)
        if value and tag not in tags:
            tags[tag] = value
    traces = database.select(
        "trace_request_metadata", ("request_id",), {"key": "mlflow.sourceRun", "value": identifier}
    )
    return StoredRun(
        id=str(identifier),
        name=text_field(values, "name"),
        experiment=experiment,
        status=str(values["status"]),
        start=integer_field(values, "start_time"),
        end=integer_field(values, "end_time"),
        user=text_field(values, "user_id"),
        sources=(database.path,),
        artifact_location=text_field(values, "artifact_uri") or "",
        find=lambda location: find_in(folder, location),
        points=_read_metrics(database, identifier, lost),
        parameters=_pairs(database, "params", "key", "value", own),
        tags=tags,
        datasets=tuple(_datasets(database, identifier)),
        models=tuple(_models(database, identifier)),
        traces=sum(1 for _ in traces),
        lost=tuple(lost),
    )


def _pairs(
    database: Database, table: str, key: str, value: str, where: Mapping[str, object]
) -> dict[str, str]:
    rows = database.select(table, (key, value), where)
    return {str(name): "" if text is None else str(text) for name, text in rows}


def _read_metrics(database: Database, run: object, lost: list[str]) -> PointCollector:
    points = PointCollector()
    damaged: Counter[str] = Counter()
    infinite: Counter[str] = Counter()
    columns = ("key", "value", "timestamp", "step", "is_nan")
    for key, value, stamp, step, is_nan in database.select("metrics", columns, {"run_uuid": run}):
        name = str(key)
        time = from_milliseconds(stamp)
        if step is None:
            step = 0
        if time is None or type(step) is not int or not isinstance(value, int | float):
            damaged[name] += 1
            continue
        if abs(value) == _LARGEST:
            infinite[name] += 1
        points.add(name, step, time, float("nan") if is_nan else float(value))
    for name, count in damaged.items():
        lost.append(f"{counted(count, 'row')} of metric {name}: value, time or step is no number")
    for name, count in infinite.items():
        are, they = ("is", "it is") if count == 1 else ("are", "they are")
        lost.append(
            f"{counted(count, 'value')} of metric {name} {are} ±1.7976931348623157e308, which is how MLflow's"
            f" SQL store writes infinities; {they} kept as stored"
        )
    return points


def _datasets(database: Database, run: object) -> Iterator[StoredDataset]:
    columns = ("input_uuid", "source_id")
    where = {"source_type": "DATASET", "destination_type": "RUN", "destination_id": run}
    for input_id, dataset_id in list(database.select("inputs", columns, where)):
        tags = _pairs(database, "input_tags", "name", "value", {"input_uuid": input_id})
        for row in database.select(
            "datasets",
            ("name", "digest", "dataset_source_type", "dataset_source", "dataset_schema", "dataset_profile"),
            {"dataset_uuid": dataset_id},
        ):
            name, digest, kind, source, schema, profile = (
                None if value is None else str(value) for value in row
            )
            yield StoredDataset(name or str(dataset_id), digest or "", kind, source, schema, profile, tags)


def _models(database: Database, run: object) -> Iterator[StoredModel]:
    columns = (
        "model_id",
        "name",
        "model_type",
        "creation_timestamp_ms",
        "artifact_location",
        "lifecycle_stage",
    )
    for row in list(database.select("logged_models", columns, {"source_run_id": run})):
        values = dict(zip(columns, row, strict=True))
        if values["lifecycle_stage"] == "deleted":
            continue
        where = {"model_id": values["model_id"]}
        outputs = database.select(
            "inputs",
            ("step",),
            {"source_type": "RUN_OUTPUT", "source_id": run, "destination_id": values["model_id"]},
        )
        step = next((row[0] for row in outputs), None)
        yield StoredModel(
            id=str(values["model_id"]),
            name=str(values["name"]),
            type=text_field(values, "model_type"),
            created=integer_field(values, "creation_timestamp_ms"),
            artifact_location=text_field(values, "artifact_location") or "",
            parameters=_pairs(database, "logged_model_params", "param_key", "param_value", where),
            tags=_pairs(database, "logged_model_tags", "tag_key", "tag_value", where),
            step=step if type(step) is int else None,
        )


def database_in(folder: Path) -> Path | None:
    """Return the database that MLflow 3 makes in a working folder by default, if it is there."""
    path = folder / "mlflow.db"
    return path if path.is_file() and not path.is_symlink() else None
