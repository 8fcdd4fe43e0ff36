"""The importer for Lightning's CSVLogger: a table of metrics and parameters (docs/imports.md, CSVLogger).

Source: lightning/fabric/loggers/csv_logs.py and lightning/pytorch/core/saving.py of Lightning 1.5 to 2.x.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ..collecting import PointCollector
from ..imported import ImportedArtifact, ImportedFile, ImportedParameter, ImportedRun, UnreadableRun
from ..registry import Importer
from ..scalars import text_number
from ..sources import inside, link_losses, open_source, regular_files
from ..tables import TextTable, count_losses
from ..yaml_files import read_parameters

_METRICS, _PARAMETERS, _CHECKPOINTS = "metrics.csv", "hparams.yaml", "checkpoints"
_STEP = "step"
_DEPTH = 3


def _is_run(folder: Path) -> bool:
    path = inside(folder, _METRICS)
    if path is None or not path.is_file():
        return False
    try:
        with open_source(path) as stream:
            header = stream.readline(1 << 16)
    except OSError:
        return False
    return _STEP in header.decode("utf-8", "replace").strip().split(",")


def _runs(folder: Path, depth: int = _DEPTH) -> Iterator[Path]:
    """Yield the folders of runs: this one, or those below it (`lightning_logs/version_0`)."""
    if _is_run(folder):
        yield folder
        return
    if depth == 0:
        return
    try:
        with os.scandir(folder) as entries:
            below = sorted(Path(one.path) for one in entries if one.is_dir(follow_symlinks=False))
    except OSError:
        return
    for one in below:
        yield from _runs(one, depth - 1)


def _recognises(source: Path) -> bool:
    return source.is_dir() and any(True for _ in _runs(source))


def _read(source: Path) -> Iterator[ImportedRun | UnreadableRun]:
    for folder in _runs(source):
        yield _read_run(folder)


def _read_run(folder: Path) -> ImportedRun | UnreadableRun:
    lost: list[str] = []
    table = TextTable(folder / _METRICS, ",")
    try:
        points = _points(table, lost)
    except OSError as error:
        return UnreadableRun(str(folder), f"{_METRICS}: {error.strerror or error}")
    lost.append(
        "its times: CSVLogger keeps none; run and points carry the time at which metrics.csv was last written"
    )
    lost.append("how the run ended: CSVLogger does not keep it; it counts as finished")
    lost += link_losses(folder)
    real = folder.resolve()
    parameters = read_parameters(folder, _PARAMETERS, lost)
    return ImportedRun(
        experiment=real.parent.name or "lightning",
        run_id=real.name,
        sources=(folder,),
        start=table.modified,
        end=table.modified,
        tracker=("Lightning CSVLogger", "unknown"),
        series=points.series(),
        parameters=tuple(ImportedParameter(key, value) for key, value in parameters.items()),
        artifacts=tuple(_files(folder)),
        lost=tuple(lost),
    )


def _points(table: TextTable, lost: list[str]) -> PointCollector:
    points, refused = PointCollector(), Counter[str]()
    for row in table.rows():
        values = dict(zip(table.header, row, strict=True))
        try:
            step = int(values.get(_STEP, ""))
        except ValueError:
            table.damaged += 1
            continue
        for name, text in values.items():
            if name == _STEP or text == "":
                continue
            number = text_number(text)
            if number is None:
                refused[name] += 1
                continue
            points.add(name, step, table.modified, number)
    lost += table.losses()
    lost += points.losses()
    lost += count_losses(refused)
    return points


def _files(folder: Path) -> Iterator[ImportedArtifact]:
    """Yield the other files of the run's folder: checkpoints as models, what else is there as it is."""
    for name, path in regular_files(folder):
        if name not in (_METRICS, _PARAMETERS):
            yield ImportedArtifact(
                name, ImportedFile(name, path), is_model=name.startswith(f"{_CHECKPOINTS}/")
            )


IMPORTER = Importer(
    name="lightning-csv",
    title="Lightning's CSVLogger",
    reads="a folder lightning_logs, or a version in it, with a metrics.csv",
    recognises=_recognises,
    read=_read,
)
