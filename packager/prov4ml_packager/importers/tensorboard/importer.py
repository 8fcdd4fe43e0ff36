"""The importer for TensorBoard: a folder of event files to runs (docs/imports.md, TensorBoard)."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from ...record import JsonValue, Status
from ..imported import ImportedContext, ImportedParameter, ImportedRun, UnreadableRun
from ..registry import Importer
from ..sources import remarks_on_links
from ..yaml_files import read_parameters
from .events import EventCollector
from .folders import RunFolder, find_runs, has_event_files, is_event_file
from .media import MediaSpool
from .records import EventFile


def _recognises(source: Path) -> bool:
    return has_event_files(source) if source.is_dir() else is_event_file(source)


def _read(source: Path) -> Iterator[ImportedRun | UnreadableRun]:
    for run in find_runs(source):
        with tempfile.TemporaryDirectory(prefix="prov4ml-") as folder:
            yield _read_run(run, source, Path(folder))


def _names(run: RunFolder, source: Path) -> tuple[str, str]:
    """Return the experiment and the run's id: the folder that is imported, and the path in it."""
    real = source.resolve()
    if source.is_file():
        return real.parent.parent.name or "tensorboard", real.parent.name or real.name
    if run.name:
        return real.name or "tensorboard", run.name
    return real.parent.name or "tensorboard", real.name or "run"


def _read_run(run: RunFolder, source: Path, folder: Path) -> ImportedRun | UnreadableRun:
    spool = MediaSpool(folder)
    collector = EventCollector(spool)
    lost: list[str] = []
    torn = False
    for part in run.parts:
        context = part.folder if part.folder and not part.is_session else None
        for path in part.files:
            event_file = EventFile(path)
            try:
                for record in event_file.records():
                    collector.add(record, context, "hparams" if part.is_session else None, path)
            except OSError as error:
                lost.append(f"{path.name}: {error.strerror or error}")
            lost += event_file.losses()
            torn = torn or bool(event_file.torn)
    experiment, run_id = _names(run, source)
    if collector.first is None or collector.last is None:
        return UnreadableRun(str(run.path), "; ".join(["holds no event", *lost]))
    lost += collector.losses()
    session = collector.session
    # Lightning's TensorBoardLogger writes them beside the event files.
    beside = read_parameters(run.path, "hparams.yaml", lost) if run.path.is_dir() else {}
    parameters: dict[str, JsonValue] = {**beside, **session.parameters}
    status: Status = session.status or ("unfinished" if torn else "finished")
    if session.status is None:
        lost.append(
            "how the run ended: event files do not say it; "
            + ("the last one is torn, so it counts as unfinished" if torn else "it counts as finished")
        )
    contexts = {part.folder for part in run.parts if part.folder and not part.is_session}
    return ImportedRun(
        experiment=experiment,
        run_id=run_id,
        sources=tuple(path for part in run.parts for path in part.files),
        start=min(collector.first, session.start or collector.first),
        end=None if torn else max(collector.last, session.end or collector.last),
        status=status,
        tracker=("TensorBoard", "unknown"),
        series=collector.points.series(),
        contexts=tuple(ImportedContext(one) for one in sorted(contexts)),
        parameters=tuple(ImportedParameter(key, value) for key, value in parameters.items()),
        artifacts=tuple(spool.artifacts),
        tags={**session.tags, **_writers(collector)},
        lost=tuple(lost),
    )


def _writers(collector: EventCollector) -> dict[str, JsonValue]:
    names = sorted(name for name in collector.writers if name)
    return {"tensorboard.writer": ", ".join(names)} if names else {}


IMPORTER = Importer(
    name="tensorboard",
    title="TensorBoard",
    reads="an event file, or a folder with event files in it",
    recognises=_recognises,
    read=_read,
    remarks=remarks_on_links,
)
