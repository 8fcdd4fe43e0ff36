"""Where the rows of each series lie in a large CSV store, as its metadata says: no pass over the table.

What the metadata says is held against the rows when they are read: a block that has its checksum still is as
it was written, and of any other each row is looked at. The checksum tells that a table was changed, not that
somebody forged both files.
"""

import os
from array import array
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import google_crc32c
import numpy as np
import numpy.typing as npt

from ...errors import PackagerError
from .csvw import TableMetadata, metadata_path
from .dialect import row_prefix
from .row_index import RowIndex

_BLOCK_LIMIT = 1 << 26  # bytes that are read at once at most
_SHORTEST_ROW = len(",,,0,0,0,0\n")


def listed_index(
    path: Path, stream: BinaryIO, separator: str, metadata: TableMetadata
) -> "ListedIndex | None":
    """Return the index that the metadata of a table lists; None if it lists none, or that of another table.

    Args:
        path: for error messages.
        stream: the table, unpacked, behind its header.
        separator: of the table.
        metadata: of the table.
    """
    blocks = metadata.blocks
    plausible = all(
        0 < block.rows * _SHORTEST_ROW <= block.length <= _BLOCK_LIMIT for block in blocks
    ) and all(count >= 0 for count in metadata.points.values())
    end = stream.tell() + sum(block.length for block in blocks)
    rows = sum(block.rows for block in blocks)
    if not blocks or not plausible or end != os.fstat(stream.fileno()).st_size:
        return None
    if rows != metadata.rows or rows != sum(metadata.points.values()):
        return None
    index = ListedIndex(path, stream.tell(), separator, metadata)
    return index if index.fits(stream) else None


class ListedIndex(RowIndex):
    """Runs as the metadata lists them: each block of rows is a segment.

    Args:
        path: for error messages.
        offset: of the first row in the unpacked file.
        separator: of the table.
        metadata: with blocks and points that belong together.
    """

    def __init__(self, path: Path, offset: int, separator: str, metadata: TableMetadata) -> None:
        super().__init__(path, separator)
        keys = [key for key, count in metadata.points.items() if count]
        self._prefixes = [row_prefix(*key, separator).encode() for key in keys]
        self._blocks = metadata.blocks
        block_rows = np.array([block.rows for block in metadata.blocks], np.int64)
        lengths = np.array([block.length for block in metadata.blocks], np.int64)
        self._offsets = offset + np.cumsum(lengths) - lengths
        series_ends = np.cumsum([metadata.points[key] for key in keys], dtype=np.int64)
        block_ends = np.cumsum(block_rows)
        ends = np.union1d(series_ends, block_ends)
        starts = np.concatenate([[0], ends[:-1]])
        self._series: npt.NDArray[np.int64] = np.searchsorted(series_ends, starts, side="right")
        self._segments: npt.NDArray[np.int64] = np.searchsorted(starts, block_ends - block_rows)
        lines_a_row = np.array([1 + prefix.count(b"\n") for prefix in self._prefixes])[self._series]
        lines = (ends - starts) * lines_a_row
        self.rows = array("q", (ends - starts).tolist())
        self.lines = array("q", (2 + np.cumsum(lines) - lines).tolist())
        for run, series in enumerate(self._series.tolist()):
            self.runs.setdefault(keys[series], array("q")).append(run)

    def fits(self, stream: BinaryIO) -> bool:
        """Tell whether each block begins with a row of the series that is listed for it."""
        for offset, run in zip(self._offsets.tolist(), self._segments.tolist(), strict=True):
            prefix = self._prefix(run)
            if os.pread(stream.fileno(), 1 + len(prefix), offset - 1) != b"\n" + prefix:
                return False
        return True

    def segments(self) -> npt.NDArray[np.int64]:
        """Return the first run of each block."""
        return self._segments

    def extent(self, first: int, stop: int) -> tuple[int, int]:
        """Return where a block begins and how many bytes it has."""
        block = self._block(first)
        return int(self._offsets[block]), self._blocks[block].length

    def is_plain(self, first: int, stop: int, data: bytes) -> bool:
        """Tell whether a block has its checksum still, and no name in it is quoted."""
        is_quoted = any(b'"' in self._prefix(run) for run in range(first, stop))
        return not is_quoted and google_crc32c.value(data) == self._blocks[self._block(first)].checksum

    def _block(self, first: int) -> int:
        return int(np.searchsorted(self._segments, first))

    def bounds(self, first: int, stop: int, data: bytes) -> Sequence[tuple[int, int]]:
        """Return where each run of a block begins and ends, if all rows are as listed.

        Raises:
            PackagerError: a row is of another series, or there are not as many as are listed.
        """
        bounds = self._places(first, stop, data)
        for run, (begin, end) in enumerate(bounds, first):
            prefix = self._prefix(run)
            following = data.count(b"\n" + prefix, begin, end)
            if not data.startswith(prefix, begin) or following != self.rows[run] - 1:
                raise self._misfit(first, stop, data)
        return bounds

    def _prefix(self, run: int) -> bytes:
        return self._prefixes[int(self._series[run])]

    def _lines_a_row(self, run: int) -> int:
        return 1 + self._prefix(run).count(b"\n")

    def _places(self, first: int, stop: int, data: bytes) -> list[tuple[int, int]]:
        if stop - first == 1:
            return [(0, len(data))]
        breaks = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
        ends = np.cumsum([self.rows[run] * self._lines_a_row(run) for run in range(first, stop)])
        if ends[-1] != len(breaks):
            raise self._misfit(first, stop, data)
        return list(pairwise([0, *(breaks[ends - 1] + 1).tolist()]))

    def _misfit(self, first: int, stop: int, data: bytes) -> PackagerError:
        """Return the error of the first row that is not of the series that is listed for it."""
        place = line = 0
        for run in range(first, stop):
            prefix = self._prefix(run)
            for row in range(self.rows[run]):
                line = self.lines[run] + row * self._lines_a_row(run)
                end = data.find(b"\n", place + len(prefix)) + 1
                if not data.startswith(prefix, place) or not end:
                    return self._other_series(line, prefix)
                place = end
        return self._other_series(line, prefix)

    def _other_series(self, line: int, prefix: bytes) -> PackagerError:
        file = metadata_path(self.path).name
        listed = prefix.decode().removesuffix(self.separator)
        return self.error(
            line,
            f"the row is not of the series {listed}, for which {file} lists it",
            f"if the table was changed on purpose, delete {file}, or convert it with --salvage",
        )
