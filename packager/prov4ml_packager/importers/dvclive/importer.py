"""The importer for DVCLive: a file a metric, a summary, parameters and plots (docs/imports.md, DVCLive).

Source: dvclive/plots/metric.py, dvclive/live.py of DVCLive 2 and 3. The folder is one run.
"""

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ...record import JsonValue
from ..collecting import PointCollector
from ..imported import ImportedArtifact, ImportedFile, ImportedFinalMetric, ImportedParameter, ImportedRun
from ..moments import from_milliseconds
from ..nested import JsonError, leaves, read_json
from ..registry import Importer
from ..scalars import json_number, text_number
from ..sources import inside, link_losses, open_source, regular_files
from ..tables import TextTable, count_losses
from ..yaml_files import YamlError, read_parameters, read_yaml

_METRICS = "plots/metrics"
_OWN = frozenset({"metrics.json", "params.yaml", "dvc.yaml", ".gitignore"})
_LIMIT = 64 << 20
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def _is_run(folder: Path) -> bool:
    metrics = inside(folder, _METRICS)
    if metrics is not None and metrics.is_dir():
        return any(name.endswith(".tsv") for name, _ in regular_files(metrics))
    return inside(folder, "metrics.json") is not None and inside(folder, "params.yaml") is not None


def _recognises(source: Path) -> bool:
    try:
        return source.is_dir() and (_is_run(source) or _is_run(source / "dvclive"))
    except OSError:
        return False


def _read(source: Path) -> Iterator[ImportedRun]:
    folder = source if _is_run(source) else source / "dvclive"
    lost: list[str] = []
    points, undated = _points(folder, lost)
    if undated:
        lost.append(
            f"the times of {undated:,} points: DVCLive was not asked for timestamps; "
            "they carry the time at which their file was last written"
        )
    lost.append("how the run ended: DVCLive does not keep it; it counts as finished")
    lost += link_losses(folder)
    real = folder.resolve()
    finals = tuple(_final_metrics(folder, points, lost))
    parameters = read_parameters(folder, "params.yaml", lost)
    span = points.span()
    if span is None:
        written = max((path.lstat().st_mtime_ns for _, path in regular_files(folder)), default=0)
        span = (written, written)
        lost.append("its times: no metric has points; the run carries the time of its youngest file")
    yield ImportedRun(
        experiment=real.parent.name or "dvclive",
        run_id=real.name,
        sources=(folder,),
        start=span[0],
        end=span[1],
        tracker=("DVCLive", "unknown"),
        series=points.series(),
        parameters=tuple(ImportedParameter(key, value) for key, value in parameters.items()),
        artifacts=(*_files(folder), *_declared(source, folder, lost)),
        final_metrics=finals,
        lost=tuple(lost),
    )


def _points(folder: Path, lost: list[str]) -> tuple[PointCollector, int]:
    """Return the points, and how many of them have no time of their own."""
    points, refused, undated = PointCollector(), Counter[str](), 0
    root = inside(folder, _METRICS)
    for name, path in regular_files(root) if root is not None else ():
        if not name.endswith(".tsv"):
            continue
        metric = name.removesuffix(".tsv")
        table = TextTable(path, "\t")
        try:
            for row in table.rows():
                values = dict(zip(table.header, row, strict=True))
                try:
                    step = int(values["step"])
                    time = from_milliseconds(int(values["timestamp"])) if "timestamp" in values else None
                except (KeyError, ValueError):
                    table.damaged += 1
                    continue
                value = text_number(row[-1])
                if value is None:
                    refused[metric] += 1
                    continue
                undated += time is None
                points.add(metric, step, table.modified if time is None else time, value)
        except OSError as error:
            lost.append(f"metric {metric}: {error.strerror or error}")
        lost += table.losses()
    lost += points.losses()
    lost += count_losses(refused)
    return points, undated


def _final_metrics(folder: Path, points: PointCollector, lost: list[str]) -> Iterator[ImportedFinalMetric]:
    """Yield what `metrics.json` says beyond the last point of each metric."""
    path = inside(folder, "metrics.json")
    if path is None:
        return
    try:
        with open_source(path) as stream:
            values = read_json(stream.read(_LIMIT + 1))
    except (OSError, JsonError) as error:
        lost.append(f"the summary in metrics.json: it {error}")
        return
    for name, value in leaves(values, "/") if isinstance(values, dict) else ():
        # JSON has no NaN: DVCLive writes a text.
        number = float(value) if isinstance(value, bool) else json_number(value)
        if isinstance(value, str) and value in _NOT_FINITE:
            value = number = _NOT_FINITE[value]
        if not points.ends_with(name, number):
            yield ImportedFinalMetric(name, value, operation="summary", count=points.count(name))


def _files(folder: Path) -> Iterator[ImportedArtifact]:
    for name, path in regular_files(folder):
        if name not in _OWN and not name.startswith(f"{_METRICS}/"):
            yield ImportedArtifact(name, ImportedFile(name, path))


def _declared(source: Path, folder: Path, lost: list[str]) -> Iterator[ImportedArtifact]:
    """Yield what `log_artifact` declared in `dvc.yaml` of the run's folder or of the imported project."""
    for place in dict.fromkeys((source, folder)):
        path = inside(place, "dvc.yaml")
        if path is None:
            continue
        try:
            document = read_yaml(path)
        except YamlError as error:
            lost.append(f"the artifacts in dvc.yaml: it {error}")
            continue
        declared = document.get("artifacts") if isinstance(document, dict) else None
        for name, entry in declared.items() if isinstance(declared, dict) else ():
            if not isinstance(entry, dict) or not isinstance(entry.get("path"), str):
                lost.append(f"artifact {name}: dvc.yaml gives it no path")
                continue
            original = str(entry["path"])
            found = inside(place, original)
            if found is None:
                lost.append(f"artifact {name}: {original} is not in {place.name or place}")
            attributes: dict[str, JsonValue] = {f"dvc.{key}": value for key, value in entry.items()}
            yield ImportedArtifact(
                name,
                ImportedFile(original, found),
                is_model=entry.get("type") == "model",
                attributes=attributes,
            )


IMPORTER = Importer(
    name="dvclive",
    title="DVCLive",
    reads="a folder dvclive, or one with a folder dvclive in it",
    recognises=_recognises,
    read=_read,
)
