"""The metric points of a rank: packed when logged, written many at a time.

The hot path takes no lock: `list.append` is atomic, and a flush takes a prefix of the list.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Thread

from .journal import Journal
from .rundir import POINT
from .writing import AppendOnlyFile, WriteLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

FLUSH_SECONDS = 4.0
"""Age at which a waiting point is written by the flusher; with its own delays it stays below 5 s."""

_WAITING_LIMIT = 100_000
"""How many points may wait in memory for a disk that is full before the oldest are given up."""


class PointWriter:
    """Collects packed points and appends them to `metrics.bin`, `save_after` at a time.

    Attributes:
        waiting: packed points not yet on disk; the caller appends to it.
        limit: when `waiting` has so many points, the caller calls `flush`.
        flusher_awake: false when nothing waits; the caller then calls `wake_flusher`.
        lost: points given up because the disk stayed full.
        written: points on disk.
    """

    def __init__(
        self,
        path: Path,
        save_after: int,
        journal: Journal,
        lock: WriteLock,
        on_error: Callable[[OSError], None],
    ) -> None:
        self.waiting: list[bytes] = []
        self.limit = save_after
        self.flusher_awake = False
        self.lost = 0
        self.written = 0
        self._save_after = save_after
        self._file = AppendOnlyFile(path)
        self._journal = journal
        self._lock = lock
        self._on_error = on_error
        self._wake = Event()
        self._closed = False
        self._flushing = False
        self._flusher: Thread | None = None

    def flush(self) -> None:
        """Write all waiting points with a single write; a disk that is full keeps them waiting."""
        with self._lock:
            count = len(self.waiting)
            # A signal handler that logs may interrupt a flush; that one goes on afterwards.
            if self._closed or self._flushing or not count:
                return
            self._flushing = True
            try:
                # A series must be declared before its points, so a journal that is behind goes first.
                if self._journal.is_behind and not self._journal.write_backlog():
                    self._postpone(count)
                    return
                self._file.append(b"".join(self.waiting[:count]))
            except OSError as error:
                self._on_error(error)
                self._postpone(count)
            else:
                del self.waiting[:count]
                self.written += count
                self.limit = self._save_after
            finally:
                self._flushing = False

    def _postpone(self, count: int) -> None:
        if count > _WAITING_LIMIT:
            given_up = count - _WAITING_LIMIT // 2
            del self.waiting[:given_up]
            self.lost += given_up
            count -= given_up
        # The next attempt comes after as many points again, not at every single one.
        self.limit = count + max(self._save_after, 1000)

    def wake_flusher(self) -> None:
        """Tell the flusher that something waits; it writes it before it is 5 s old."""
        self.flusher_awake = True
        if self._flusher is None:
            with self._lock:
                if self._flusher is None and not self._closed:
                    flusher = Thread(target=self._flush_old_points, name="prov4ml-flusher", daemon=True)
                    try:
                        flusher.start()
                    except RuntimeError:  # a limit of threads, or the interpreter is ending
                        self._save_after = 1  # so that no point grows old all the same
                        self.flush()
                        return
                    self._flusher = flusher
        self._wake.set()

    def _flush_old_points(self) -> None:
        while not self._closed:
            self._wake.wait()
            self._wake.clear()
            if self._closed:
                return
            time.sleep(FLUSH_SECONDS)
            # Cleared before the flush: a point that comes after it wakes the flusher again.
            self.flusher_awake = False
            self.flush()
            if self.waiting:
                self.wake_flusher()

    def close(self) -> None:
        """Write what waits and close the file; what the disk still refuses is counted as lost."""
        with self._lock:
            if self._closed:
                return
            self.flush()
            self.lost += len(self.waiting)
            self.waiting.clear()
            self._closed = True
            self._file.close()
        self._wake.set()


pack_point = POINT.pack
