"""The metric stores of yProv4ML: one store a metric, with `epochs`, `values` and `timestamps`.

Seen in runs of yProv4ML 1.0, 2.0 and 3.2: `metrics_GR0/<metric>_<context>_<source>_GR0` (3.x),
`metrics_GR0/<metric>_Context.<context>_GR0` and `artifacts/metrics/<metric>_Context.<context>_GR0` (2.x),
each as a Zarr directory, a NetCDF-4 file, or a CSV. A CSV has the header `epoch,value,timestep`; before 3.0
its first line names the series instead: `<metric>,Context.<context>,<source>`. Epochs are whole numbers,
times milliseconds since 1970.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...errors import PackagerError
from ...metric_table import POINT_DTYPE, MetricSeries, MetricTable, Points, series_from_points
from ..attributes import checked_table
from ..damage import Damage
from .column_names import ColumnNames
from .columns import Columns, open_columns
from .csv_columns import CsvColumns
from .numbers import guess_time_unit, to_nanoseconds, to_steps

CSV_HEADER = ("epoch", "value", "timestep")
_EPOCHS, _VALUES, _TIMES = "epochs", "values", "timestamps"
_NONE = ("", "None", "none")
_SUFFIXES = (".zarr", ".nc", ".netcdf", ".csv", ".txt")
_RANK = re.compile(r"(?P<rest>.+)_GR(?P<rank>[0-9]{1,9})")
_OLD = re.compile(r"(?P<metric>.+?)_Context\.(?P<context>[A-Za-z0-9]+)(?:_(?P<source>.*))?", re.DOTALL)


@dataclass(frozen=True)
class SeriesNames:
    """What a series of yProv4ML is called; None: not given."""

    metric: str
    context: str | None = None
    source: str | None = None
    rank: int = 0


def names_from_file(path: Path) -> SeriesNames:
    """Return the names that the file name of a store stands for.

    yProv4ML joins them with underscores and escapes nothing. The last two parts are taken for context and
    source, so that a metric may have underscores; a context or source with one is only known from the
    attributes of the store (Zarr and NetCDF have them) or from the PROV document. `Context.TRAINING` becomes
    `TRAINING`, and a source `None` becomes no source.
    """
    stem = path.name
    for suffix in _SUFFIXES:
        stem = stem.removesuffix(suffix)
    rank = 0
    if match := _RANK.fullmatch(stem):
        stem, rank = match["rest"], int(match["rank"])
    if match := _OLD.fullmatch(stem):
        return SeriesNames(match["metric"], match["context"], _given(match["source"]), rank)
    parts = stem.rsplit("_", 2)
    if len(parts) == 3 and parts[0]:
        return SeriesNames(parts[0], _given(parts[1]), _given(parts[2]), rank)
    return SeriesNames(stem, None, None, rank)


def _given(text: object) -> str | None:
    return text.removeprefix("Context.") if isinstance(text, str) and text not in _NONE else None


def is_yprov4ml_store(path: Path) -> bool:
    """Tell whether a path is one of yProv4ML's stores, by its content.

    Raises:
        PackagerError: it is a Zarr or NetCDF store, and damaged.
    """
    return _open(path) is not None


def find_yprov4ml_stores(directory: Path, damage: Damage | None = None) -> tuple[Path, ...]:
    """Return the stores below a directory, in order of their paths."""
    found = []
    waiting = [directory]
    while waiting:
        for path in sorted(waiting.pop().iterdir()):
            if path.is_symlink():
                continue
            if path.suffix.lower() in _SUFFIXES and (path.is_dir() or path.is_file()):
                with nullcontext() if damage is None else damage.tolerate():
                    if is_yprov4ml_store(path):
                        found.append(path)
            elif path.is_dir():
                waiting.append(path)
    return tuple(sorted(found))


def read_yprov4ml_series(path: Path, names: SeriesNames | None = None) -> MetricSeries:
    """Return the series of one store; its points are read on demand, and no file stays open.

    Values of float32 become the float64 of the same number. The unit of time is told by the size of the first
    time (milliseconds in all stores seen): the last one may be torn.

    Args:
        path: the Zarr directory, NetCDF file or CSV.
        names: what to call the series, where a PROV document says it; else the attributes of the store, and
            without those the name of the file.

    Raises:
        PackagerError: it is no such store, or it is damaged.
    """
    columns = _open(path)
    if columns is None:
        raise PackagerError(
            "is no metric store of yProv4ML",
            path=path,
            hint=f"such a store has {_EPOCHS}, {_VALUES} and {_TIMES}, or the header {','.join(CSV_HEADER)}",
        )
    keys = columns.header if isinstance(columns, CsvColumns) else (_EPOCHS, _VALUES, _TIMES)
    lengths = {key: columns.lengths[key] for key in keys}
    if len(set(lengths.values())) != 1:
        raise PackagerError(f"the columns differ in length: {lengths}", path=path)
    count = lengths[keys[0]]
    chosen = names or _names_from_attributes(columns)
    return MetricSeries(
        context=chosen.context,
        metric=chosen.metric,
        source=chosen.source,
        rank=chosen.rank,
        unit=None,
        count=count,
        read=_reader(columns, keys, count),
    )


def read_yprov4ml_table(paths: Iterable[Path], damage: Damage | None = None) -> MetricTable:
    """Return the series of many stores as one table.

    Args:
        paths: the stores.
        damage: if given, a store that cannot be opened is noted there and left out, and so are the rows of a
            CSV that cannot be read.

    Raises:
        PackagerError: one cannot be read, or two have the same names.
    """
    series = []
    for path in paths:
        with nullcontext() if damage is None else damage.tolerate():
            is_text = damage is not None and path.is_file() and open_columns(path) is None
            series.append(_good_rows(path, damage) if is_text else read_yprov4ml_series(path))
    return checked_table(MetricTable(tuple(series)))


def _good_rows(path: Path, damage: Damage | None) -> MetricSeries:
    """Return the rows of a CSV that can be read, in memory: yProv4ML's hold one metric of one run."""
    from .plain_csv import open_plain_csv

    columns = CsvColumns(path, damage=damage)
    step, value, time = columns.header
    names = _names_from_attributes(columns)
    with open_plain_csv(path, ColumnNames((value,), step=step, time=time), damage=damage) as table:
        points = [one.points() for one in table.series]
    return series_from_points(
        np.concatenate(points) if points else np.empty(0, POINT_DTYPE),
        metric=names.metric,
        context=names.context,
        source=names.source,
        rank=names.rank,
    )


def _open(path: Path) -> Columns | None:
    columns = open_columns(path)
    if columns is not None:
        return columns if {_EPOCHS, _VALUES, _TIMES} <= columns.lengths.keys() else None
    return CsvColumns(path) if is_yprov4ml_csv(path) else None


def is_yprov4ml_csv(path: Path) -> bool:
    """Tell whether a file is a CSV of yProv4ML, by its first line.

    Raises:
        PackagerError: it cannot be read.
    """
    if not path.is_file():
        return False
    header = CsvColumns.header_of(path)
    return header == CSV_HEADER or _names_in_header(header) is not None


def _names_in_header(header: Sequence[str]) -> SeriesNames | None:
    """Return the names in the first line of a CSV before 3.0; None if it is another."""
    cells = [cell.strip() for cell in header]
    if len(set(cells)) != len(CSV_HEADER) or not cells[0] or not cells[1].startswith("Context."):
        return None
    return SeriesNames(cells[0], _given(cells[1]), _given(cells[2]))


def _names_from_attributes(columns: Columns) -> SeriesNames:
    """Return the names that the attributes say; NetCDF has them with an underscore before."""
    found = names_from_file(columns.path)
    if isinstance(columns, CsvColumns) and (named := _names_in_header(columns.header)) is not None:
        return SeriesNames(named.metric, named.context, named.source, found.rank)
    said = {
        name: columns.attributes.get(name, columns.attributes.get(f"_{name}"))
        for name in ("name", "context", "source")
    }
    if not isinstance(said["name"], str) or not said["name"]:
        return found
    return SeriesNames(said["name"], _given(said["context"]), _given(said["source"]), found.rank)


def _reader(columns: Columns, keys: Sequence[str], count: int) -> Callable[[int, int], Points]:
    steps, values, times = keys
    unit = guess_time_unit(float(columns.read(times, 0, 1)[0])) if count else "ms"

    def read(start: int, stop: int) -> Points:
        start, stop, _ = slice(start, stop).indices(count)
        points = np.empty(max(0, stop - start), POINT_DTYPE)
        if len(points):
            points["step"] = to_steps(columns.read(steps, start, stop), columns.path, steps)
            points["time"] = to_nanoseconds(columns.read(times, start, stop), unit, columns.path, times)
            points["value"] = columns.read(values, start, stop)
        return points

    return read
