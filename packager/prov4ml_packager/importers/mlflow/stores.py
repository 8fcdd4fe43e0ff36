"""The importer for MLflow: which of its stores a source is."""

from collections.abc import Iterator
from pathlib import Path

from ...errors import PackagerError
from ..counts import counted
from ..databases import is_database, open_database
from ..imported import ImportedRun, UnreadableRun
from ..registry import Importer
from . import file_store, sql_store
from .mapping import imported_run


def _recognises(source: Path) -> bool:
    if source.is_dir():
        return (
            file_store.is_run(source)
            or file_store.is_experiment(source)
            or file_store.is_store(source)
            or file_store.is_store(source / "mlruns")
            or sql_store.database_in(source) is not None
        )
    if not is_database(source):
        return False
    try:
        with open_database(source) as database:
            return sql_store.is_mlflow(database)
    except PackagerError:
        return True  # whosever it is, reading it says what is wrong with it


def _read(source: Path) -> Iterator[ImportedRun | UnreadableRun]:
    if not source.is_dir():
        yield from _read_database(source)
        return
    database = sql_store.database_in(source)
    if database is not None:
        yield from _read_database(database)
    folder = source / "mlruns"
    if file_store.is_store(folder):
        yield from _read_folders(folder)
    elif database is None:
        yield from _read_folders(source)


def _read_folders(source: Path) -> Iterator[ImportedRun | UnreadableRun]:
    folders = list(file_store.run_folders(source))
    parents = file_store.parents_of(folders)
    for folder in folders:
        stored = file_store.read_run_folder(folder)
        if isinstance(stored, UnreadableRun):
            yield stored
        elif stored is not None:
            yield imported_run(stored, parents)


def _read_database(path: Path) -> Iterator[ImportedRun | UnreadableRun]:
    with open_database(path) as database:
        if not sql_store.is_mlflow(database):
            raise PackagerError("is no database of MLflow: it has no table of runs", path=path)
        parents = sql_store.parents_of(database)
        for stored in sql_store.read_runs(database):
            if isinstance(stored, UnreadableRun):
                yield stored
            else:
                yield imported_run(stored, parents)


def _remarks(source: Path) -> list[str]:
    """Return what is said of deleted runs."""
    try:
        deleted = 0
        database = sql_store.database_in(source) if source.is_dir() else source
        if database is not None:
            with open_database(database) as opened:
                deleted += sql_store.count_deleted(opened)
        folder = source / "mlruns"
        if source.is_dir() and (database is None or file_store.is_store(folder)):
            deleted += file_store.count_deleted(folder if file_store.is_store(folder) else source)
    except (PackagerError, OSError):
        return []  # reading it has said what is wrong
    are = "is" if deleted == 1 else "are"
    return [f"{counted(deleted, 'deleted run')} {are} left out; MLflow can restore them"] if deleted else []


IMPORTER = Importer(
    name="mlflow",
    title="MLflow",
    reads="a folder mlruns, an experiment or a run in it, or an SQLite database such as mlflow.db",
    recognises=_recognises,
    read=_read,
    remarks=_remarks,
)
