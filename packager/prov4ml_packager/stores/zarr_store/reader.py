"""Metric stores in Zarr, read: nothing but our own layout and plain codecs is let in."""

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import zarr
from zarr.storage import LocalStore, ZipStore

from ...errors import PackagerError
from ...metric_table import MetricSeries, MetricTable
from ...zarr_groups import lost_groups
from ..attributes import check_format, checked_table, decoded
from ..damage import Damage
from ..ragged import NUMBER_VARIABLES, POINT_VARIABLES, TEXT_VARIABLES, GroupContent, group_series
from .chunks import PlainChunks, has_plain_chunks
from .codecs import check_codecs, decoding

_TEXT = "text"


@contextmanager
def open_zarr(path: Path, damage: Damage | None = None) -> Iterator[MetricTable]:
    """Open a Zarr store, directory or zip, as a table whose points are read on demand.

    Args:
        path: the store.
        damage: if given, what can be read is, and the rest is noted there instead of raised.

    Raises:
        PackagerError: it is no store of ours, or it is damaged: a chunk or a variable is missing, the
            variables contradict each other, or (when it is read) a chunk does not decompress.
    """
    with decoding(path, None):
        store: Any = ZipStore(path, mode="r") if path.is_file() else LocalStore(path, read_only=True)
        archive = zipfile.ZipFile(path) if path.is_file() else None
        members = _members(path, archive)
        lost = lost_groups(members, archive.read if archive else lambda name: (path / name).read_bytes())
        root = zarr.open_group(store, mode="r", use_consolidated=False)
        attributes = dict(root.attrs)
    try:
        check_format(attributes, path)
        for key, count in lost.items():
            error = PackagerError("the group is missing, with all its series", path=path, place=key)
            if damage is None:
                raise error
            damage.add(error)
            damage.points += count
        groups = sorted({name.split("/")[0] for name in members if "/" in name})
        reader = _GroupReader(path, root, members, archive, damage)
        series = [one for key in groups for one in reader.read(key)]
        yield checked_table(MetricTable(tuple(series), decoded(attributes)), path)
    finally:
        store.close()
        if archive is not None:
            archive.close()


def _members(path: Path, archive: zipfile.ZipFile | None) -> frozenset[str]:
    if archive is not None:
        return frozenset(name for name in archive.namelist() if not name.endswith("/"))
    found: set[str] = set()
    for folder, _, files in os.walk(path, onerror=_raise):
        found.update((Path(folder) / name).relative_to(path).as_posix() for name in files)
    return frozenset(found)


def _raise(error: OSError) -> None:
    raise error


class _GroupReader:
    def __init__(
        self,
        path: Path,
        root: Any,
        members: frozenset[str],
        archive: zipfile.ZipFile | None,
        damage: Damage | None,
    ) -> None:
        self._path = path
        self._root = root
        self._members = members
        self._archive = archive
        self._damage = damage

    def read(self, key: str) -> Iterator[MetricSeries]:
        kinds = {**dict.fromkeys(TEXT_VARIABLES, _TEXT), **NUMBER_VARIABLES, **POINT_VARIABLES}
        attributes: dict[str, object] = {}
        arrays: dict[str, Any] = {}
        content: dict[str, Any] = {}
        with self._tolerating():
            with decoding(self._path, key):
                group = self._root[key]
                attributes = dict(group.attrs)
            for name, kind in kinds.items():
                with self._tolerating():
                    arrays[name] = _array(self._path, group, f"{key}/{name}", kind)
                    if name not in POINT_VARIABLES or self._damage is None:
                        _check_chunks(self._path, f"{key}/{name}", arrays[name], self._members)
                    if name not in POINT_VARIABLES:
                        with decoding(self._path, f"{key}/{name}"):
                            content[name] = np.asarray(arrays[name][:])
        load, keeps_chunks = self._loader(key, arrays)
        yield from group_series(
            GroupContent(
                path=self._path,
                key=key,
                attributes=attributes,
                texts={name: content[name].tolist() for name in TEXT_VARIABLES if name in content},
                numbers={name: content[name] for name in NUMBER_VARIABLES if name in content},
                point_counts={name: arrays[name].shape[0] for name in POINT_VARIABLES if name in arrays},
                load=load,
                keeps_chunks=keeps_chunks,
            ),
            self._damage,
        )

    def _tolerating(self) -> AbstractContextManager[None]:
        return nullcontext() if self._damage is None else self._damage.tolerate()

    def _loader(
        self, key: str, arrays: dict[str, Any]
    ) -> tuple[Callable[[str, int, int], npt.NDArray[Any]], bool]:
        """Return what loads a point variable, and whether it decodes each chunk once."""
        direct = {
            name: PlainChunks(self._path, self._archive, f"{key}/{name}", arrays[name])
            for name in POINT_VARIABLES
            if self._damage is None and has_plain_chunks(arrays[name])
        }

        def load(name: str, start: int, stop: int) -> npt.NDArray[Any]:
            place = f"{key}/{name}, points {start} to {stop}"
            if self._damage is not None:
                _check_chunks(self._path, f"{key}/{name}", arrays[name], self._members, (start, stop))
            with decoding(self._path, place):
                if name in direct:
                    return direct[name].load(start, stop)
                return np.asarray(arrays[name][start:stop])

        return load, len(direct) == len(POINT_VARIABLES)


def _array(path: Path, group: Any, place: str, kind: Any) -> Any:
    with decoding(path, place):
        array = group[place.rpartition("/")[2]]
        if not isinstance(array, zarr.Array) or array.ndim != 1:
            raise PackagerError("is no array of one dimension", path=path, place=place)
        check_codecs(array, path, place)
        metadata = array.metadata.to_dict()
        is_text = str(metadata.get("data_type") or metadata.get("dtype")) in ("string", "|O")
        if (kind == _TEXT) != is_text or not (is_text or array.dtype.newbyteorder("<") == kind):
            raise PackagerError(f"has the type {array.dtype}", path=path, place=place)
    return array


def _check_chunks(
    path: Path, place: str, array: Any, members: frozenset[str], part: tuple[int, int] | None = None
) -> None:
    """Check that all chunks are there: zarr reads a missing one as if it were full of fill values.

    Args:
        path: the store.
        place: the variable.
        array: the same, open.
        members: the files of the store.
        part: the points that are wanted; all if None.
    """
    length = (array.shards or array.chunks)[0]
    count = -(-array.shape[0] // length)
    numbers = range(count) if part is None else range(part[0] // length, -(-part[1] // length))
    if part is None:
        there = sum(
            1
            for name in members
            if name.startswith(f"{place}/") and not name.endswith((".json", ".zarray", ".zattrs"))
        )
        if there != count:
            raise PackagerError(f"{count} chunks belong here, and {there} are there", path=path, place=place)
    for number in numbers:
        name = f"{place}/{array.metadata.encode_chunk_key((number,))}"
        if name not in members:
            raise PackagerError("this chunk is missing", path=path, place=name)
