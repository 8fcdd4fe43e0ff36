"""Many tasks on the cores of one machine, or on a Dask cluster; each outcome as it comes."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .errors import PackagerError

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Failure:
    """Why a task could not be done: what its `PackagerError` said, for errors do not travel well."""

    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class _Attempt(Generic[Task, Result]):
    """A function whose errors become values; of a module, so that another process can import it."""

    function: Callable[[Task], Result]

    def __call__(self, task: Task) -> Result | Failure:
        try:
            return self.function(task)
        except PackagerError as error:
            return Failure(str(error))


def run_tasks(
    function: Callable[[Task], Result], tasks: Sequence[Task], *, jobs: int = 1, scheduler: str | None = None
) -> Iterator[tuple[Task, Result | Failure]]:
    """Do tasks, and yield each with what came of it, in the order in which they end.

    A task must be one that may be done twice: if a worker of a cluster dies, another gets its tasks.

    Args:
        function: does one task; a function of a module.
        tasks: can be pickled.
        jobs: processes on this machine; 1: none but this one.
        scheduler: address of a Dask scheduler; `jobs` is then not used.

    Raises:
        PackagerError: the scheduler is not reached.
    """
    attempt = _Attempt(function)
    if scheduler is not None:
        yield from _on_cluster(attempt, tasks, scheduler)
    elif jobs <= 1 or len(tasks) <= 1:
        for task in tasks:
            yield task, attempt(task)
    else:
        yield from _on_cores(attempt, tasks, min(jobs, len(tasks)))


def _on_cores(
    attempt: Callable[[Task], Result | Failure], tasks: Sequence[Task], jobs: int
) -> Iterator[tuple[Task, Result | Failure]]:
    # Not forked: libraries that have threads of their own do not survive it.
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"))
    try:
        futures: dict[Future[Result | Failure], Task] = {pool.submit(attempt, task): task for task in tasks}
        for future in as_completed(futures):
            try:
                yield futures[future], future.result()
            except BrokenProcessPool:
                yield futures[future], Failure("a worker process died; is there enough memory for --jobs?")
    finally:
        pool.shutdown(cancel_futures=True)


def _on_cluster(
    attempt: Callable[[Task], Result | Failure], tasks: Sequence[Task], address: str
) -> Iterator[tuple[Task, Result | Failure]]:
    import distributed

    library: Any = distributed  # its functions have no types
    try:
        client = library.Client(address, timeout="15s")
    except (OSError, ValueError) as error:
        raise PackagerError(
            f"no Dask scheduler answers: {error}",
            path=address,
            hint="give its address, such as tcp://host:8786",
        ) from error
    with client:
        futures = client.map(attempt, tasks, pure=False, retries=2)
        by_key = {future.key: task for future, task in zip(futures, tasks, strict=True)}
        for future in library.as_completed(futures):
            try:
                yield by_key[future.key], future.result()
            except library.KilledWorker as error:
                yield by_key[future.key], Failure(f"the workers that tried it died: {error}")
