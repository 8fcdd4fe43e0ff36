"""The columns of a NetCDF file of someone else: NetCDF-4, or classic NetCDF-3."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import numpy.typing as npt

from ..netcdf_store.store import library

_CACHE_BYTES = 1 << 22


class NetcdfColumns:
    """Columns of a NetCDF file; the variable `b` of the group `a` is called `a/b`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.dimensions: dict[str, tuple[str, ...]] = {}
        self.lengths: dict[str, int] = {}
        self.others: dict[str, str] = {}
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

    @contextmanager
    def _root(self) -> Iterator[Any]:
        with library(self.path, None, "is damaged"):
            root = netCDF4.Dataset(self.path, "r")
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
                variable.set_var_chunk_cache(size=_CACHE_BYTES)
            return np.asarray(variable[start:stop])


def _walk(group: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for name, variable in group.variables.items():
        yield prefix + name, variable
    for name, child in group.groups.items():
        yield from _walk(child, f"{prefix}{name}/")


def _attributes(item: Any) -> dict[str, object]:
    values = {name: item.getncattr(name) for name in item.ncattrs()}
    return {name: one.item() if isinstance(one, np.generic) else one for name, one in values.items()}


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
