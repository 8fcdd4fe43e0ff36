"""Many runs finalized on the cores of one machine, or on a Dask cluster that sees the same files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .finalize import StoreFormat, finalize
from .task_runner import Failure, run_tasks


@dataclass(frozen=True)
class FinalizeTask:
    """A run, and what to make of it: see `finalize`."""

    run: Path
    to: StoreFormat | None = None
    graph: bool = False
    svg: bool = False


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
    made = finalize(task.run, to=task.to, graph=task.graph, svg=task.svg)
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
        tasks = [replace(task, run=task.run.absolute()) for task in tasks]
    return run_tasks(finalize_task, tasks, jobs=jobs, scheduler=scheduler)
