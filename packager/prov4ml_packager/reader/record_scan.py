"""What one pass over the records of `metrics.bin` finds, without keeping any of them."""

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int32]


class Runs:
    """Where the points of each series begin, as long as those of each lie together.

    Attributes:
        starts: number of the first record of each series; -1 before there is one.
    """

    _MOST = 1 << 12  # in one chunk; a file that is mixed has many more

    def __init__(self, count: int) -> None:
        self.starts = np.full(count, -1, dtype=np.int64)
        self._last = -1

    def add(self, codes: Codes, first: int) -> bool:
        """Add the codes of the records from `first` on; return whether they still lie together."""
        if not len(codes):
            return True
        changes = np.flatnonzero(codes[1:] != codes[:-1]) + 1
        if len(changes) > self._MOST:
            return False
        for place in (0, *changes.tolist()):
            code = int(codes[place])
            if code == self._last:
                continue
            if self.starts[code] >= 0:
                return False
            self.starts[code] = first + place
            self._last = code
        return True

    def append(self, later: "Runs") -> bool:
        """Add the runs of what follows; return whether points still lie together."""
        there = np.flatnonzero(later.starts >= 0)
        if not len(there):
            return True
        again = there[self.starts[there] >= 0]
        goes_on = len(again) == 1 and again[0] == self._last
        if len(again) and not (goes_on and later.starts[again[0]] == later.starts[there].min()):
            return False
        new = there[self.starts[there] < 0]
        self.starts[new] = later.starts[new]
        self._last = later._last
        return True


class RecordScan:
    """Counts and times of a part of a file.

    Attributes:
        records: how many there were.
        counts: points of each series.
        first_time, last_time: smallest and largest time (ns) of each series within the bounds; where there is
            none, `first_time` is larger than `last_time`.
        runs: None where the points of a series do not lie together, or some are dropped.
        zeros: records of series 0.
        undeclared: records of other series that have no code.

    Args:
        count: number of series.
        first: number of the part's first record.
        earliest: times (ns) before this one are not noted.
        latest: nor are times after this one.
    """

    def __init__(self, count: int, first: int, earliest: int, latest: int) -> None:
        self._first = first
        self._earliest, self._latest = earliest, latest
        self.records = self.zeros = self.undeclared = 0
        self.runs: Runs | None = Runs(count)
        self.counts = np.zeros(count, dtype=np.int64)
        self.first_time = np.full(count, np.iinfo(np.int64).max)
        self.last_time = np.full(count, np.iinfo(np.int64).min)

    def add(self, records: npt.NDArray[np.void], codes: Codes) -> None:
        """Add the records that come next, with the codes of their series; -1 for those that have none."""
        first = self._first + self.records
        self.records += len(records)
        if len(records) and int(codes.min()) < 0:
            self.zeros += int((records["series"] == 0).sum())
            self.undeclared += int(((codes < 0) & (records["series"] != 0)).sum())
            self.runs = None
            records, codes = records[codes >= 0], codes[codes >= 0]
        if self.runs is not None and not self.runs.add(codes, first):
            self.runs = None
        counts = np.bincount(codes, minlength=len(self.counts))
        self.counts += counts
        self._note_times(np.ascontiguousarray(records["time"]), codes, np.flatnonzero(counts))

    def append(self, later: "RecordScan") -> None:
        """Add what follows in the file."""
        self.records += later.records
        self.zeros += later.zeros
        self.undeclared += later.undeclared
        self.counts += later.counts
        np.minimum(self.first_time, later.first_time, out=self.first_time)
        np.maximum(self.last_time, later.last_time, out=self.last_time)
        if self.runs is not None and (later.runs is None or not self.runs.append(later.runs)):
            self.runs = None

    def _note_times(self, times: npt.NDArray[np.int64], codes: Codes, present: npt.NDArray[np.intp]) -> None:
        if not len(times):
            return
        if times.min() < self._earliest or times.max() > self._latest:
            noted = (times >= self._earliest) & (times <= self._latest)
            times, codes = times[noted], codes[noted]
            if not len(times):
                return
        if len(present) == 1:
            self.first_time[present] = np.minimum(self.first_time[present], times.min())
            self.last_time[present] = np.maximum(self.last_time[present], times.max())
            return
        if times.min() < self.first_time[present].max():  # seldom behind the first records: time goes on
            np.minimum.at(self.first_time, codes, times)
        np.maximum.at(self.last_time, codes, times)
