"""Points of a long column read by slice, a block at a time, the last blocks kept."""

from collections import OrderedDict
from collections.abc import Callable

import numpy as np

from ..metric_table import CHUNK_POINTS, POINT_DTYPE, Points

_KEPT = 2  # a slice of a chunk's length touches two blocks at most


class BlockReader:
    """Reads slices of a column of points through a small cache of whole blocks.

    Ten thousand short series in one compressed chunk thus decompress it once and not ten thousand times.

    Args:
        load: returns the points `start` to `stop` of the column; errors pass through.
        total: length of the column.
    """

    def __init__(self, load: Callable[[int, int], Points], total: int) -> None:
        self._load = load
        self._total = total
        self._blocks: OrderedDict[int, Points] = OrderedDict()

    def read(self, start: int, stop: int) -> Points:
        """Return the points from `start` to `stop`; the array is read-only."""
        parts: list[Points] = []
        while start < stop:
            number, offset = divmod(start, CHUNK_POINTS)
            block = self._block(number)
            part = block[offset : offset + stop - start]
            parts.append(part)
            start += len(part)
        if len(parts) == 1:
            return parts[0]
        return np.concatenate(parts) if parts else np.empty(0, POINT_DTYPE)

    def _block(self, number: int) -> Points:
        block = self._blocks.pop(number, None)
        if block is None:
            start = number * CHUNK_POINTS
            block = self._load(start, min(start + CHUNK_POINTS, self._total))
            block.flags.writeable = False  # it is shared by all who read it
        self._blocks[number] = block
        while len(self._blocks) > _KEPT:
            self._blocks.popitem(last=False)
        return block
