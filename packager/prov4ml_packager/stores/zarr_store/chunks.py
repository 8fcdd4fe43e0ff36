"""Chunks of Zarr arrays as we write them, decoded one by one in the thread that asks.

zarr sends each chunk through an event loop and a pool of threads, which costs more than decoding it.
"""

import struct
import zipfile
from pathlib import Path
from typing import Any

import numcodecs  # type: ignore[import-untyped]
import numpy as np
import numpy.typing as npt

_SIZE_AT = 4  # in a chunk: README_CHUNK_FORMAT.rst of c-blosc 1.21


def has_plain_chunks(array: Any) -> bool:
    """Tell whether each chunk of an array is a file of Blosc, in format 3 with its CRC-32C behind it."""
    metadata = array.metadata.to_dict()
    if metadata["zarr_format"] == 2:
        blosc = (metadata.get("compressor") or {}).get("id") == "blosc"
        return blosc and not metadata.get("filters") and str(metadata["dtype"]).startswith("<")
    codecs = [(one.get("name"), one.get("configuration") or {}) for one in metadata["codecs"]]
    return [name for name, _ in codecs] == ["bytes", "blosc", "crc32c"] and codecs[0][1] == {
        "endian": "little"
    }


class PlainChunks:
    """Reads an array for which `has_plain_chunks` holds, the last decoded chunk kept.

    Args:
        path: the store.
        archive: the same, open, if it is a zip file.
        place: the array in it.
        array: the same, open.
    """

    def __init__(self, path: Path, archive: zipfile.ZipFile | None, place: str, array: Any) -> None:
        self._path = path
        self._archive = archive
        self._place = place
        self._key = array.metadata.encode_chunk_key
        self._blosc = numcodecs.Blosc()
        self._sum = numcodecs.CRC32C(location="end") if array.metadata.zarr_format == 3 else None
        self._length = int(array.chunks[0])
        self._kind = array.dtype
        self._chunk: npt.NDArray[Any] | None = None
        self._number = -1

    def load(self, start: int, stop: int) -> npt.NDArray[Any]:
        """Return the numbers from `start` to `stop`; they last until the next call.

        Raises:
            ValueError, RuntimeError, OSError, KeyError, struct.error: a chunk is damaged or cannot be read.
        """
        parts: list[npt.NDArray[Any]] = []
        while start < stop:
            number, offset = divmod(start, self._length)
            part = self._decoded(number)[offset : offset + stop - start]
            start += len(part)
            parts.append(part if start == stop and not parts else part.copy())
        if len(parts) == 1:
            return parts[0]
        return np.concatenate(parts) if parts else np.empty(0, self._kind)

    def _decoded(self, number: int) -> npt.NDArray[Any]:
        if self._chunk is None:
            self._chunk = np.empty(self._length, self._kind)
        if number != self._number:
            self._number = -1
            data = self._read(f"{self._place}/{self._key((number,))}")
            if self._sum is not None:
                data = self._sum.decode(data)
            size = struct.unpack_from("<I", data, _SIZE_AT)[0]
            if size != self._chunk.nbytes:
                raise ValueError(f"a chunk of {size} bytes, and {self._chunk.nbytes} belong there")
            self._blosc.decode(data, out=self._chunk)
            self._number = number
        return self._chunk

    def _read(self, name: str) -> bytes:
        if self._archive is not None:
            return self._archive.read(name)
        return (self._path / name).read_bytes()
