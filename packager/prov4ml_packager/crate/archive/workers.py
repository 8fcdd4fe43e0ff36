"""Threads that compress and draw side by side; how many there are never shows in the bytes."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from prov4ml_validators.batch import usable_processors

_MOST = 8
"""More threads than this wait for the one that reads, and their blocks would take memory."""


@dataclass(frozen=True)
class Workers:
    """Where work can be given to, and how many pieces of it may be under way; without a pool none can."""

    pool: Executor | None = None
    ahead: int = 0


@contextmanager
def start_workers(count: int | None = None) -> Iterator[Workers]:
    """Yield workers for the block: a thread a core, at most 8, and none where there is only one core."""
    threads = min(count or usable_processors(), _MOST)
    if threads < 2:
        yield Workers()
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="prov4ml-crate") as pool:
        yield Workers(pool, 2 * threads)
