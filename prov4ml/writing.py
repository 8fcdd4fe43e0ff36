"""Appending to the two raw files so that a kill or a full disk never leaves them unreadable."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import RLock, get_ident
from types import TracebackType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path


class WriteLock:
    """A lock that a signal handler of the thread holding it can wait for without a deadlock."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._deferred: list[tuple[int, Callable[[], None]]] = []  # with the thread that has to run it

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._lock.release()
        if self._deferred and not self._is_mine():
            thread = get_ident()
            for entry in [entry for entry in self._deferred if entry[0] == thread]:
                self._deferred.remove(entry)
                entry[1]()

    def _is_mine(self) -> bool:
        # The method that threading.Condition relies on; there is no public name for it.
        owned: bool = self._lock._is_owned()  # type: ignore[attr-defined]
        return owned

    def run_when_free(self, action: Callable[[], None]) -> None:
        """Run `action` now, or, if this thread is inside the lock, as soon as it leaves it."""
        if self._is_mine():
            self._deferred.append((get_ident(), action))
        else:
            action()


class AppendOnlyFile:
    """A file that grows by whole units and is cut back to the last whole one when a write fails.

    With `PROV4ML_FSYNC=1` in the environment every write is forced to the disk.

    Raises:
        FileExistsError: the file is there already; a rank's files belong to one process.
    """

    def __init__(self, path: Path) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._descriptor = os.open(path, flags, 0o666)
        self._size = 0
        self._torn = False
        self._fsync = os.environ.get("PROV4ML_FSYNC") == "1"

    def append(self, data: bytes) -> None:
        """Write all of `data` or nothing.

        Raises:
            OSError: it could not be written (disk full, file size limit, quota); the file is as before.
        """
        if self._torn:
            self._cut_back()
        written = 0
        try:
            while written < len(data):
                written += os.write(self._descriptor, data[written:] if written else data)
            if self._fsync:
                os.fsync(self._descriptor)
        except OSError:
            if written:
                self._torn = True
                self._cut_back()
            raise
        self._size += written

    def _cut_back(self) -> None:
        os.ftruncate(self._descriptor, self._size)
        self._torn = False

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
