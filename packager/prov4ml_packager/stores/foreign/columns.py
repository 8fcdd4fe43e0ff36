"""A foreign store as named columns of numbers, whatever file they lie in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy.typing as npt

from ...errors import PackagerError
from ..formats import is_zarr_directory, is_zarr_zip

_HDF5, _CLASSIC = b"\x89HDF\r\n\x1a\n", (b"CDF\x01", b"CDF\x02", b"CDF\x05")


class Columns(Protocol):
    """Columns of numbers that are read on demand."""

    @property
    def path(self) -> Path:
        """The file or directory."""

    @property
    def attributes(self) -> Mapping[str, object]:
        """What the store says of itself."""

    @property
    def variable_attributes(self) -> Mapping[str, Mapping[str, object]]:
        """What the store says of each column."""

    @property
    def dimensions(self) -> Mapping[str, tuple[str, ...]]:
        """Names of the dimensions of each numeric column; of a CSV `("row",)`."""

    @property
    def others(self) -> Mapping[str, str]:
        """What the columns hold that are not numeric, such as texts."""

    @property
    def lengths(self) -> Mapping[str, int]:
        """Number of values of each numeric column that has one dimension."""

    def read(self, name: str, start: int, stop: int) -> npt.NDArray[Any]:
        """Return the values `start` to `stop` of a column.

        Raises:
            PackagerError: they cannot be read.
        """


def open_columns(path: Path) -> Columns | None:
    """Return the columns of a Zarr or NetCDF store (NetCDF-3 or 4), or None for any other file.

    Raises:
        PackagerError: it is such a store, and damaged.
    """
    if path.is_dir():
        if not is_zarr_directory(path):
            return None
        from .zarr_columns import ZarrColumns

        return ZarrColumns(path)
    try:
        with path.open("rb") as stream:
            head = stream.read(8)
    except OSError as error:
        raise PackagerError(f"cannot be read: {error.strerror or error}", path=path) from error
    if head == _HDF5 or head.startswith(_CLASSIC):
        from .netcdf_columns import NetcdfColumns

        return NetcdfColumns(path)
    if head.startswith(b"PK") and is_zarr_zip(path):
        from .zarr_columns import ZarrColumns

        return ZarrColumns(path)
    return None
