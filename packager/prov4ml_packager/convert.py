"""Metrics from any form to any other: stores and run directories."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from prov4ml.rundir import RUN_FILE

from .errors import PackagerError
from .metric_table import MetricTable
from .stores import StoreFormat, format_from_name, open_store, write_store

RAW = "raw"
_FORMATS = ("zarr", "netcdf", "csv", RAW)


def convert(
    source: Path,
    target: Path,
    *,
    to: str | None = None,
    separator: str = ",",
    codec: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> Path:
    """Convert metrics to another form, in bounded memory; every value keeps its 64 bits.

    The one exception is CSV, which has a single NaN. The target appears in one step at the end, replaces
    an older store, and never an older run.

    Args:
        source: a Zarr, NetCDF-4 or CSV store, or a run directory.
        target: what to write.
        to: `zarr`, `netcdf`, `csv` or `raw` (a run directory); by the name of `target` if not given.
        separator: of the CSV to write. That of one to read is found from its header.
        codec: of the store to write, see `write_store`.
        progress: called with the number of points just written.

    Returns:
        `target`.

    Raises:
        PackagerError: the source cannot be read, or the target lies inside it or cannot be written.
    """
    chosen = to or format_from_name(target)
    if chosen not in _FORMATS:
        raise PackagerError(f"unknown format {chosen!r}", hint=f"use one of {', '.join(_FORMATS)}")
    _refuse_inside(source, target)
    with _open(source) as table:
        if chosen == RAW:
            from .stores.raw import write_raw

            write_raw(table, target, progress=progress or (lambda points: None))
            return target
        return write_store(
            table,
            target,
            format=cast(StoreFormat, chosen),
            separator=separator,
            codec=codec,
            progress=progress,
        )


def _refuse_inside(source: Path, target: Path) -> None:
    """A target inside the source would change what is read: a run's raw files, or the chunks of a store."""
    if source.is_dir() and source.resolve() in target.resolve().parents:
        raise PackagerError("lies in the source itself", path=target, hint=f"write it beside {source}")


@contextmanager
def _open(source: Path) -> Iterator[MetricTable]:
    if not source.exists():
        raise PackagerError("does not exist", path=source)
    if (source / RUN_FILE).is_file():
        from .reader import read_run

        yield read_run(source).metrics
        return
    with open_store(source) as table:
        yield table
