"""The columns of a NetCDF file of someone else: NetCDF-4, or classic NetCDF-3."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import numpy.typing as npt

from ..netcdf_store import library

_CACHE_BYTES = 1 << 22


class NetcdfColumns:
    """Columns of a NetCDF file; the variable `b` of the group `a` is called `a/b`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.dimensions: dict[str, tuple[str, ...]] = {}
        self.lengths: dict[str, int] = {}
        self.variable_attributes: dict[str, Mapping[str, object]] = {}
        with self._root() as root, library(path, None, "is damaged"):
            self.attributes: Mapping[str, object] = _attributes(root)
            for name, variable in _walk(root, ""):
                kind = getattr(variable.dtype, "kind", "")  # a compound or text type is no numpy dtype
                if kind in tuple("iuf"):
                    self.dimensions[name] = tuple(variable.dimensions)
                    self.variable_attributes[name] = _attributes(variable)
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
