"""Metric stores in Zarr, written: format 3 or 2, a directory or a zip, consolidated."""

import json
import shutil
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numcodecs  # type: ignore[import-untyped]
import numpy as np
import zarr
from zarr.codecs import Crc32cCodec, ZstdCodec

from ...atomic import atomic_directory, atomic_file, scratch_directory
from ...errors import PackagerError
from ...metric_table import CHUNK_POINTS, MetricTable
from ..attributes import STORE_ATTRIBUTES, encoded
from ..chunk_encoding import GroupChunks, encoded_chunks
from ..formats import is_zarr_directory
from ..kept import KeptChunks
from ..ragged import (
    NUMBER_VARIABLES,
    POINT_VARIABLES,
    TEXT_VARIABLES,
    VARIABLE_ATTRIBUTES,
    ContextGroup,
    context_groups,
)
from .codecs import PointCodec
from .shard import join_chunks

_ZSTD_LEVEL = 3
_SERIES_CHUNK = 1 << 16
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip can hold: the bytes must not depend on the clock
# `c.0` and not `c/0`: a folder for one chunk takes a disk block and an inode.
_KEYS = {2: {"name": "v2", "separator": "."}, 3: {"name": "default", "separator": "."}}


def write_zarr(
    table: MetricTable,
    path: Path,
    *,
    codec: PointCodec,
    zarr_format: Literal[2, 3],
    sharded: bool,
    progress: Callable[[int], None],
    kept: KeptChunks | None = None,
) -> None:
    """Write a checked table as a Zarr store: one zip file if the name ends in `.zip`, else a directory.

    In format 3 each chunk ends in its CRC-32C, so that a flipped bit is met when it is read.

    Args:
        table: the series.
        path: where to.
        codec: how points are compressed.
        zarr_format: 2 or 3.
        sharded: put all chunks of a variable into one file (format 3 only).
        progress: called with the number of points just written.
        kept: the chunks that are made already, and where to keep others.

    Raises:
        PackagerError: shards were asked for in format 2, or `path` is a directory that is no Zarr store.
    """
    if sharded and zarr_format == 2:
        raise PackagerError("Zarr format 2 has no shards", path=path, hint="use format 3, or a .zarr.zip")
    writer = _ZarrWriter(codec, zarr_format, sharded, progress, kept)
    if path.name.lower().endswith(".zip"):
        with atomic_file(path) as target, scratch_directory(path) as directory:
            writer.write(table, directory)
            _zip_directory(directory, target)
        return
    if path.is_dir() and any(path.iterdir()) and not is_zarr_directory(path):
        raise PackagerError("is a directory that is no Zarr store, so it is not replaced", path=path)
    with atomic_directory(path) as folder:
        writer.write(table, folder)


@dataclass(frozen=True)
class _ZarrWriter:
    codec: PointCodec
    zarr_format: Literal[2, 3]
    sharded: bool
    progress: Callable[[int], None]
    kept: KeptChunks | None

    def write(self, table: MetricTable, directory: Path) -> None:
        with zarr.config.set({"json_indent": None}):  # indented, the metadata would be a tenth of a store
            root = zarr.create_group(
                str(directory),
                zarr_format=self.zarr_format,
                attributes={**STORE_ATTRIBUTES, **encoded(table.attributes)},
            )
            groups = []
            for group in context_groups(table):
                target = root.create_group(group.key, attributes=dict(group.attributes))
                self._write_series(target, group)
                groups.append(self._point_arrays(target, group))
            self._write_points(directory, groups)
            with warnings.catch_warnings():
                # That consolidated metadata is an extension of format 3; readers that do not know it skip it.
                warnings.simplefilter("ignore", category=zarr.errors.ZarrUserWarning)
                zarr.consolidate_metadata(root.store)
        _sort_consolidated(directory)

    def _write_series(self, target: Any, group: ContextGroup) -> None:
        count = len(group.series)
        for name in TEXT_VARIABLES:
            texts = self._series_array(target, name, "string", count)
            if count:
                texts[:] = np.array(group.texts(name), dtype=object)
        for name, kind in NUMBER_VARIABLES.items():
            numbers = self._series_array(target, name, kind, count)
            if count:
                numbers[:] = group.numbers(name)

    def _point_arrays(self, target: Any, group: ContextGroup) -> GroupChunks:
        """Make the arrays of the point variables, without a chunk yet."""
        total = group.point_count
        length = max(1, min(total, CHUNK_POINTS))
        encoders = {}
        for name, kind in POINT_VARIABLES.items():
            shard = -(-total // length) * length if self.sharded and total > length else None
            self._array(target, name, kind, "point", total, length, shard)
            encoders[name] = self.codec.encoder(kind, length, self.zarr_format)
        return GroupChunks(group.key, group.points, length, encoders)

    def _write_points(self, directory: Path, groups: Sequence[GroupChunks]) -> None:
        """Write the chunks of the point variables ourselves: zarr would rewrite a shard for each of them."""
        prefix = "c." if self.zarr_format == 3 else ""
        for chunk in encoded_chunks(groups, self.kept):
            for name in POINT_VARIABLES:
                chunk.write(name, directory / chunk.group / name / f"{prefix}{chunk.number}")
            self.progress(chunk.count)
        for group in groups:
            if self.sharded and len(group.numbers()) > 1:
                for name in POINT_VARIABLES:
                    folder = directory / group.key / name
                    join_chunks([folder / f"{prefix}{number}" for number in group.numbers()])

    def _series_array(self, target: Any, name: str, kind: Any, length: int) -> Any:
        return self._array(target, name, kind, "series", length, max(1, min(length, _SERIES_CHUNK)), None)

    def _array(
        self, target: Any, name: str, kind: Any, dimension: str, length: int, chunk: int, shard: int | None
    ) -> Any:
        options: dict[str, Any] = {
            "shape": (length,),
            "chunks": (chunk,),
            "dtype": kind,
            "chunk_key_encoding": _KEYS[self.zarr_format],
            # A chunk is written even if it holds nothing but the fill value: zarr compares with ==, for
            # which -0.0 is 0.0, and a chunk that is not there can then only be damage.
            "config": {"write_empty_chunks": True},
        }
        if self.zarr_format == 3:
            text = [ZstdCodec(level=_ZSTD_LEVEL), Crc32cCodec()]
            options |= {
                "dimension_names": [dimension],
                "attributes": dict(VARIABLE_ATTRIBUTES[name]),
                "compressors": text if kind == "string" else self.codec.format_3(kind, chunk),
                "fill_value": "" if kind == "string" else 0,  # required by the format; readers do not mask it
                "shards": None if shard is None else (shard,),
            }
        else:
            plain = numcodecs.Zstd(_ZSTD_LEVEL)
            options |= {
                "attributes": {"_ARRAY_DIMENSIONS": [dimension], **VARIABLE_ATTRIBUTES[name]},
                "compressors": plain if kind == "string" else self.codec.format_2(kind, chunk),
                "fill_value": None,  # anything else is masked by xarray
            }
        return target.create_array(name, **options)


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
            path.write_text(json.dumps(document), encoding="utf-8", newline="\n")


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
