"""Chunks of point variables, encoded on all cores."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from ..metric_table import JoinedPoints
from .chunk_points import ChunkFiller, ChunkPoints, Columns, GroupCutter
from .kept import KeptChunks, link_or_copy

Encoder = Callable[[npt.NDArray[Any]], bytes]
"""Makes the bytes of a chunk out of its values; called from several threads."""

_MOST_THREADS = 4


@dataclass(frozen=True)
class EncodedChunk:
    """One chunk of every point variable.

    Attributes:
        group: key of its group.
        number: of the chunk, from 0.
        count: how many points are in it; a chunk at the edge is filled up with zeros.
    """

    group: str
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


@dataclass(frozen=True)
class GroupChunks:
    """How a group becomes chunks.

    Attributes:
        key: of the group.
        points: of the group.
        length: points a chunk.
        encoders: of each variable.
    """

    key: str
    points: JoinedPoints
    length: int
    encoders: Mapping[str, Encoder]

    def numbers(self) -> range:
        """Return the numbers of the chunks."""
        return range(-(-self.points.count // self.length))


def encoded_chunks(groups: Sequence[GroupChunks], kept: KeptChunks | None = None) -> Iterator[EncodedChunk]:
    """Yield the chunks of groups, each once, in any order; a few are in memory, whatever their number.

    Points are read in this thread, for readers are not made for several.

    Args:
        groups: of one store, with different keys.
        kept: chunks that are there already are neither read nor encoded; others are kept.
    """
    threads = min(os.cpu_count() or 1, _MOST_THREADS)
    waiting: deque[tuple[ChunkPoints, dict[str, Future[bytes]]]] = deque()
    spare: list[Columns] = []
    encoders = {group.key: group.encoders for group in groups}
    done: dict[str, set[int]] = {group.key: set() for group in groups}
    if kept is not None:
        for group in groups:
            done[group.key].update(
                number for number in group.numbers() if kept.has(group.key, group.encoders, number)
            )
    filler = ChunkFiller(
        [GroupCutter(one.key, one.points, one.length, done[one.key].__contains__, spare) for one in groups]
    )

    def finish() -> EncodedChunk:
        chunk, tasks = waiting.popleft()
        content: dict[str, bytes | Path] = {name: task.result() for name, task in tasks.items()}
        if kept is not None:
            for name, task in tasks.items():
                kept.put(chunk.group, name, chunk.number, task.result())
                content[name] = kept.path(chunk.group, name, chunk.number)
        spare.append(chunk.columns)
        return EncodedChunk(chunk.group, chunk.number, chunk.count, content)

    with ThreadPoolExecutor(threads) as pool:
        try:
            for group in groups:
                for number in sorted(done[group.key]):
                    count = min(group.length, group.points.count - number * group.length)
                    paths = (
                        {name: kept.path(group.key, name, number) for name in group.encoders} if kept else {}
                    )
                    yield EncodedChunk(group.key, number, count, paths)
            for chunk in filler.chunks():
                tasks = {
                    name: pool.submit(encode, chunk.columns[name])
                    for name, encode in encoders[chunk.group].items()
                }
                waiting.append((chunk, tasks))
                if len(waiting) > threads:
                    yield finish()
            while waiting:
                yield finish()
        finally:
            pool.shutdown(cancel_futures=True)
