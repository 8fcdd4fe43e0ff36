"""The columns of a NetCDF file of someone else: NetCDF-4, or classic NetCDF-3."""

import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import numpy.typing as npt

from ..netcdf_store.store import library

_CACHE_BYTES = 1 << 22
_LARGEST_CACHE_BYTES = 1 << 25
"""Room for one chunk of a variable: those of 16 MiB are what the library makes of a long one."""


class NetcdfColumns:
    """Columns of a NetCDF file; the variable `b` of the group `a` is called `a/b`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.dimensions: dict[str, tuple[str, ...]] = {}
        self.lengths: dict[str, int] = {}
        self.others: dict[str, str] = {}
        self._caches: dict[str, int] = {}
        self._kept_open: Any = None
        self.variable_attributes: dict[str, Mapping[str, object]] = {}
        with self._root() as root, library(path, None, "is damaged"):
            self.attributes: Mapping[str, object] = _attributes(root)
            for name, variable in _walk(root, ""):
                other = _other_kind(variable)
                if other is not None:
                    self.others[name] = other
                else:
                    self.dimensions[name] = tuple(variable.dimensions)
                    self.variable_attributes[name] = _with_fill_value(variable)
                    if variable.ndim == 1:
                        self.lengths[name] = int(variable.shape[0])
                        self._caches[name] = _cache_bytes(variable)

    @contextmanager
    def _root(self) -> Iterator[Any]:
        """Yield the open file, which is closed again unless a chunk in its cache is soon asked for again."""
        if self._kept_open is not None:
            yield self._kept_open
            return
        with library(self.path, None, "is damaged"):
            root = netCDF4.Dataset(self.path, "r")
        if max(self._caches.values(), default=0) > _CACHE_BYTES:
            self._kept_open = root
            weakref.finalize(self, root.close)
            yield root
            return
        try:
            yield root
        finally:
            root.close()

    def read(self, name: str, start: int, stop: int) -> npt.NDArray[Any]:
        """Return the values `start` to `stop` of a variable, bit for bit: unmasked and unscaled."""
        with self._root() as root, library(self.path, f"{name}, values {start} to {stop}", "is damaged"):
            variable = root[name]
            variable.set_auto_maskandscale(False)
            if root.data_model.startswith("NETCDF4"):
                size = self._caches.get(name, _CACHE_BYTES)
                if variable.get_var_chunk_cache()[0] != size:  # to set it empties it
                    variable.set_var_chunk_cache(size=size)
            return np.asarray(variable[start:stop])


def _walk(group: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for name, variable in group.variables.items():
        yield prefix + name, variable
    for name, child in group.groups.items():
        yield from _walk(child, f"{prefix}{name}/")


def _attributes(item: Any) -> dict[str, object]:
    values = {name: item.getncattr(name) for name in item.ncattrs()}
    return {name: one.item() if isinstance(one, np.generic) else one for name, one in values.items()}


def _cache_bytes(variable: Any) -> int:
    """Return the bytes that hold one chunk, which is decoded once then and not for every part of it."""
    chunks = variable.chunking()
    if not isinstance(chunks, list):  # `contiguous`, or None of classic NetCDF-3
        return _CACHE_BYTES
    size = int(chunks[0]) * variable.dtype.itemsize
    return max(_CACHE_BYTES, size) if size <= _LARGEST_CACHE_BYTES else _CACHE_BYTES


def _other_kind(variable: Any) -> str | None:
    """Return what a variable holds if that is no number each."""
    if isinstance(variable.datatype, netCDF4.VLType):
        return "texts" if variable.dtype is str else "lists"
    if isinstance(variable.datatype, netCDF4.CompoundType):
        return "records"
    kind = getattr(variable.dtype, "kind", "")
    if kind in tuple("iuf"):
        return None
    return "texts" if variable.dtype is str or kind == "S" else "other things"


def _with_fill_value(variable: Any) -> dict[str, object]:
    """Return the attributes of a variable, and the value of what was never written.

    NetCDF has one for each type (NetCDF User's Guide, attribute conventions). Those of one and two bytes are
    left out, for programs write these numbers and mean them.
    """
    attributes = _attributes(variable)
    if variable.dtype.itemsize > 2 and "_FillValue" not in attributes:
        never_written = variable.get_fill_value()
        if never_written is not None:
            attributes["_FillValue"] = never_written.item()
    return attributes
