"""Metric stores in Zarr, written: format 3 or 2, a directory or a zip, consolidated."""

import json
import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numcodecs  # type: ignore[import-untyped]
import numpy as np
import zarr
from zarr.codecs import BloscCodec, Crc32cCodec, ZstdCodec

from ..atomic import atomic_directory, atomic_file
from ..errors import PackagerError
from ..metric_table import CHUNK_POINTS, MetricTable, rebatch
from .attributes import STORE_ATTRIBUTES, encoded
from .formats import is_zarr_directory
from .ragged import (
    NUMBER_VARIABLES,
    POINT_VARIABLES,
    TEXT_VARIABLES,
    VARIABLE_ATTRIBUTES,
    ContextGroup,
    context_groups,
)

_BLOSC_NAMES: Mapping[str | None, Literal["zstd", "lz4"]] = {None: "zstd", "blosc_zstd": "zstd", "lz4": "lz4"}
_BLOSC_LEVEL = 5
_ZSTD_LEVEL = 3
_SERIES_CHUNK = 1 << 16
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip can hold: the bytes must not depend on the clock


def write_zarr(
    table: MetricTable,
    path: Path,
    *,
    chunk_codec: str | None,
    zarr_format: Literal[2, 3],
    progress: Callable[[int], None],
) -> None:
    """Write a checked table as a Zarr store: one zip file if the name ends in `.zip`, else a directory.

    Numbers are Blosc-compressed with byte shuffle; in format 3 each of their chunks ends in its CRC-32C, so
    that a flipped bit is met when it is read.

    Raises:
        PackagerError: the codec is unknown, or `path` is a directory that is no Zarr store.
    """
    if chunk_codec not in _BLOSC_NAMES:
        raise PackagerError(f"unknown chunk codec {chunk_codec!r}", hint="use blosc_zstd or lz4")
    writer = _ZarrWriter(_BLOSC_NAMES[chunk_codec], zarr_format, progress)
    if path.name.lower().endswith(".zip"):
        with (
            atomic_file(path) as target,
            tempfile.TemporaryDirectory(prefix=".prov4ml-", dir=path.parent) as directory,
        ):
            writer.write(table, Path(directory))
            _zip_directory(Path(directory), target)
        return
    if path.is_dir() and any(path.iterdir()) and not is_zarr_directory(path):
        raise PackagerError("is a directory that is no Zarr store, so it is not replaced", path=path)
    with atomic_directory(path) as folder:
        writer.write(table, folder)


@dataclass(frozen=True)
class _ZarrWriter:
    blosc_name: Literal["zstd", "lz4"]
    zarr_format: Literal[2, 3]
    progress: Callable[[int], None]

    def write(self, table: MetricTable, directory: Path) -> None:
        root = zarr.create_group(
            str(directory),
            zarr_format=self.zarr_format,
            attributes={**STORE_ATTRIBUTES, **encoded(table.attributes)},
        )
        for group in context_groups(table):
            self._write_group(root.create_group(group.key, attributes=dict(group.attributes)), group)
        with warnings.catch_warnings():
            # That consolidated metadata is an extension of format 3; readers that do not know it skip it.
            warnings.simplefilter("ignore", category=zarr.errors.ZarrUserWarning)
            zarr.consolidate_metadata(root.store)
        _sort_consolidated(directory)

    def _write_group(self, target: Any, group: ContextGroup) -> None:
        count = len(group.series)
        for name in TEXT_VARIABLES:
            texts = self._array(target, name, "string", count, "series")
            if count:
                texts[:] = np.array(group.texts(name), dtype=object)
        for name, kind in NUMBER_VARIABLES.items():
            numbers = self._array(target, name, kind, count, "series")
            if count:
                numbers[:] = group.numbers(name)
        total = group.point_count
        columns = {
            name: self._array(target, name, kind, total, "point") for name, kind in POINT_VARIABLES.items()
        }
        start = 0
        for points in rebatch(group.series):
            stop = start + len(points)
            for name, column in columns.items():
                column[start:stop] = points[name]
            self.progress(stop - start)
            start = stop

    def _array(self, target: Any, name: str, kind: Any, length: int, dimension: str) -> Any:
        chunk = _SERIES_CHUNK if dimension == "series" else CHUNK_POINTS
        options: dict[str, Any] = {
            "shape": (length,),
            "chunks": (max(1, min(length, chunk)),),
            "dtype": kind,
            # A chunk is written even if it holds nothing but the fill value: zarr compares with ==, for
            # which -0.0 is 0.0, and a chunk that is not there can then only be damage.
            "config": {"write_empty_chunks": True},
        }
        if self.zarr_format == 3:
            options |= {
                "dimension_names": [dimension],
                "attributes": dict(VARIABLE_ATTRIBUTES[name]),
                "compressors": self._codecs_3(kind),
                "fill_value": "" if kind == "string" else 0,  # required by the format; readers do not mask it
            }
        else:
            options |= {
                "attributes": {"_ARRAY_DIMENSIONS": [dimension], **VARIABLE_ATTRIBUTES[name]},
                "compressors": self._codec_2(kind),
                "fill_value": None,  # anything else is masked by xarray
            }
        return target.create_array(name, **options)

    def _codecs_3(self, kind: Any) -> list[Any]:
        if kind == "string":
            return [ZstdCodec(level=_ZSTD_LEVEL), Crc32cCodec()]
        blosc = BloscCodec(
            cname=self.blosc_name, clevel=_BLOSC_LEVEL, shuffle="shuffle", typesize=kind.itemsize
        )
        return [blosc, Crc32cCodec()]

    def _codec_2(self, kind: Any) -> Any:
        if kind == "string":
            return numcodecs.Zstd(_ZSTD_LEVEL)
        return numcodecs.Blosc(self.blosc_name, _BLOSC_LEVEL, numcodecs.Blosc.SHUFFLE)


def _sort_consolidated(directory: Path) -> None:
    # zarr lists the members in the order in which the file system happens to give them.
    for name, *keys in (("zarr.json", "consolidated_metadata", "metadata"), (".zmetadata", "metadata")):
        path = directory / name
        if path.exists():
            document = json.loads(path.read_text(encoding="utf-8"))
            parent: dict[str, Any] = document
            for key in keys[:-1]:
                parent = parent[key]
            members: Mapping[str, Any] = parent[keys[-1]]
            parent[keys[-1]] = dict(sorted(members.items()))
            path.write_text(json.dumps(document, indent=2), encoding="utf-8", newline="\n")


def _zip_directory(directory: Path, target: Path) -> None:
    files = sorted(
        (path.relative_to(directory).as_posix(), path) for path in directory.rglob("*") if path.is_file()
    )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:  # the chunks are compressed already
        for name, path in files:
            member = zipfile.ZipInfo(name, _ZIP_DATE)
            member.create_system = 3  # else the byte says on which system it was made
            member.external_attr = 0o100644 << 16
            member.file_size = path.stat().st_size
            with path.open("rb") as source, archive.open(member, "w") as sink:
                shutil.copyfileobj(source, sink)
