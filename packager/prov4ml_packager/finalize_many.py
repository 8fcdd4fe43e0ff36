"""Many runs finalized on the cores of one machine, or on a Dask cluster that sees the same files."""

import errno
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .atomic import scratch_directory
from .errors import PackagerError
from .finalize import StoreFormat, finalize, finalize_record, is_current
from .reader import read_run
from .record import RunRecord
from .task_runner import Failure, run_tasks


@dataclass(frozen=True)
class FinalizeTask:
    """A run, and what to make of it: see `finalize`."""

    run: Path
    to: StoreFormat | None = None
    graph: bool = False
    svg: bool = False
    products_in: Path | None = None


@dataclass(frozen=True)
class Products:
    """What was made of a run.

    Attributes:
        paths: of the products.
        warnings: one line each.
    """

    paths: tuple[Path, ...]
    warnings: tuple[str, ...]


def finalize_task(task: FinalizeTask) -> Products:
    """Finalize one run.

    It may be done twice, as where a worker died: `packaged/` is replaced as a whole at the end.

    Raises:
        PackagerError: as `finalize`.
    """
    made = finalize(task.run, products_in=task.products_in, to=task.to, graph=task.graph, svg=task.svg)
    paths = (made.prov, made.store, made.dot, made.svg)
    return Products(tuple(path for path in paths if path is not None), made.warnings)


def finalize_many(
    tasks: Sequence[FinalizeTask], *, jobs: int = 1, scheduler: str | None = None
) -> Iterator[tuple[FinalizeTask, Products | Failure]]:
    """Finalize runs, and yield each with its products or the reason why there are none, as they end.

    Args:
        tasks: one a run.
        jobs: processes on this machine.
        scheduler: address of a Dask scheduler, whose workers see the runs at the same paths.

    Raises:
        PackagerError: the scheduler is not reached.
    """
    if scheduler is not None:  # its workers may have been started elsewhere
        tasks = [
            replace(
                task,
                run=task.run.absolute(),
                products_in=None if task.products_in is None else task.products_in.absolute(),
            )
            for task in tasks
        ]
    return run_tasks(finalize_task, tasks, jobs=jobs, scheduler=scheduler)


def ensure_all_finalized(
    runs: Sequence[Path],
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    spare: Callable[[], Path] | None = None,
    progress: Callable[[int], None] | None = None,
    note: Callable[[str], None] = lambda line: None,
) -> list[RunRecord]:
    """Return runs in their order, those finalized first whose `packaged/` is not current.

    Args:
        runs: run directories.
        jobs: processes on this machine, if several are to be finalized.
        scheduler: see `finalize_many`.
        spare: makes an empty folder for the products of runs that are to be finalized and are read-only;
            called once if there are any.
        progress: called with the number of points just stored.
        note: called with one line about each such run.

    Raises:
        PackagerError: as `finalize`; or the scheduler is not reached.
    """
    records = [read_run(run) for run in runs]
    if spare is not None:
        records = _with_spare_places(records, spare, note)
    waiting = [record for record in records if not is_current(record)]
    if scheduler is None and (jobs <= 1 or len(waiting) <= 1):
        for record in waiting:
            finalize_record(record, progress=progress)
        return records
    points = {record.directory.absolute(): record.metrics.point_count for record in waiting}
    tasks = [FinalizeTask(record.directory, products_in=record.products_in) for record in waiting]
    for task, made in finalize_many(tasks, jobs=jobs, scheduler=scheduler):
        if isinstance(made, Failure):
            raise PackagerError(str(made))
        if progress is not None:
            progress(points[task.run.absolute()])
    return records


def _with_spare_places(
    records: Sequence[RunRecord], spare: Callable[[], Path], note: Callable[[str], None]
) -> list[RunRecord]:
    """Return the records, those of read-only runs that are to be finalized with a place for the products."""
    placed: list[RunRecord] = []
    folder: Path | None = None
    for number, record in enumerate(records):
        if not is_current(record) and _is_read_only(record):
            folder = folder or spare()
            record = replace(record, products_in=folder / str(number))
            note(f"{record.directory}: is read-only; its metric store and provenance are in the crate alone")
        placed.append(record)
    return placed


def _is_read_only(record: RunRecord) -> bool:
    # Tried, since `os.access` asks neither for the effective user nor for what a file server refuses.
    try:
        with scratch_directory(record.packaged):
            return False
    except OSError as error:
        return error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
