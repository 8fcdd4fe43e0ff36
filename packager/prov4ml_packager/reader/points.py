"""The points of one rank, found series by series although they were written in the order logged.

`metrics.bin` holds the points of all series mixed. Reading it once a series would cost series × points, so
it is partitioned once, by a counting sort that keeps the order within a series: the first pass counts, the
second puts every point into its series' block, in memory or in a temporary file. The second pass waits until
points are asked for; a writer that takes them in the order logged (`RankPoints.blocks`) needs no such file.
Where the points of each series lie together already, as in a run with one series, they are read where they
are.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt

from prov4ml.rundir import METRICS_FILE, POINT

from ..errors import PackagerError
from ..metric_table import POINT_DTYPE, Points
from .kept_points import KeptPoints
from .pieces import read_pieces
from .problems import Problems
from .raw_files import open_regular
from .record_scan import Codes, RecordScan, Runs
from .scratch import ScratchFile

RECORD_DTYPE = np.dtype(
    [("series", "<u4"), ("reserved", "<u4"), ("step", "<i8"), ("time", "<i8"), ("value", "<f8")]
)
"""One record of metrics.bin (docs/run-directory.md)."""

CHUNK_RECORDS = 1 << 20
"""Records that are in memory at once when they are sorted: with their copy about 70 MiB."""

_WORTH_TWO = 1 << 19  # records in each half of a file that two threads look at
_PASS_RECORDS = 1 << 16  # where they are only looked at: what stays in the processor's cache

_NONE = np.int32(-1)
_DENSE_LIMIT = 1 << 22
_KEPT = KeptPoints()
_FEW = 8  # series that are picked out one by one faster than by sorting


class SeriesCodes:
    """From the series numbers of a journal to 0, 1, 2, …; -1 for what was never declared.

    Args:
        codes: number to code; several numbers may share a code.
    """

    def __init__(self, codes: dict[int, int]) -> None:
        self.count = max(codes.values(), default=-1) + 1
        largest = max(codes, default=0)
        self._table: Codes | None = None
        if largest < _DENSE_LIMIT:
            self._table = np.full(largest + 2, _NONE, dtype=np.int32)
            self._table[list(codes)] = list(codes.values())
        else:  # a foreign writer may number its series anyhow; a table would take gigabytes
            self._numbers = np.array(sorted(codes), dtype=np.uint32)
            self._sorted_codes = np.array([codes[number] for number in sorted(codes)], dtype=np.int32)

    def of(self, numbers: npt.NDArray[np.uint32]) -> Codes:
        """Return the code of each number."""
        if self._table is not None:
            return self._table.take(numbers, mode="clip")  # the last entry is that of all larger numbers
        place = np.minimum(np.searchsorted(self._numbers, numbers), len(self._numbers) - 1)
        return np.where(self._numbers[place] == numbers, self._sorted_codes[place], _NONE).astype(np.int32)


def _blocks(records: npt.NDArray[np.void], codes: Codes, count: int) -> Iterator[tuple[int, Points]]:
    """Yield the points of each series among records, in the order logged; those of no series are left out."""
    numbers = records.view("<i8").reshape(-1, POINT.size // 8)[:, 1:]  # series and reserved are one
    counts = np.bincount(codes[codes >= 0], minlength=count)
    present = np.flatnonzero(counts)
    if len(present) <= _FEW:
        for code in present:
            yield int(code), numbers[codes == code].view(POINT_DTYPE).reshape(-1)
        return
    # numpy sorts 16 bits by radix.
    keys = codes.astype(np.int16) if count <= np.iinfo(np.int16).max else codes
    order = np.argsort(keys, kind="stable")[int((codes < 0).sum()) :]
    points = np.empty(len(order), dtype=POINT_DTYPE)
    for name in POINT_DTYPE.names or ():
        points[name] = records[name][order]
    ends = np.cumsum(counts)
    for code in present:
        yield int(code), points[ends[code] - counts[code] : ends[code]]


def _picked(records: npt.NDArray[np.void], places: npt.NDArray[np.intp]) -> npt.NDArray[np.void]:
    """Return the records at some places; without a copy where they are equally far apart, as in a loop."""
    first, last = int(places[0]), int(places[-1])
    step = int(places[1]) - first if len(places) > 1 else 1
    if last - first == step * (len(places) - 1) and (np.diff(places) == step).all():
        return records[first : last + 1 : step]
    return records[places]


class RankPoints:
    """The points of one rank by series code.

    Attributes:
        counts: points of each series.
        first_time, last_time: smallest and largest time (ns) of each series within the bounds given to
            `scan`; where there is none, `first_time` is larger than `last_time`.
    """

    def __init__(self, folder: Path, codes: SeriesCodes) -> None:
        self._path = folder / METRICS_FILE
        self._name = f"{folder.name}/{METRICS_FILE}"
        self._codes = codes
        self._records = 0
        self._blocks = np.zeros(1, dtype=np.int64)
        self._memory: Points | None = None
        self._runs: Runs | None = Runs(codes.count)
        self._scratch: ScratchFile | None = None
        self._offset = 0
        self.counts = np.zeros(codes.count, dtype=np.int64)
        self.first_time = np.full(codes.count, np.iinfo(np.int64).max)
        self.last_time = np.full(codes.count, np.iinfo(np.int64).min)

    def _chunks(
        self, size: int, limit: int | None = None, *, first: int = 0
    ) -> Iterator[tuple[npt.NDArray[np.void], Codes]]:
        """Yield `size` records at a time with their codes; they last until the next are asked for.

        At most `limit` of them, from the record `first` on.
        """
        limit = None if limit is None else limit * POINT.size
        with open_regular(self._path) as file:
            file.seek(first * POINT.size)
            for piece in read_pieces(file, size * POINT.size, limit):
                records = np.frombuffer(piece[: len(piece) // POINT.size * POINT.size], dtype=RECORD_DTYPE)
                if len(records):
                    yield records, self._codes.of(records["series"])

    def scan(self, earliest: int, latest: int, problems: Problems) -> None:
        """Count the points of each series, note their times, and report what has to be dropped.

        Args:
            earliest: times (ns) before this one are not noted; users may give any time.
            latest: nor are times after this one.
            problems: where to report.
        """

        def part(first: int, limit: int | None) -> RecordScan:
            found = RecordScan(self._codes.count, first, earliest, latest)
            for records, codes in self._chunks(min(CHUNK_RECORDS, _PASS_RECORDS), limit, first=first):
                found.add(records, codes)
            return found

        try:
            middle = self._path.stat().st_size // POINT.size // 2
            if middle < _WORTH_TWO:
                scan = part(0, None)
            else:
                with ThreadPoolExecutor(1) as pool:
                    waiting = pool.submit(part, middle, None)
                    scan = part(0, middle)
                    scan.append(waiting.result())
            torn = self._path.stat().st_size - scan.records * POINT.size
        except FileNotFoundError:
            return  # made with the first point
        except PackagerError as error:
            problems.add(self._name, f"{error.message}; ignored")
            return
        self._records, self._runs = scan.records, scan.runs
        self.counts, self.first_time, self.last_time = scan.counts, scan.first_time, scan.last_time
        if 0 < torn < POINT.size:
            problems.add(self._name, f"torn last record of {torn} bytes dropped")
        if scan.zeros:
            problems.add(
                self._name, f"{scan.zeros} records of series 0 dropped (the file system lost a part)"
            )
        if scan.undeclared:
            problems.add(
                self._name, f"{scan.undeclared} records of series that the journal does not declare dropped"
            )
        self._blocks = np.concatenate([[0], np.cumsum(self.counts)])

    @property
    def total(self) -> int:
        """Return the number of points of all series."""
        return int(self._blocks[-1])

    def place_on_disk(self, scratch: ScratchFile, offset: int) -> int:
        """Let the partition live in `scratch` from `offset` (bytes) on; returns the offset behind it."""
        self._scratch, self._offset = scratch, offset
        return offset + self.total * POINT_DTYPE.itemsize

    @property
    def is_mixed(self) -> bool:
        """Tell whether reading series by series takes a temporary file."""
        return self._runs is None and self._scratch is not None

    def blocks(self, numbers: Sequence[int]) -> Iterator[tuple[int, Points]]:
        """Yield the points of the series with these codes in one pass; see `Mixture.blocks`.

        Raises:
            PackagerError: the file has fewer records than when it was scanned.
        """
        left = self._records
        for records, codes in self._chunks(min(CHUNK_RECORDS, _PASS_RECORDS), self._records):
            left -= len(records)
            for number in numbers:
                places = np.flatnonzero(codes == number)
                if len(places):
                    yield number, _picked(records, places)
        if left:
            raise self._shorter()

    def read(self, code: int, start: int, stop: int) -> Points:
        """Return points `start` (inclusive) to `stop` (exclusive) of a series, in the order logged."""
        if not self.counts[code]:  # where no series has a point there is no file
            return np.empty(0, POINT_DTYPE)
        if self._runs is not None and self._scratch is not None:
            return self._read_run(code, start, min(stop, int(self.counts[code])))
        memory = self._memory
        if memory is None:
            memory = self._partition()
        first = int(self._blocks[code]) + start
        last = min(int(self._blocks[code]) + stop, int(self._blocks[code + 1]))
        if self._scratch is None:
            return memory[first:last]
        size = POINT_DTYPE.itemsize
        data = self._scratch.read(max(last - first, 0) * size, self._offset + first * size)
        return np.frombuffer(data, dtype=POINT_DTYPE)

    def _read_run(self, code: int, start: int, stop: int) -> Points:
        assert self._runs is not None
        count = max(0, stop - start)
        with open_regular(self._path) as file:
            file.seek((int(self._runs.starts[code]) + start) * POINT.size)
            data = file.read(count * POINT.size)
        if len(data) != count * POINT.size:
            raise self._shorter()
        records = np.frombuffer(data, dtype=RECORD_DTYPE)
        points = np.empty(count, dtype=POINT_DTYPE)
        for name in POINT_DTYPE.names or ():
            points[name] = records[name]
        return points

    def _shorter(self) -> PackagerError:
        return PackagerError(
            "became shorter while it was read", path=self._path, hint="run the command again"
        )

    def forget(self) -> None:
        """Drop the points that are in memory; they are read again when they are asked for."""
        self._memory = None

    def _partition(self) -> Points:
        in_memory = np.empty(self.total if self._scratch is None else 0, dtype=POINT_DTYPE)
        cursors = self._blocks[:-1].copy()
        for records, codes in self._chunks(CHUNK_RECORDS, self._records):
            for code, block in _blocks(records, codes, self._codes.count):
                if self._scratch is None:
                    in_memory[cursors[code] : cursors[code] + len(block)] = block
                else:
                    position = self._offset + int(cursors[code]) * POINT_DTYPE.itemsize
                    self._scratch.write(block.view(np.uint8), position)
                cursors[code] += len(block)
        if not np.array_equal(cursors, self._blocks[1:]):
            raise self._shorter()
        self._memory = in_memory
        if in_memory.nbytes:
            _KEPT.keep(self, in_memory.nbytes)
        return in_memory
