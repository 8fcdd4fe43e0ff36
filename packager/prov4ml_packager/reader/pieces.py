"""A long file read in pieces, the next one on its way while one is looked at."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import BinaryIO

_WORTH_A_THREAD = 1 << 23  # bytes
_SMALL = 1 << 22  # bytes of a piece; of larger ones memory holds one at a time


def read_pieces(file: BinaryIO, size: int, limit: int | None = None) -> Iterator[memoryview]:
    """Yield a file from where it is, `size` bytes a piece and less at its end.

    A piece lasts until the next is asked for: making new memory costs more than reading.

    Args:
        file: where to read.
        size: of a piece, in bytes.
        limit: how many bytes to read at most; all if None.
    """
    length = os.fstat(file.fileno()).st_size - file.tell()
    length = length if limit is None else min(length, limit)
    if length < _WORTH_A_THREAD or size > _SMALL:
        # No larger than the file: of many small ones, memory that nothing is read into costs the most.
        buffer = memoryview(bytearray(min(size, max(1, length))))
        while piece := _fill(file, buffer, limit):
            yield piece
            if len(piece) < size:
                return
            limit = None if limit is None else limit - size
        return
    buffers = cycle([memoryview(bytearray(size)) for _ in range(2)])
    with ThreadPoolExecutor(1) as reader:
        waiting = reader.submit(_fill, file, next(buffers), limit)
        while piece := waiting.result():
            limit = None if limit is None else limit - len(piece)
            if len(piece) == size:
                waiting = reader.submit(_fill, file, next(buffers), limit)
            yield piece
            if len(piece) < size:
                return


def _fill(file: BinaryIO, buffer: memoryview, limit: int | None) -> memoryview:
    wanted = buffer if limit is None else buffer[:limit]
    return wanted[: file.readinto(wanted)]  # type: ignore[attr-defined]
