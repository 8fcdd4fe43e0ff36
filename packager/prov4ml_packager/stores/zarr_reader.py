"""Metric stores in Zarr, read: nothing but our own layout and plain codecs is let in."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from zarr.storage import LocalStore, ZipStore

from ..errors import PackagerError
from ..metric_table import POINT_DTYPE, MetricSeries, MetricTable, Points
from .attributes import check_format, checked_table, decoded
from .ragged import NUMBER_VARIABLES, POINT_VARIABLES, TEXT_VARIABLES, group_series
from .zarr_codecs import check_codecs, decoding

_TEXT = "text"


@contextmanager
def open_zarr(path: Path) -> Iterator[MetricTable]:
    """Open a Zarr store, directory or zip, as a table whose points are read on demand.

    Raises:
        PackagerError: it is no store of ours, or it is damaged: a chunk or a variable is missing, the
            variables contradict each other, or (when it is read) a chunk does not decompress.
    """
    with decoding(path, None):
        store: Any = ZipStore(path, mode="r") if path.is_file() else LocalStore(path, read_only=True)
        members = _members(path)
        root = zarr.open_group(store, mode="r", use_consolidated=False)
        attributes = dict(root.attrs)
    try:
        check_format(attributes, path)
        groups = sorted({name.split("/")[0] for name in members if "/" in name})
        series = [one for key in groups for one in _read_group(path, root, key, members)]
        yield checked_table(MetricTable(tuple(series), decoded(attributes)), path)
    finally:
        store.close()


def _members(path: Path) -> frozenset[str]:
    if path.is_file():
        with zipfile.ZipFile(path) as archive:
            return frozenset(name for name in archive.namelist() if not name.endswith("/"))
    return frozenset(member.relative_to(path).as_posix() for member in path.rglob("*") if member.is_file())


def _read_group(path: Path, root: Any, key: str, members: frozenset[str]) -> Iterator[MetricSeries]:
    kinds: dict[str, Any] = {**dict.fromkeys(TEXT_VARIABLES, _TEXT), **NUMBER_VARIABLES, **POINT_VARIABLES}
    with decoding(path, key):
        group = root[key]
        attributes = dict(group.attrs)
    arrays = {name: _array(path, group, f"{key}/{name}", kind, members) for name, kind in kinds.items()}
    with decoding(path, key):
        texts = {name: arrays[name][:].tolist() for name in TEXT_VARIABLES}
        numbers = {name: np.asarray(arrays[name][:]) for name in NUMBER_VARIABLES}
    counts = {name: arrays[name].shape[0] for name in POINT_VARIABLES}
    yield from group_series(path, key, attributes, texts, numbers, counts, _loader(path, key, arrays))


def _array(path: Path, group: Any, place: str, kind: Any, members: frozenset[str]) -> Any:
    with decoding(path, place):
        array = group[place.rpartition("/")[2]]
        if not isinstance(array, zarr.Array) or array.ndim != 1:
            raise PackagerError("is no array of one dimension", path=path, place=place)
        check_codecs(array, path, place)
        metadata = array.metadata.to_dict()
        is_text = str(metadata.get("data_type") or metadata.get("dtype")) in ("string", "|O")
        if (kind == _TEXT) != is_text or not (is_text or array.dtype.newbyteorder("<") == kind):
            raise PackagerError(f"has the type {array.dtype}", path=path, place=place)
        _check_chunks(path, place, array, members)
    return array


def _check_chunks(path: Path, place: str, array: Any, members: frozenset[str]) -> None:
    """Check that all chunks are there: zarr reads a missing one as if it were full of fill values."""
    there = sum(
        1
        for name in members
        if name.startswith(f"{place}/") and not name.endswith((".json", ".zarray", ".zattrs"))
    )
    length = (array.shards or array.chunks)[0]
    count = -(-array.shape[0] // length)
    if there != count:
        raise PackagerError(f"{count} chunks belong here, and {there} are there", path=path, place=place)
    for number in range(count):
        name = f"{place}/{array.metadata.encode_chunk_key((number,))}"
        if name not in members:
            raise PackagerError("this chunk is missing", path=path, place=name)


def _loader(path: Path, key: str, arrays: dict[str, Any]) -> Callable[[int, int], Points]:
    def load(start: int, stop: int) -> Points:
        points = np.empty(stop - start, POINT_DTYPE)
        for name in POINT_VARIABLES:
            with decoding(path, f"{key}/{name}, points {start} to {stop}"):
                points[name] = arrays[name][start:stop]
        return points

    return load
