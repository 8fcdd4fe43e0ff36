"""The journal of a rank: one JSON object a line, each written at once."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable

from .writing import AppendOnlyFile, WriteLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

_BACKLOG_LINES = 10_000
_NEVER_DROPPED = frozenset({"rank_start", "series", "context", "run_end"})
"""Without them other lines or points cannot be read."""


class Journal:
    """Writes events to `events.jsonl`; what a full disk refuses waits in memory and is tried again.

    Where more than 10,000 lines wait, further ones are dropped, unless others depend on them.

    Attributes:
        dropped: how many events were given up because the disk stayed full.

    Args:
        path: the file; it must not exist yet.
        lock: shared with the points, so that a series is always declared before its points.
        on_error: told of the first failed write.
    """

    def __init__(self, path: Path, lock: WriteLock, on_error: Callable[[OSError], None]) -> None:
        self._file = AppendOnlyFile(path)
        self._lock = lock
        self._on_error = on_error
        self._backlog: deque[bytes] = deque()
        self._writing = False
        self._closed = False
        self.dropped = 0

    def write(self, event: str, /, **fields: Any) -> None:
        """Append one event; never raises for a disk that is full. Keys keep the order given.

        What comes after `close`, from a thread that outlived the run, is left out.
        """
        line = json.dumps({"event": event, "time": time.time_ns(), **fields}, allow_nan=False)
        with self._lock:
            if self._closed:
                return
            if len(self._backlog) >= _BACKLOG_LINES and event not in _NEVER_DROPPED:
                self.dropped += 1
                return
            self._backlog.append(line.encode("ascii") + b"\n")
            self.write_backlog()

    @property
    def is_behind(self) -> bool:
        """Whether lines wait because the disk has refused them."""
        return bool(self._backlog)

    def write_backlog(self) -> bool:
        """Write what waits, in order; return whether nothing waits any more."""
        with self._lock:
            if self._writing:  # a signal handler that logs has interrupted the loop below, which goes on
                return False
            self._writing = True
            try:
                while self._backlog:
                    self._file.append(self._backlog[0])
                    self._backlog.popleft()
            except OSError as error:
                self._on_error(error)
                return False
            finally:
                self._writing = False
            return True

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        with self._lock:
            self._closed = True
            self._file.close()
