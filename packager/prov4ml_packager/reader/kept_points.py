"""How many points of all runs stay in memory: those read last, for whoever reads hundreds of runs at once."""

import weakref
from collections import OrderedDict
from threading import RLock
from typing import Protocol

MOST_BYTES = 96 << 20
"""Of all partitions in memory together: four of the largest that one run may have."""


class _Owner(Protocol):
    def forget(self) -> None:
        """Drop what is in memory; it can be read again."""


class KeptPoints:
    """Which owners have points in memory; where they are more than allowed, the first ones drop theirs.

    An owner that is gone counts no longer.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._held = 0
        self._lock = RLock()  # an owner may go while another's points are noted
        self._kept: OrderedDict[weakref.ref[_Owner], int] = OrderedDict()

    def keep(self, owner: _Owner, size: int) -> None:
        """Note that an owner has just read `size` bytes into memory; it keeps them whatever their size."""
        with self._lock:
            self._drop(weakref.ref(owner))
            self._kept[weakref.ref(owner, self._drop)] = size
            self._held += size
            while len(self._kept) > 1 and self._held > self._most:
                first = next(iter(self._kept))
                gone = first()
                self._drop(first)
                if gone is not None:
                    gone.forget()

    def _drop(self, reference: "weakref.ref[_Owner]") -> None:
        with self._lock:
            self._held -= self._kept.pop(reference, 0)
