"""One conversion as a value that another process can be given: from one source to one target."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

from .errors import PackagerError
from .metric_table import MetricTable
from .salvage import salvaged
from .sources import ReadOptions, open_source
from .stores import StoreFormat, write_store

RAW = "raw"
FORMATS = ("zarr", "netcdf", "csv", RAW)


_WRITTEN = {"zarr": "Zarr", "netcdf": "NetCDF", "csv": "CSV", RAW: "a run directory"}


@dataclass(frozen=True)
class WriteOptions:
    """How stores are written: see `write_store`."""

    separator: str | None = None
    codec: str | None = None
    level: int | None = None
    zarr_format: Literal[2, 3] | None = None
    sharded: bool = False

    def check(self, format: str, target: Path) -> None:
        """Check that nothing is asked for that the format has not.

        Args:
            format: of the target.
            target: for the message.

        Raises:
            PackagerError: something is.
        """
        of_csv, of_zarr, of_stores = ("csv",), ("zarr",), ("zarr", "netcdf", "csv")
        for name, given, formats in (
            ("separator", self.separator is not None, of_csv),
            ("zarr-format", self.zarr_format is not None, of_zarr),
            ("sharded", self.sharded, of_zarr),
            ("codec", self.codec is not None, of_stores),
            ("level", self.level is not None, of_stores),
        ):
            if given and format not in formats:
                raise PackagerError(
                    f"becomes {_WRITTEN[format]}, which has no --{name}", path=target, hint="leave it out"
                )


@dataclass(frozen=True)
class ConversionTask:
    """What to convert to what.

    Attributes:
        source: anything that holds metrics.
        target: what is written; an older store is replaced.
        format: `zarr`, `netcdf`, `csv` or `raw`.
        read: how the source is read.
        write: how the target is written.
        salvage: keep what can be read of a damaged source.
        kept: a folder for what is done, see `write_store`; None: an interruption loses it.
    """

    source: Path
    target: Path
    format: str
    read: ReadOptions = field(default_factory=ReadOptions)
    write: WriteOptions = field(default_factory=WriteOptions)
    salvage: bool = False
    kept: Path | None = None


@dataclass(frozen=True)
class ConversionResult:
    """What came of a task.

    Attributes:
        target: what was written.
        series: how many series it has.
        points: how many points.
        notes: what could not be carried over or read, one line each.
    """

    target: Path
    series: int
    points: int
    notes: tuple[str, ...]


def run_task(
    task: ConversionTask,
    progress: Callable[[int], None] | None = None,
    note: Callable[[str], None] = lambda text: None,
    total: Callable[[int], None] = lambda points: None,
) -> ConversionResult:
    """Do one conversion, in bounded memory.

    Args:
        task: what to do.
        progress: called with the number of points just written.
        note: told at once, before anything is written, what the notes of the result say.
        total: told how many points there are, before the first of them is written.

    Raises:
        PackagerError: the source cannot be read, or the target cannot be written.
    """
    notes: list[str] = []

    def noted(text: str) -> None:
        notes.append(text)
        note(text)

    if task.salvage:
        with salvaged(task.source, task.read, noted) as table:
            total(table.point_count)
            return _write(table, task, progress, notes, noted)
    with open_source(task.source, task.read, noted) as table:
        total(table.point_count)
        return _write(table, task, progress, notes, noted)


def _write(
    table: MetricTable,
    task: ConversionTask,
    progress: Callable[[int], None] | None,
    notes: list[str],
    note: Callable[[str], None],
) -> ConversionResult:
    if task.format == RAW:
        from .stores.raw import write_raw

        write_raw(table, task.target, progress=progress or (lambda points: None), kept=task.kept)
    elif task.format in FORMATS:
        write_store(
            table,
            task.target,
            format=cast(StoreFormat, task.format),
            separator=task.write.separator,
            codec=task.write.codec,
            level=task.write.level,
            zarr_format=task.write.zarr_format,
            sharded=task.write.sharded,
            progress=progress,
            note=lambda text: note(f"{task.target}: {text}"),
            kept=task.kept,
        )
    else:
        raise PackagerError(f"unknown format {task.format!r}", hint=f"use one of {', '.join(FORMATS)}")
    return ConversionResult(task.target, len(table.series), table.point_count, tuple(notes))
