"""Chunks of point variables, encoded on all cores and handed out in order."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..metric_table import JoinedPoints
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
        content: the bytes of each variable.
    """

    number: int
    count: int
    content: Mapping[str, bytes]


def encoded_chunks(
    points: JoinedPoints, length: int, encoders: Mapping[str, Encoder], first: int = 0
) -> Iterator[EncodedChunk]:
    """Yield the chunks of a group in order; a few are in memory at once, whatever their number.

    Points are read in this thread, for readers are not made for several.

    Args:
        points: of the group.
        length: points a chunk.
        encoders: of each variable.
        first: number of the chunk to begin with.
    """
    threads = min(os.cpu_count() or 1, _MOST_THREADS)
    waiting: deque[tuple[int, int, dict[str, Future[bytes]]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for number in range(first, -(-points.count // length)):
                start, stop = number * length, min((number + 1) * length, points.count)
                part = points.read(start, stop)
                tasks = {}
                for name, encode in encoders.items():
                    values = np.zeros(length, POINT_VARIABLES[name])
                    values[: stop - start] = part[name]
                    tasks[name] = pool.submit(encode, values)
                waiting.append((number, stop - start, tasks))
                if len(waiting) > threads:
                    yield _done(waiting.popleft())
            while waiting:
                yield _done(waiting.popleft())
        finally:
            pool.shutdown(cancel_futures=True)


def _done(chunk: tuple[int, int, Mapping[str, "Future[bytes]"]]) -> EncodedChunk:
    number, count, tasks = chunk
    return EncodedChunk(number, count, {name: task.result() for name, task in tasks.items()})
