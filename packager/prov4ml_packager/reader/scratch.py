"""A temporary file without a name, for points that do not fit in memory."""

import os
import tempfile
import weakref
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt

from ..errors import PackagerError


def scratch_folder() -> str | None:
    """Return the folder for large temporary files: /tmp may be memory, /var/tmp is on disk."""
    if "TMPDIR" not in os.environ and os.access("/var/tmp", os.W_OK):
        return "/var/tmp"
    return None


class ScratchFile:
    """A file that is gone when the last reference to this object is, or the process dies."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="prov4ml-", dir=scratch_folder(), buffering=0)  # noqa: SIM115
        self._lock = Lock()
        weakref.finalize(self, self._file.close)

    def write(self, data: npt.NDArray[np.uint8], offset: int) -> None:
        """Write all of `data` at `offset`.

        Raises:
            PackagerError: the temporary folder is full.
        """
        view = data.data
        try:
            with self._lock:
                self._file.seek(offset)
                while len(view):
                    view = view[self._file.write(view) :]
        except OSError as error:
            raise PackagerError(
                f"cannot write temporary points: {error.strerror or error}",
                path=Path(scratch_folder() or tempfile.gettempdir()),
                hint="set TMPDIR to a folder with more space",
            ) from error

    def read(self, size: int, offset: int) -> bytearray:
        """Return `size` bytes from `offset`; those were written before."""
        data = bytearray(size)
        view = memoryview(data)
        with self._lock:
            self._file.seek(offset)
            while len(view):
                view = view[self._file.readinto(view) or len(view) :]
        return data
