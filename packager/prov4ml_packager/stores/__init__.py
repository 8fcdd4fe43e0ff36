"""Metric stores: one `MetricTable` in Zarr, NetCDF-4 or CSV, and back, bit for bit.

The libraries behind a format are imported when the format is used.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal

from ..errors import PackagerError
from ..metric_table import MetricTable
from .attributes import checked_table
from .damage import Damage
from .formats import StoreFormat, detect_format, format_from_name, separator_from_name
from .kept import KeptChunks

__all__ = ["StoreFormat", "detect_format", "format_from_name", "open_store", "write_store"]


def write_store(
    table: MetricTable,
    path: Path,
    *,
    format: StoreFormat | None = None,
    separator: str | None = None,
    codec: str | None = None,
    level: int | None = None,
    zarr_format: Literal[2, 3] | None = None,
    sharded: bool = False,
    progress: Callable[[int], None] | None = None,
    note: Callable[[str], None] | None = None,
    kept: Path | None = None,
) -> Path:
    """Write a table as a metric store, in memory bounded by `CHUNK_POINTS`, and replace an older one.

    The same table gives the same bytes, whatever the clock. A CSV is two files: the table and, beside it,
    `<name>-metadata.json` (W3C CSV on the Web).

    Args:
        table: the series; an empty text as context, source or unit counts as not given.
        path: where to; a Zarr store whose name ends in `.zip` is one zip file, else a directory.
        format: by the name of `path` if not given.
        separator: between the fields of a CSV; if None a tab where the name says `.tsv`, else a comma.
        codec: how the numbers are compressed. Zarr: `zstd` (what None means), `lz4`, `zlib`, `none`;
            NetCDF-4: `zlib` (what None means), `none`; a CSV has it in its name.
        level: of the codec, 0 to 9, for a `.csv.zst` up to 22; what fits the size of the store if None.
        zarr_format: 3 (what None means), or 2 for older readers.
        sharded: put the chunks of each variable of a Zarr store into one file.
        progress: called with the number of points just written.
        note: told in one line what the format cannot hold, before `path` is there.
        kept: a folder for what is done already, of this table and these options and no others: a call that
            was killed is gone on with from there. Not for compressed CSV.

    Returns:
        `path`.

    Raises:
        PackagerError: the format cannot be told, an option is wrong, two series share their identity,
            `path` is a directory that is no Zarr store, or the disk refuses.
    """
    chosen = format or format_from_name(path)
    table = checked_table(table)
    report = progress or (lambda points: None)
    if sharded and chosen != "zarr":
        raise PackagerError(f"a {chosen} store has no shards", path=path, hint="it is one file")
    try:
        if chosen == "zarr":
            from .zarr_store.codecs import PointCodec
            from .zarr_store.writer import write_zarr

            write_zarr(
                table,
                path,
                codec=PointCodec.choose(codec, level, table.point_count),
                zarr_format=zarr_format or 3,
                sharded=sharded,
                progress=report,
                kept=KeptChunks(kept) if kept else None,
            )
        elif chosen == "netcdf":
            from .netcdf_store.store import write_netcdf

            chunks = KeptChunks(kept) if kept else None
            write_netcdf(table, path, codec=codec, level=level, progress=report, kept=chunks)
        elif chosen == "csv":
            from .csv_store.kept_text import KeptText
            from .csv_store.writer import write_csv

            write_csv(
                table,
                path,
                separator=separator_from_name(path) if separator is None else separator,
                codec=codec,
                level=level,
                progress=report,
                note=note or (lambda text: None),
                kept=KeptText(kept) if kept else None,
            )
        else:
            raise PackagerError(f"unknown store format {chosen!r}", hint="use zarr, netcdf or csv")
    except OSError as error:
        raise PackagerError(f"cannot be written: {error.strerror or error}", path=path) from error
    return path


def open_store(
    path: Path, *, separator: str | None = None, damage: Damage | None = None
) -> AbstractContextManager[MetricTable]:
    """Open a metric store; its points are read on demand while the context lasts.

    Args:
        path: a Zarr directory or zip, a NetCDF-4 file, or a CSV with or without its metadata file.
        separator: of a CSV; found from its header if not given.
        damage: if given, what can be read of a damaged store is, and the rest is noted there.

    Raises:
        PackagerError: there is no store, or it is damaged; a damaged chunk is met when it is read.
    """
    chosen = detect_format(path)
    if chosen == "zarr":
        from .zarr_store.reader import open_zarr

        return open_zarr(path, damage)
    if chosen == "netcdf":
        from .netcdf_store.store import open_netcdf

        return open_netcdf(path, damage)
    from .csv_store.reader import open_csv

    return open_csv(path, separator=separator, damage=damage)
