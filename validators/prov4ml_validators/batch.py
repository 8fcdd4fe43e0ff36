"""Many paths at once: checked in several processes, reported in the order they were given."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from .report import Report, Unreadable, unreadable_report
from .store_reader import StoreReader
from .validation import validate

_WORTH_PROCESSES = 8 << 20
_LEAST_FILE = 512 << 10
_DIRECTORY = 2 << 20
_LARGEST_CHUNK = 16


def usable_processors() -> int:
    """Return how many processors this process may use, which in a container is fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _weight(path: Path) -> int:
    try:
        return _DIRECTORY if path.is_dir() else max(path.stat().st_size, _LEAST_FILE)
    except OSError:
        return 0


def _worth_processes(paths: Sequence[Path]) -> bool:
    """Tell whether there is so much to do that starting processes, some 50 ms, pays. A guess, in bytes."""
    return len(paths) > 1 and sum(map(_weight, paths)) >= _WORTH_PROCESSES


class _Check:
    """`validate` with its options, as it can be sent to another process; `Unreadable` becomes a report."""

    def __init__(
        self,
        profile: str | None,
        store_reader: StoreReader | None,
        signed_with: bytes | None,
        optional: bool,
    ) -> None:
        self._profile = profile
        self._store_reader = store_reader
        self._signed_with = signed_with
        self._optional = optional

    def __call__(self, path: Path) -> Report:
        try:
            return validate(
                path,
                profile=self._profile,
                store_reader=self._store_reader,
                signed_with=self._signed_with,
                optional=self._optional,
            )
        except Unreadable as error:
            return unreadable_report(error)
        except MemoryError:
            return unreadable_report(Unreadable(os.fspath(path), "out of memory"))


def _in_processes(check: _Check, paths: Sequence[Path], jobs: int) -> Iterator[Report]:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    done = 0
    pool = ProcessPoolExecutor(min(jobs, len(paths)))
    try:
        chunk = max(1, min(_LARGEST_CHUNK, len(paths) // (4 * jobs)))
        for report in pool.map(check, paths, chunksize=chunk):
            yield report
            done += 1
    except BrokenProcessPool:
        # The system killed one, mostly for want of memory. Each of the rest gets a process of its own, so
        # that only the path that cannot be checked goes without a verdict.
        for path in paths[done:]:
            with ProcessPoolExecutor(1) as single:
                try:
                    yield single.submit(check, path).result()
                except BrokenProcessPool:
                    message = "the process that checked it was killed"
                    yield unreadable_report(Unreadable(os.fspath(path), message, "it may need more memory"))
    finally:
        pool.shutdown(cancel_futures=True)


def validate_all(
    paths: Iterable[Path],
    *,
    profile: str | None = None,
    store_reader: StoreReader | None = None,
    signed_with: bytes | None = None,
    optional: bool = False,
    jobs: int | None = None,
) -> Iterator[Report]:
    """Check many paths.

    Args:
        paths: files and directories, each of them one thing to check.
        profile: as for `validate`.
        store_reader: as for `validate`; it has to be one that can be pickled.
        signed_with: as for `validate`.
        optional: as for `validate`.
        jobs: processes at most; the usable processors if None. Few small inputs are checked in this one.

    Yields:
        One report a path, in the order of `paths`; what cannot be read is a report of kind `unreadable`.
    """
    todo = list(paths)
    jobs = usable_processors() if jobs is None else jobs
    check = _Check(profile, store_reader, signed_with, optional)
    if jobs > 1 and _worth_processes(todo):
        yield from _in_processes(check, todo, jobs)
    else:
        yield from map(check, todo)
