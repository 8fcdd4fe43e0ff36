"""Which logs are one run.

wandb writes `wandb/[offline-]run-<date>_<time>-<id>/run-<id>.wandb`; a run that was resumed has several such
folders.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..sources import inside

SUFFIX = ".wandb"
_ENTRIES = 5_000


@dataclass(frozen=True)
class LogFolder:
    """A log, the folder that is its run's own, and the folder of its files (None if there is none)."""

    log: Path
    folder: Path | None
    files: Path | None

    @property
    def run_id(self) -> str:
        """Return the run's id as the name of the log gives it."""
        return self.log.name.removesuffix(SUFFIX).removeprefix("run-")


def is_log(path: Path) -> bool:
    """Tell whether a file is a run's log, by its name and first bytes; never raises."""
    try:
        with path.open("rb") as stream:
            return path.name.endswith(SUFFIX) and path.is_file() and stream.read(4) == b":W&B"
    except OSError:
        return False


def has_logs(folder: Path) -> bool:
    """Tell whether a folder is a run, a folder of runs, or one with a folder `wandb`; never raises."""
    return next(_logs(folder), None) is not None


def find_logs(source: Path) -> list[list[LogFolder]]:
    """Return the logs of each run of a source, the logs of a run in the order of their start."""
    runs: dict[str, list[LogFolder]] = {}
    for log in _logs(source):
        runs.setdefault(log.run_id, []).append(log)
    return list(runs.values())


def _logs(source: Path) -> Iterator[LogFolder]:
    if source.is_file():
        above = source.resolve().parent
        files = inside(above, "files")
        yield LogFolder(source, None, files if files is not None and files.is_dir() else None)
        return
    own = list(_in_folder(source))
    if own:
        yield from own
        return
    for top in (source, source / "wandb"):
        found = False
        for folder in _folders(top):
            if "run-" in folder.name or "dryrun-" in folder.name:
                for log in _in_folder(folder):
                    found = True
                    yield log
        if found:
            return


def _in_folder(folder: Path) -> Iterator[LogFolder]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(
                entry.name
                for entry in entries
                if entry.name.endswith(SUFFIX) and entry.is_file(follow_symlinks=False)
            )
    except OSError:
        return
    for name in names:
        files = inside(folder, "files")
        yield LogFolder(folder / name, folder, files if files is not None and files.is_dir() else None)


def _folders(folder: Path) -> list[Path]:
    # The date in the names sorts them by start; `latest-run` is a link.
    try:
        with os.scandir(folder) as entries:
            found = [Path(one.path) for one in entries if one.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    return sorted(found, key=lambda one: one.name.rpartition("run-")[2])
