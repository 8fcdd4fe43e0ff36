"""Chunks of point variables, encoded on all cores and handed out in order."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..metric_table import JoinedPoints
from .kept import KeptChunks, link_or_copy
from .ragged import POINT_VARIABLES

Encoder = Callable[[npt.NDArray[Any]], bytes]
"""Makes the bytes of a chunk out of its values; called from several threads."""

_MOST_THREADS = 4


@dataclass(frozen=True)
class EncodedChunk:
    """One chunk of every point variable.

    Attributes:
        number: of the chunk, from 0.
        count: how many points are in it; a chunk at the edge is filled up with zeros.
    """

    number: int
    count: int
    _content: Mapping[str, bytes | Path]

    def content(self, variable: str) -> bytes:
        """Return the bytes of a variable."""
        found = self._content[variable]
        return found.read_bytes() if isinstance(found, Path) else found

    def write(self, variable: str, path: Path) -> None:
        """Make a file of the bytes of a variable."""
        found = self._content[variable]
        if isinstance(found, Path):
            link_or_copy(found, path)
        else:
            path.write_bytes(found)


def encoded_chunks(
    points: JoinedPoints,
    length: int,
    encoders: Mapping[str, Encoder],
    group: str,
    kept: KeptChunks | None = None,
) -> Iterator[EncodedChunk]:
    """Yield the chunks of a group in order; a few are in memory at once, whatever their number.

    Points are read in this thread, for readers are not made for several.

    Args:
        points: of the group.
        length: points a chunk.
        encoders: of each variable.
        group: key of the group.
        kept: chunks that are there already are neither read nor encoded; others are kept.
    """
    threads = min(os.cpu_count() or 1, _MOST_THREADS)
    waiting: deque[tuple[int, int, dict[str, Future[bytes]]]] = deque()

    def finish() -> EncodedChunk:
        number, count, tasks = waiting.popleft()
        content: dict[str, bytes | Path] = {name: task.result() for name, task in tasks.items()}
        if kept is not None:
            for name, task in tasks.items():
                kept.put(group, name, number, task.result())
                content[name] = kept.path(group, name, number)
        return EncodedChunk(number, count, content)

    with ThreadPoolExecutor(threads) as pool:
        try:
            for number in range(-(-points.count // length)):
                start, stop = number * length, min((number + 1) * length, points.count)
                if kept is not None and kept.has(group, encoders, number):
                    while waiting:
                        yield finish()
                    paths = {name: kept.path(group, name, number) for name in encoders}
                    yield EncodedChunk(number, stop - start, paths)
                    continue
                part = points.read(start, stop)
                tasks = {}
                for name, encode in encoders.items():
                    values = np.zeros(length, POINT_VARIABLES[name])
                    values[: stop - start] = part[name]
                    tasks[name] = pool.submit(encode, values)
                waiting.append((number, stop - start, tasks))
                if len(waiting) > threads:
                    yield finish()
            while waiting:
                yield finish()
        finally:
            pool.shutdown(cancel_futures=True)
