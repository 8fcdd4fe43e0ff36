"""Whatever holds metrics, as one `MetricTable`: a run, a store of ours, or one that another program wrote."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from prov4ml.rundir import RUN_FILE

from .crate_of_runs import is_crate_of_runs
from .errors import PackagerError
from .metric_table import MetricTable
from .stores import open_store
from .stores.attributes import FORMAT_NAME
from .stores.compressed import read_head
from .stores.damage import Damage
from .stores.foreign.column_names import ColumnNames
from .stores.foreign.numbers import TimeUnit
from .stores.formats import is_zarr_directory


@dataclass(frozen=True)
class ReadOptions:
    """How a source is read.

    Attributes:
        separator: of a CSV; found from its header if None.
        decimal: the mark before the decimals of a foreign CSV, a point or a comma.
        columns: which columns of a foreign table are step, time and values.
        time_unit: of times that are bare numbers; told by their size if None.
    """

    separator: str | None = None
    decimal: str = "."
    columns: ColumnNames | None = None
    time_unit: TimeUnit | None = None


_OUR_HEADER = re.compile(rb'(?:\xef\xbb\xbf)?"?context"?[^0-9A-Z_a-z"]"?metric\b')
"""How a CSV of ours begins; other programs have columns called `context` and `context_length` too."""

Note = Callable[[str], None]


@contextmanager
def open_source(
    path: Path,
    options: ReadOptions | None = None,
    note: Note = lambda text: None,
    damage: Damage | None = None,
) -> Iterator[MetricTable]:
    """Open what holds metrics; its points are read on demand while the context lasts.

    Args:
        path: a run directory, a crate of one run, a run's folder in an unpacked crate, a store, a store of
            yProv4ML or a folder of those, a Zarr or NetCDF dataset, a CSV.
        options: how foreign tables are read.
        note: is told in one line what is not carried over.
        damage: if given, rows and stores that cannot be read are noted there and left out.

    Raises:
        PackagerError: it holds no metrics, or is damaged.
    """
    options = options or ReadOptions()
    if not path.exists():
        raise PackagerError("does not exist", path=path)
    if is_crate_of_runs(path):
        with _open_crate(path) as table:
            yield table
    elif (path / RUN_FILE).is_file():
        from .reader import read_run

        if options.columns is not None:
            hint = "leave out --columns"
            raise PackagerError("is a run, which has no columns to name", path=path, hint=hint)
        record = read_run(path)
        for warning in record.warnings:
            note(f"{path}: {warning}")
        yield record.metrics
    elif path.is_dir() and not is_zarr_directory(path):
        yield _yprov4ml_folder(path, damage)
    elif options.columns is None and is_our_store(path):
        with open_store(path, separator=options.separator, damage=damage) as table:
            yield table
    else:
        with _open_foreign(path, options, note, damage) as table:
            yield table


@contextmanager
def _open_crate(path: Path) -> Iterator[MetricTable]:
    from .opened_runs import open_runs

    with open_runs([path]) as runs:
        if len(runs) > 1:
            hint = "unpack it with prov4ml-pack unpack, and give its folder or that of one run"
            raise PackagerError(f"is a crate of {len(runs)} runs", path=path, hint=hint)
        if any(figures.count and not one.count for one, figures in runs[0].series):
            raise PackagerError(f"does not hold the points: {runs[0].missing[-1]}", path=path)
        yield runs[0].record.metrics


def _yprov4ml_folder(path: Path, damage: Damage | None) -> MetricTable:
    from .stores.foreign.yprov4ml import find_yprov4ml_stores, read_yprov4ml_table

    stores = find_yprov4ml_stores(path, damage)
    if not stores:
        raise PackagerError("is a directory without run.json, zarr.json or .zgroup, so no store", path=path)
    return read_yprov4ml_table(stores, damage)


def is_our_store(path: Path) -> bool:
    """Tell whether a file is a store of ours; a damaged one is, so that its own reader says what is wrong."""
    from .stores.foreign.columns import open_columns

    if path.is_file() and not _is_binary(path):
        return _OUR_HEADER.match(read_head(path, 64)) is not None
    try:
        columns = open_columns(path)
    except PackagerError:
        return True
    return columns is None or columns.attributes.get("format") == FORMAT_NAME


def _is_binary(path: Path) -> bool:
    head = read_head(path, 8)
    return head.startswith((b"PK", b"CDF", b"\x89HDF"))


@contextmanager
def _open_foreign(
    path: Path, options: ReadOptions, note: Note, damage: Damage | None
) -> Iterator[MetricTable]:
    from .stores.foreign.columns import open_columns
    from .stores.foreign.csv_columns import CsvColumns
    from .stores.foreign.dataset import read_dataset
    from .stores.foreign.plain_csv import open_plain_csv
    from .stores.foreign.yprov4ml import is_yprov4ml_store, read_yprov4ml_table

    if options.columns is None and is_yprov4ml_store(path):
        yield read_yprov4ml_table((path,), damage)
        return
    columns = open_columns(path)
    if columns is not None:
        yield read_dataset(columns, options.columns, time_unit=options.time_unit, note=note)
    elif options.columns is not None:
        with open_plain_csv(
            path,
            options.columns,
            separator=options.separator,
            decimal=options.decimal,
            time_unit=options.time_unit,
            damage=damage,
            note=note,
        ) as table:
            yield table
    else:
        header = ", ".join(CsvColumns.header_of(path, options.separator))[:200]
        raise PackagerError(
            f"is no metric store that is known; its first line is {header!r}",
            path=path,
            hint="if it is a CSV, name its columns: --columns step=epoch,value=loss",
        )
