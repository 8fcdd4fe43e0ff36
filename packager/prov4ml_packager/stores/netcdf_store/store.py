"""Metric stores in NetCDF-4, written and read: one HDF5 file with CF attributes and no fill value."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import numpy.typing as npt

from ...atomic import atomic_file
from ...errors import PackagerError
from ...metric_table import CHUNK_POINTS, MetricSeries, MetricTable
from ..attributes import STORE_ATTRIBUTES, Attribute, check_format, checked_table, decoded, encoded
from ..damage import Damage
from ..kept import KeptChunks
from ..ragged import (
    NUMBER_VARIABLES,
    POINT_VARIABLES,
    TEXT_VARIABLES,
    VARIABLE_ATTRIBUTES,
    ContextGroup,
    GroupContent,
    context_groups,
    group_series,
)

CODECS = ("zlib", "none")
"""The filters that every NetCDF-4 library has; the others are plugins."""

_HARD, _FAST = 9, 4
_HARD_POINTS = CHUNK_POINTS  # up to which the harder level costs a fraction of a second
_INDEX_BYTES = 2_096  # of one chunk: HDF5 File Format Specification 3.0, section III.A.1
_CACHE_BYTES = 2 * 8 * CHUNK_POINTS  # the library's default is 64 MiB for each variable of each group


@dataclass(frozen=True)
class _Codec:
    """`name` is one of `CODECS`."""

    name: str
    level: int

    def options(self) -> dict[str, Any]:
        """Return what `createVariable` is told."""
        if self.name == "none":
            return {"fletcher32": True}
        return {"compression": "zlib", "complevel": self.level, "shuffle": True, "fletcher32": True}


def _chosen_codec(name: str | None, level: int | None, points: int) -> _Codec:
    name = name or "zlib"
    if name not in CODECS:
        raise PackagerError(f"unknown codec {name!r} for NetCDF-4", hint=f"use one of {', '.join(CODECS)}")
    if level is None:
        level = _HARD if points <= _HARD_POINTS else _FAST
    if not 0 <= level <= 9:
        raise PackagerError(f"level {level} is not between 0 and 9")
    return _Codec(name, level)


def write_netcdf(
    table: MetricTable,
    path: Path,
    *,
    codec: str | None,
    level: int | None,
    progress: Callable[[int], None],
    kept: KeptChunks | None = None,
) -> None:
    """Write a checked table as a NetCDF-4 file: zlib, byte shuffle and a Fletcher-32 sum a chunk.

    Every reader of NetCDF-4 has these filters. A bool attribute is an int8, an int one an int64.

    Raises:
        PackagerError: the codec is unknown, or the library cannot write the file.
    """
    chosen = _chosen_codec(codec, level, table.point_count)
    long_groups = []
    with atomic_file(path) as temporary, library(path, None, "cannot be written"):
        with netCDF4.Dataset(temporary, "w", format="NETCDF4") as root:
            for name, value in {**STORE_ATTRIBUTES, **encoded(table.attributes)}.items():
                root.setncattr(name, _to_netcdf(value))
            for group in context_groups(table):
                columns = _define_group(root.createGroup(group.key), group, chosen)
                # A level that was asked for is what zlib makes of it, chunk for chunk.
                if group.point_count > CHUNK_POINTS and (codec, level) in ((None, None), ("zlib", None)):
                    long_groups.append(group)
                else:
                    _write_points(columns, group, progress)
        if long_groups:
            from .hdf5_chunks import write_point_chunks

            write_point_chunks(temporary, long_groups, progress, kept)


def _to_netcdf(value: Attribute) -> Any:
    # NetCDF has no bool; no other attribute of a store is an int8.
    if isinstance(value, bool):
        return np.int8(value)
    return np.int64(value) if isinstance(value, int) else value


def _from_netcdf(value: Any) -> object:
    if isinstance(value, np.int8):
        return bool(value)
    return value.item() if isinstance(value, np.generic) else value


def _define_group(target: Any, group: ContextGroup, codec: _Codec) -> dict[str, Any]:
    """Write all of a group but its points, and return the variables for those."""
    count, total = len(group.series), group.point_count
    target.setncatts(group.attributes)
    target.createDimension("series", count)
    target.createDimension("point", total)  # of length 0 it is an unlimited one: NetCDF has no other
    for name in TEXT_VARIABLES:
        texts = target.createVariable(name, str, ("series",))
        texts.setncatts(VARIABLE_ATTRIBUTES[name])
        texts[:] = np.array(group.texts(name), dtype=object)
    for name, kind in NUMBER_VARIABLES.items():
        numbers = group.numbers(name)
        # Its sum is compared when it is read, and the index of its chunks would be larger than itself.
        plain = name == "row_size" and numbers.nbytes < _INDEX_BYTES
        _variable(target, name, kind, "series", count, None if plain else codec)[:] = numbers
    return {
        name: _variable(target, name, kind, "point", total, codec) for name, kind in POINT_VARIABLES.items()
    }


def _write_points(columns: Mapping[str, Any], group: ContextGroup, progress: Callable[[int], None]) -> None:
    for start in range(0, group.point_count, CHUNK_POINTS):
        stop = min(start + CHUNK_POINTS, group.point_count)
        points = group.points.read(start, stop)
        for name, column in columns.items():
            column[start:stop] = points[name]
        progress(stop - start)


def _variable(target: Any, name: str, kind: Any, dimension: str, length: int, codec: _Codec | None) -> Any:
    """Return a new variable: in chunks with the filters of a codec, or as it is."""
    chunks = (max(1, min(length, CHUNK_POINTS)),)
    options = {"contiguous": True} if codec is None else {**codec.options(), "chunksizes": chunks}
    # The default fill value is a legal float, and would be masked.
    variable = target.createVariable(name, kind, (dimension,), fill_value=False, **options)
    if codec is not None:
        variable.set_var_chunk_cache(size=_CACHE_BYTES)
    variable.setncatts(VARIABLE_ATTRIBUTES[name])
    variable.set_auto_maskandscale(False)
    return variable


@contextmanager
def open_netcdf(path: Path, damage: Damage | None = None) -> Iterator[MetricTable]:
    """Open a NetCDF-4 store as a table whose points are read on demand.

    Args:
        path: the file.
        damage: if given, what can be read is, and the rest is noted there instead of raised.

    Raises:
        PackagerError: it is no store of ours, or it is damaged; a damaged chunk is met when it is read.
    """
    with library(path, None, "is damaged"):
        root = netCDF4.Dataset(path, "r")
    try:
        with library(path, None, "is damaged"):
            attributes = _attributes(root)
        check_format(attributes, path)
        series = [one for key in root.groups for one in _read_group(path, key, root.groups[key], damage)]
        yield checked_table(MetricTable(tuple(series), decoded(attributes)), path)
    finally:
        root.close()


def _attributes(group: Any) -> dict[str, object]:
    return {name: _from_netcdf(group.getncattr(name)) for name in group.ncattrs()}


def _read_group(path: Path, key: str, group: Any, damage: Damage | None) -> Iterator[MetricSeries]:
    kinds: Mapping[str, Any] = {**dict.fromkeys(TEXT_VARIABLES, str), **NUMBER_VARIABLES, **POINT_VARIABLES}
    tolerating = nullcontext if damage is None else damage.tolerate
    attributes: dict[str, object] = {}
    variables: dict[str, Any] = {}
    content: dict[str, Any] = {}
    with tolerating(), library(path, key, "is damaged"):
        attributes = _attributes(group)
    for name, kind in kinds.items():
        with tolerating():
            variables[name] = _checked_variable(path, f"{key}/{name}", group.variables.get(name), kind)
            if name not in POINT_VARIABLES:
                with library(path, f"{key}/{name}", "is damaged"):
                    content[name] = variables[name][:]

    def load(name: str, start: int, stop: int) -> npt.NDArray[Any]:
        with library(path, f"{key}/{name}, points {start} to {stop}", "is damaged"):
            return np.asarray(variables[name][start:stop])

    yield from group_series(
        GroupContent(
            path=path,
            key=key,
            attributes=attributes,
            texts={name: list(content[name]) for name in TEXT_VARIABLES if name in content},
            numbers={name: content[name] for name in NUMBER_VARIABLES if name in content},
            point_counts={name: variables[name].shape[0] for name in POINT_VARIABLES if name in variables},
            load=load,
            keeps_chunks=True,
        ),
        damage,
    )


def _checked_variable(path: Path, place: str, variable: Any, kind: Any) -> Any:
    if variable is None:
        raise PackagerError("the variable is missing", path=path, place=place)
    if variable.dtype != kind or variable.ndim != 1:
        raise PackagerError(f"has the type {variable.dtype}", path=path, place=place)
    variable.set_auto_maskandscale(False)
    variable.set_var_chunk_cache(size=_CACHE_BYTES)
    return variable


@contextmanager
def library(path: Path, place: str | None, problem: str) -> Iterator[None]:
    """Turn what the library raises into one clear error; ours pass through."""
    try:
        yield
    except (RuntimeError, OSError, AttributeError, ValueError, IndexError, UnicodeError) as error:
        text = " ".join(str(error).split())
        if isinstance(error, PermissionError) and os.access(path.parent, os.W_OK):
            # Also what HDF5 says of a disk that is full, and with the name of our temporary file.
            text = "the library was not let: is the disk full, or a quota reached?"
        elif isinstance(error, UnicodeEncodeError) and error.object == str(path):
            problem, text = "cannot be opened", "the library takes no path that is not UTF-8; rename it"
        elif (
            isinstance(error, OSError) and error.errno is not None and error.errno > 0
        ):  # else a number of NetCDF's own
            text = os.strerror(error.errno)  # without the buffers and addresses of HDF5
        raise PackagerError(f"{problem}: {text}", path=path, place=place) from error
