"""A temporary file without a name, for points that do not fit in memory."""

import os
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import numpy as np
import numpy.typing as npt

from ..errors import ScratchError


def scratch_folder() -> str:
    """Return the folder for large temporary files: /tmp may be memory, /var/tmp is on disk."""
    if "TMPDIR" not in os.environ and os.access("/var/tmp", os.W_OK):
        return "/var/tmp"
    return tempfile.gettempdir()


@contextmanager
def writing_scratch() -> Iterator[None]:
    """Name the folder for temporary files in an error of the block, which only writes such files.

    Raises:
        ScratchError: the block raised an `OSError`.
    """
    try:
        yield
    except OSError as error:
        raise ScratchError(error, scratch_folder()) from error


class ScratchFile:
    """A file that is gone when the last reference to this object is, or the process dies."""

    def __init__(self) -> None:
        folder = scratch_folder()
        with writing_scratch():
            self._file = tempfile.TemporaryFile(prefix="prov4ml-", dir=folder, buffering=0)  # noqa: SIM115
        self._lock = Lock()
        weakref.finalize(self, self._file.close)

    def write(self, data: npt.NDArray[np.uint8], offset: int) -> None:
        """Write all of `data` at `offset`.

        Raises:
            ScratchError: the temporary folder is full.
        """
        view = data.data
        with writing_scratch(), self._lock:
            self._file.seek(offset)
            while len(view):
                view = view[self._file.write(view) :]

    def read(self, size: int, offset: int) -> bytearray:
        """Return `size` bytes from `offset`; those were written before."""
        data = bytearray(size)
        view = memoryview(data)
        with self._lock:
            self._file.seek(offset)
            while len(view):
                view = view[self._file.readinto(view) or len(view) :]
        return data
