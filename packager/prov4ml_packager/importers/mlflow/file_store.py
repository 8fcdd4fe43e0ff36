"""MLflow's file store: a folder an experiment, in it a folder a run, in it a file a metric or parameter.

Source: mlflow/store/tracking/file_store.py of MLflow 1.0 to 3.17. A line of a metric is
`<ms> <value> [<step> [<dataset> <digest>]]`; MLflow before 1.0 wrote seconds and no step.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...record import JsonValue
from ..collecting import PointCollector
from ..imported import UnreadableRun
from ..moments import from_milliseconds
from ..sources import inside, open_source, regular_files
from ..yaml_files import YamlError, read_yaml
from .locations import find_in
from .stored import (
    MAXIMUM_TEXT,
    STATUSES,
    StoredDataset,
    StoredExperiment,
    StoredModel,
    StoredRun,
    integer_field,
    text_field,
)

META = "meta.yaml"
_RESERVED = frozenset({"tags", "datasets", "traces", "models"})
_TRASH = ".trash"
_SECONDS = 10**11  # in ms this is March 1973, before any run


def read_meta(folder: Path) -> Mapping[str, JsonValue]:
    """Return the `meta.yaml` of a folder; empty if there is none.

    Raises:
        YamlError: it is damaged.
    """
    path = inside(folder, META)
    if path is None:
        return {}
    value = read_yaml(path)
    if not isinstance(value, dict):
        raise YamlError("is empty or no mapping")
    return value


@dataclass(frozen=True)
class RunFolder:
    """A folder of a run, and what is above it in the store."""

    path: Path
    experiment: Path | None
    root: Path


def is_run(folder: Path) -> bool:
    """Tell whether a folder is a run of a file store; never raises."""
    return _names(folder, "run_id") or _names(folder, "run_uuid")


def is_experiment(folder: Path) -> bool:
    """Tell whether a folder is an experiment of a file store; never raises."""
    return _names(folder, "artifact_location") and not is_run(folder)


def is_store(folder: Path) -> bool:
    """Tell whether a folder holds experiments of a file store; never raises."""
    return any(is_experiment(one) for one in _folders(folder))


def _names(folder: Path, field: str) -> bool:
    try:
        return field in read_meta(folder)
    except (YamlError, OSError):
        return False


def _folders(folder: Path) -> list[Path]:
    """Return the folders in a folder, links left out, sorted by name."""
    try:
        with os.scandir(folder) as entries:
            return sorted(Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []


def run_folders(source: Path) -> Iterator[RunFolder]:
    """Yield the runs of a store without its deleted experiments, of an experiment, or the one of a folder."""
    if is_run(source):
        above = source.resolve().parent
        known = is_experiment(above)
        yield RunFolder(source, above if known else None, above.parent if known else source)
    elif is_experiment(source):
        yield from _in_experiment(source, source.resolve().parent)
    else:
        for experiment in _folders(source):
            if experiment.name != _TRASH and inside(experiment, META) is not None:
                yield from _in_experiment(experiment, source)


def count_deleted(source: Path) -> int:
    """Return how many runs of a store, an experiment or a folder were deleted; damaged ones do not count."""
    folders = list(run_folders(source))
    for experiment in _folders(source / _TRASH) if not is_run(source) else ():
        folders += _in_experiment(experiment, source)
    return sum(_is_deleted(one) for one in folders)


def _is_deleted(folder: RunFolder) -> bool:
    if folder.experiment is not None and folder.experiment.parent.name == _TRASH:
        return True
    try:
        return read_meta(folder.path).get("lifecycle_stage") == "deleted"
    except YamlError:
        return False


def _in_experiment(experiment: Path, root: Path) -> Iterator[RunFolder]:
    for folder in _folders(experiment):
        if folder.name not in _RESERVED and inside(folder, META) is not None:
            yield RunFolder(folder, experiment, root)


def parents_of(folders: list[RunFolder]) -> dict[str, str]:
    """Return the parent of each run that has one, by their ids."""
    parents = {}
    for folder in folders:
        path = inside(folder.path, "tags/mlflow.parentRunId")
        if path is not None and path.is_file():
            parent = _read_text(path)
            if parent:
                parents[folder.path.name] = parent.strip()
    return parents


def read_run_folder(folder: RunFolder) -> StoredRun | UnreadableRun | None:
    """Return the run of a folder, None for one that MLflow's user deleted."""
    path = folder.path
    try:
        meta = read_meta(path)
    except YamlError as error:
        return UnreadableRun(str(path), f"{META} {error}")
    run_id = text_field(meta, "run_id") or text_field(meta, "run_uuid")
    if run_id is None:
        return UnreadableRun(str(path), f"{META} names no run_id")
    if meta.get("lifecycle_stage") == "deleted":
        return None
    lost: list[str] = []
    status = meta.get("status", 1)
    experiment = _experiment(folder, meta, lost)
    location = text_field(meta, "artifact_uri") or "artifacts"
    return StoredRun(
        id=run_id,
        name=text_field(meta, "run_name") or text_field(meta, "name"),
        experiment=experiment,
        status=STATUSES.get(status, str(status)) if isinstance(status, int) else str(status),
        start=integer_field(meta, "start_time"),
        end=integer_field(meta, "end_time"),
        user=text_field(meta, "user_id"),
        sources=(path,),
        artifact_location=location,
        find=lambda wanted: _find(folder, location, wanted),
        points=_read_metrics(path, lost),
        parameters=_read_texts(path, "params", lost),
        tags=_read_texts(path, "tags", lost),
        datasets=tuple(_datasets(folder, lost)),
        models=tuple(_models(folder, run_id, lost)),
        traces=_count_traces(folder, run_id),
        lost=tuple(lost),
    )


def _find(folder: RunFolder, own: str, wanted: str) -> Path | None:
    if wanted == own:
        beside = inside(folder.path, "artifacts")
        if beside is not None and any(True for _ in regular_files(beside)):
            return beside
    return find_in(folder.root, wanted)


def _experiment(folder: RunFolder, meta: Mapping[str, JsonValue], lost: list[str]) -> StoredExperiment:
    identifier = text_field(meta, "experiment_id") or "0"
    if folder.experiment is None:
        lost.append("the name of its experiment: the run lies outside its store")
        return StoredExperiment(identifier, identifier)
    try:
        own = read_meta(folder.experiment)
    except YamlError as error:
        lost.append(f"the name of its experiment: {folder.experiment.name}/{META} {error}")
        return StoredExperiment(identifier, identifier)
    name = text_field(own, "name") or identifier
    return StoredExperiment(identifier, name, _read_texts(folder.experiment, "tags", lost))


def _read_text(path: Path) -> str | None:
    try:
        with open_source(path) as stream:
            data = stream.read(MAXIMUM_TEXT + 1)
    except OSError:
        return None
    return None if len(data) > MAXIMUM_TEXT else data.decode("utf-8", "backslashreplace")


def _read_texts(folder: Path, kind: str, lost: list[str]) -> dict[str, str]:
    root = inside(folder, kind)
    values: dict[str, str] = {}
    for name, path in regular_files(root) if root is not None and root.is_dir() else ():
        value = _read_text(path)
        if value is None:
            lost.append(f"{kind}/{name} could not be read or is larger than {MAXIMUM_TEXT >> 20} MiB")
        else:
            values[_printable(name)] = value
    return values


def _printable(name: str) -> str:
    r"""Return a file's name as text; bytes that are no UTF-8 become `\xNN`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _read_metrics(folder: Path, lost: list[str]) -> PointCollector:
    points = PointCollector()
    root = inside(folder, "metrics")
    for name, path in regular_files(root) if root is not None and root.is_dir() else ():
        try:
            _read_metric(_printable(name), path, points, lost)
        except OSError as error:
            lost.append(f"metric {name}: {error.strerror or error}")
    return points


def _read_metric(name: str, path: Path, points: PointCollector, lost: list[str]) -> None:
    damaged, first, torn = 0, 0, False
    with open_source(path) as stream:
        for number, line in enumerate(iter(lambda: stream.readline(1 << 16), b""), start=1):
            if not line.strip():
                continue
            torn = not line.endswith(b"\n")
            point = None if torn else _point(line)
            if point is None:
                damaged += 1
                first = first or number
                continue
            time, value, step, dataset = point
            points.add(name, step, time, value, source=dataset)
    if damaged:
        what = f"{damaged:,} line{'s' if damaged > 1 else ''} of metric {name}, the first is line {first}"
        lost.append(what + (": the last one has no end" if torn else ""))


def _point(line: bytes) -> tuple[int, float, int, str | None] | None:
    """Return time in ns, value, step and dataset of a line; None if it is no point."""
    parts = line.decode("utf-8", "backslashreplace").strip().split(" ")
    try:
        stamp, value = int(parts[0]), float(parts[1])
        step = int(parts[2]) if len(parts) > 2 else 0
    except (ValueError, IndexError):
        return None
    # MLflow before 1.0 wrote no step, and seconds; since then a user may give a point any time in ms.
    time = from_milliseconds(stamp * 1000 if len(parts) == 2 and stamp < _SECONDS else stamp)
    if time is None or len(parts) == 4:
        return None
    # The name of a dataset may hold spaces; its digest has none.
    return time, value, step, f"{' '.join(parts[3:-1])}@{parts[-1]}" if len(parts) > 4 else None


def _datasets(folder: RunFolder, lost: list[str]) -> Iterator[StoredDataset]:
    root = inside(folder.path, "inputs")
    for one in _folders(root) if root is not None else ():
        try:
            meta = read_meta(one)
            if meta.get("source_type") != "DATASET":
                continue
            identifier = text_field(meta, "source_id") or ""
            place = inside(folder.experiment, f"datasets/{identifier}") if folder.experiment else None
            if place is None:
                lost.append(f"dataset {identifier}: its description is not in the store")
                continue
            own = read_meta(place)
        except YamlError as error:
            lost.append(f"a dataset: {one.name}/{META} {error}")
            continue
        tags = meta.get("tags")
        yield StoredDataset(
            name=text_field(own, "name") or identifier,
            digest=text_field(own, "digest") or "",
            source_type=text_field(own, "source_type"),
            source=text_field(own, "source"),
            schema=text_field(own, "schema"),
            profile=text_field(own, "profile"),
            tags={key: str(value) for key, value in tags.items()} if isinstance(tags, dict) else {},
        )


def _models(folder: RunFolder, run_id: str, lost: list[str]) -> Iterator[StoredModel]:
    root = inside(folder.experiment, "models") if folder.experiment else None
    for one in _folders(root) if root is not None else ():
        try:
            meta = read_meta(one)
        except YamlError as error:
            lost.append(f"perhaps a model: models/{one.name}/{META} {error}")
            continue
        if meta.get("source_run_id") != run_id or meta.get("lifecycle_stage") == "deleted":
            continue
        output: Mapping[str, JsonValue] = {}
        place = inside(folder.path, f"outputs/{one.name}")
        if place is not None:
            try:
                output = read_meta(place)
            except YamlError as error:
                lost.append(f"the step of model {one.name}: {META} {error}")
        yield StoredModel(
            id=text_field(meta, "model_id") or one.name,
            name=text_field(meta, "name") or one.name,
            type=text_field(meta, "model_type"),
            created=integer_field(meta, "creation_timestamp"),
            artifact_location=text_field(meta, "artifact_location") or "",
            parameters=_read_texts(one, "params", lost),
            tags=_read_texts(one, "tags", lost),
            step=integer_field(output, "step"),
        )


def _count_traces(folder: RunFolder, run_id: str) -> int:
    root = inside(folder.experiment, "traces") if folder.experiment else None
    count = 0
    for one in _folders(root) if root is not None else ():
        path = inside(one, "request_metadata/mlflow.sourceRun")
        count += path is not None and path.is_file() and _read_text(path) == run_id
    return count
