"""The columns of a Zarr store of someone else: one array, or all plain numeric arrays of a group."""

import base64
import binascii
import json
import struct
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt
import zarr
from zarr.storage import LocalStore, ZipStore

from ...errors import PackagerError
from ..formats import without_suffix
from ..zarr_store.codecs import decoding, unread_codecs

_LARGEST_CHUNK = 1 << 28
_MOST_ARRAYS = 1 << 17
_KINDS = {
    "c": "complex numbers", "f": "numbers of more than 64 bits", "M": "dates", "m": "lengths of time",
    "O": "texts", "S": "texts", "T": "texts", "U": "texts", "V": "records",
}  # fmt: skip


class ZarrColumns:
    """Columns of a Zarr store, a group or one array; the array `b` of the group `a` is called `a/b`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.dimensions: dict[str, tuple[str, ...]] = {}
        self.lengths: dict[str, int] = {}
        self.variable_attributes: dict[str, Mapping[str, object]] = {}
        self.others: dict[str, str] = {}
        with self._root() as root:
            self.attributes: Mapping[str, object] = dict(root.attrs) if isinstance(root, zarr.Group) else {}
            with decoding(path, None):
                arrays = self._arrays(root)
            if len(arrays) > _MOST_ARRAYS:
                raise PackagerError(f"has more than {_MOST_ARRAYS} arrays", path=path)
            for name, array in sorted(arrays.items()):
                if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
                    self.others[name] = _KINDS.get(array.dtype.kind, "other things")
                elif unread := unread_codecs(array):
                    self.others[name] = f"values of codecs that are not read ({', '.join(unread)})"
                else:
                    self._add(name, array)

    def _arrays(self, root: Any) -> dict[str, Any]:
        if isinstance(root, zarr.Array):
            return {self._own_name: root}
        try:
            return {name: one for name, one in root.members(max_depth=None) if isinstance(one, zarr.Array)}
        except (ValueError, LookupError):  # of one array whose type or codec zarr does not know
            return {name: one for name in self._array_names() if (one := self._known(root, name)) is not None}

    def _array_names(self) -> list[str]:
        if self.path.is_file():
            with zipfile.ZipFile(self.path) as archive:
                files = archive.namelist()
        else:
            files = [one.relative_to(self.path).as_posix() for one in self.path.rglob("*") if one.is_file()]
        folders = (PurePosixPath(one).parent for one in files if one.endswith(("/zarr.json", "/.zarray")))
        return sorted({folder.as_posix() for folder in folders})

    def _known(self, root: Any, name: str) -> Any:
        """Return an array; None of a group, and of an array of a kind that zarr does not know."""
        try:
            one = root[name]
        except json.JSONDecodeError:
            raise
        except (ValueError, LookupError):
            self.others[name] = "values of a type or codec that is not read"
            return None
        return one if isinstance(one, zarr.Array) else None

    @property
    def _own_name(self) -> str:
        """The name of an array that is the whole store, which has none but that of the file."""
        return without_suffix(self.path.name)

    def _add(self, name: str, array: Any) -> None:
        if max(array.chunks, default=1) > _LARGEST_CHUNK:
            raise PackagerError(f"has chunks of {array.chunks} values", path=self.path, place=name)
        attributes = dict(array.attrs)
        missing = _fill_value(array, attributes)
        if missing is not None:
            attributes["_FillValue"] = missing
        given = getattr(array.metadata, "dimension_names", None) or attributes.get("_ARRAY_DIMENSIONS") or ()
        names = [str(one) for one in given]
        names += [f"{name}.{axis}" for axis in range(len(names), array.ndim)]
        self.dimensions[name] = tuple(names)
        self.variable_attributes[name] = attributes
        if array.ndim == 1:
            self.lengths[name] = int(array.shape[0])

    @contextmanager
    def _root(self) -> Iterator[Any]:
        with warnings.catch_warnings():
            # What zarr has to say of other people's stores does not concern those who convert them.
            warnings.simplefilter("ignore")
            with decoding(self.path, None):
                is_zip = self.path.is_file()
                store: Any = (
                    ZipStore(self.path, mode="r") if is_zip else LocalStore(self.path, read_only=True)
                )
                root = zarr.open(store, mode="r", use_consolidated=False)
            try:
                yield root
            finally:
                store.close()

    def read(self, name: str, start: int, stop: int) -> npt.NDArray[Any]:
        """Return the values `start` to `stop` of an array; a chunk that is not there is its fill value.

        Zarr leaves out chunks that hold nothing else, so their absence is no damage.
        """
        with self._root() as root, decoding(self.path, f"{name}, values {start} to {stop}"):
            array = root if isinstance(root, zarr.Array) else root[name]
            return np.asarray(array[start:stop])


def _fill_value(array: Any, attributes: Mapping[str, object]) -> object:
    """Return the number that stands for a missing value, where xarray has put it; None if there is none.

    In format 2 that is the array's own fill value, in format 3 the attribute: a float as base64 of its 8
    bytes (xarray, `xarray.backends.zarr.FillValueCoder`).
    """
    if array.metadata.zarr_format == 2:
        own = array.metadata.fill_value
        return None if own is None or "_ARRAY_DIMENSIONS" not in attributes else np.asarray(own).item()
    given = attributes.get("_FillValue")
    if array.dtype.kind == "f" and isinstance(given, str):
        try:
            return float(struct.unpack("<d", base64.b64decode(given, validate=True))[0])
        except (binascii.Error, struct.error):
            return None
    return given
