"""Many objects at once, without Python's cyclic collector looking through all of them time and again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Make many objects, none of them in a cycle, and leave the collector as it was at the end.

    Its own work may take as long as what it interrupts, and makes the cost grow faster than the input.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
