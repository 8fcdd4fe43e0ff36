"""Chunks of NetCDF-4 variables, encoded here and put into the file as they are.

The NetCDF library shuffles and deflates in one thread, at a tenth of the speed of a disk. HDF5 takes chunks
that were filtered before (H5Dwrite_chunk); what is in the file is the same: Fletcher-32, byte shuffle, zlib.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from ...metric_table import CHUNK_POINTS
from ..chunk_encoding import GroupChunks, encoded_chunks
from ..kept import KeptChunks
from ..ragged import POINT_VARIABLES, ContextGroup
from .fast_deflate import deflate_planes
from .fletcher import fletcher32

_FLETCHER32, _SHUFFLE, _DEFLATE = 3, 2, 1  # H5Z_FILTER_*: HDF5 reference manual, H5Pset_filter


def write_point_chunks(
    path: Path, groups: Sequence[ContextGroup], progress: Callable[[int], None], kept: KeptChunks | None
) -> None:
    """Fill in the point variables that groups of a NetCDF-4 file have, in chunks of `CHUNK_POINTS`.

    Raises:
        ValueError: a variable does not have the filters that are expected.
        OSError: HDF5 cannot write.
    """
    encoders = dict.fromkeys(POINT_VARIABLES, encode_chunk)
    with h5py.File(path, "r+") as file:
        variables: dict[str, dict[str, Any]] = {}
        for group in groups:
            variables[group.key] = {name: file[group.key][name] for name in POINT_VARIABLES}
            for name, variable in variables[group.key].items():
                _check_filters(f"{group.key}/{name}", variable)
        cut = [GroupChunks(group.key, group.points, CHUNK_POINTS, encoders) for group in groups]
        for chunk in encoded_chunks(cut, kept):
            for name, variable in variables[chunk.group].items():
                variable.id.write_direct_chunk((chunk.number * CHUNK_POINTS,), chunk.content(name))
            progress(chunk.count)


class _Scratch(threading.local):
    """What a thread shuffles into: new memory for each chunk would cost as much as the shuffling."""

    planes = np.empty((0, 0), np.uint8)


_scratch = _Scratch()


def encode_chunk(values: npt.NDArray[Any]) -> bytes:
    """Return a chunk of 8-byte numbers as HDF5 keeps it after Fletcher-32, byte shuffle and deflate."""
    count = len(values)
    if _scratch.planes.shape != (values.itemsize, count):
        _scratch.planes = np.empty((values.itemsize, count), np.uint8)
    numbers = values.view("<u8")
    used = _used(numbers)
    common = int(np.bitwise_and.reduce(numbers))
    varying = int(np.bitwise_or.reduce(numbers)) ^ common
    planes: list[bytes | memoryview] = []
    for number, plane in enumerate(_scratch.planes):
        if varying >> 8 * number & 0xFF:
            np.copyto(plane, numbers.view(np.uint8)[number :: values.itemsize])
            planes.append(plane[:used].data)
            if used < count:  # apart, for noise is stored as long as it is
                planes.append(_constant(0, count - used))
        else:
            planes.append(_constant(common >> 8 * number & 0xFF, count))
    # The sum is no whole number, and shuffle leaves what is over at the end.
    return deflate_planes([*planes, fletcher32(values)])


def _used(numbers: npt.NDArray[np.uint64]) -> int:
    """Return how many numbers are not among the zeros with which a chunk at the edge is filled up."""
    if numbers[-1]:
        return len(numbers)
    places = np.flatnonzero(numbers)
    return int(places[-1]) + 1 if len(places) else 0


@lru_cache(maxsize=32)
def _constant(byte: int, count: int) -> bytes:
    return bytes([byte]) * count


def _check_filters(name: str, variable: Any) -> None:
    properties = variable.id.get_create_plist()
    found: Mapping[int, int] = {
        properties.get_filter(number)[0]: number for number in range(properties.get_nfilters())
    }
    if list(found) != [_FLETCHER32, _SHUFFLE, _DEFLATE] or variable.chunks != (CHUNK_POINTS,):
        raise ValueError(f"{name} has the filters {list(found)} and chunks of {variable.chunks}")
