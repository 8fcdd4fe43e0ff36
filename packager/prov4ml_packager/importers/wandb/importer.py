"""The importer for Weights & Biases: logs to runs (docs/imports.md, Weights & Biases)."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from ...errors import PackagerError
from ..imported import ImportedRun, UnreadableRun
from ..registry import Importer
from .folders import LogFolder, find_logs, has_logs, is_log
from .log import RunLog
from .mapping import imported_run
from .records import RunState


def _recognises(source: Path) -> bool:
    return has_logs(source) if source.is_dir() else is_log(source)


def _read(source: Path) -> Iterator[ImportedRun | UnreadableRun]:
    for logs in find_logs(source):
        with tempfile.TemporaryDirectory(prefix="prov4ml-") as folder:
            yield _read_run(logs, Path(folder))


def _read_run(logs: list[LogFolder], folder: Path) -> ImportedRun | UnreadableRun:
    state = RunState(folder / "output.log")
    lost: list[str] = []
    records = 0
    for one in logs:
        log = RunLog(one.log)
        try:
            for record in log.records():
                state.add(record)
                records += 1
        except (OSError, PackagerError) as error:
            reason = error.message if isinstance(error, PackagerError) else error.strerror or str(error)
            if len(logs) == 1:
                return UnreadableRun(str(one.log), reason)
            lost.append(f"{one.log.name} of {one.log.parent.name}: {reason}")
        lost += log.losses()
    if not records:
        # wandb writes in blocks of 32 KiB.
        what = "holds no record; if its program still runs, import it again when it has ended"
        return UnreadableRun(str(logs[-1].log), "; ".join([what, *lost]))
    return imported_run(logs, state, lost)


IMPORTER = Importer(
    name="wandb",
    title="Weights & Biases",
    reads="a folder wandb, a run in it, or its log run-*.wandb",
    recognises=_recognises,
    read=_read,
)
