"""Chunks of point variables, encoded on all cores."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from ..metric_table import JoinedPoints
from .chunk_points import ChunkFiller, ChunkPoints, Columns
from .kept import KeptChunks, link_or_copy

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
    spare: list[Columns] | None = None,
) -> Iterator[EncodedChunk]:
    """Yield the chunks of a group, each once, in any order; a few are in memory, whatever their number.

    Points are read in this thread, for readers are not made for several.

    Args:
        points: of the group.
        length: points a chunk.
        encoders: of each variable.
        group: key of the group.
        kept: chunks that are there already are neither read nor encoded; others are kept.
        spare: memory for chunks, which several groups may share one after the other.
    """
    threads = min(os.cpu_count() or 1, _MOST_THREADS)
    waiting: deque[tuple[ChunkPoints, dict[str, Future[bytes]]]] = deque()
    done = set()
    if kept is not None:
        done = {number for number in range(-(-points.count // length)) if kept.has(group, encoders, number)}

    filler = ChunkFiller(points, length, done.__contains__, spare)

    def finish() -> EncodedChunk:
        chunk, tasks = waiting.popleft()
        content: dict[str, bytes | Path] = {name: task.result() for name, task in tasks.items()}
        if kept is not None:
            for name, task in tasks.items():
                kept.put(group, name, chunk.number, task.result())
                content[name] = kept.path(group, name, chunk.number)
        filler.take_back(chunk)
        return EncodedChunk(chunk.number, chunk.count, content)

    with ThreadPoolExecutor(threads) as pool:
        try:
            for number in done:
                count = min(length, points.count - number * length)
                paths = {name: kept.path(group, name, number) for name in encoders} if kept else {}
                yield EncodedChunk(number, count, paths)
            for chunk in filler.chunks():
                tasks = {name: pool.submit(encoders[name], chunk.columns[name]) for name in encoders}
                waiting.append((chunk, tasks))
                if len(waiting) > threads:
                    yield finish()
            while waiting:
                yield finish()
        finally:
            pool.shutdown(cancel_futures=True)
