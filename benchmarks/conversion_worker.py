"""One conversion in a process of its own: prints seconds, peak resident MiB and bytes a point.

Usage: conversion_worker.py CASE POINTS FOLDER
"""

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from peak_memory import peak_mib

from prov4ml_packager.metric_table import POINT_DTYPE, MetricTable, series_from_points, sorted_table

CONTEXTS = ("TRAINING", "VALIDATION")
SERIES = 4


def arrays(points: int) -> dict[str, np.ndarray]:
    """Return steps, jittering times and noisy values of one series after the other."""
    random = np.random.default_rng(0)
    length = points // SERIES
    return {
        "step": np.tile(np.arange(length), SERIES),
        "time": 1_795_000_000_123_456_789 + np.cumsum(random.integers(900_000, 1_100_000, length * SERIES)),
        "value": random.normal(size=length * SERIES),
    }


def table_in_memory(points: int) -> MetricTable:
    """Return the arrays as the table that stores are written from."""
    columns = arrays(points)
    length = points // SERIES
    table = np.empty(length * SERIES, POINT_DTYPE)
    for name, values in columns.items():
        table[name] = values
    series = [
        series_from_points(table[n * length : (n + 1) * length], metric=f"m{n}", context=CONTEXTS[n % 2])
        for n in range(SERIES)
    ]
    return sorted_table(series)


def make_run(points: int, folder: Path) -> None:
    """Write the run that is converted: `SERIES` series, logged in turns."""
    from prov4ml_packager.reader.points import RECORD_DTYPE
    from prov4ml_packager.stores.raw import write_raw

    length = points // SERIES
    write_raw(table_in_memory(points), folder / "run_0", progress=lambda points: None)
    path = folder / "run_0/rank_0/metrics.bin"
    records = np.fromfile(path, RECORD_DTYPE).reshape(SERIES, length)
    with path.open("wb") as stream:
        for start in range(0, length, 1 << 18):
            np.ascontiguousarray(records[:, start : start + (1 << 18)].T).tofile(stream)


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def ours(source: str, target: str, folder: Path) -> Callable[[], Path]:
    # What either side imports when it is first used is loaded before the clock starts.
    import prov4ml_packager.reader
    import prov4ml_packager.stores.netcdf_store.hdf5_chunks
    import prov4ml_packager.stores.netcdf_store.store
    import prov4ml_packager.stores.zarr_store.reader
    import prov4ml_packager.stores.zarr_store.writer  # noqa: F401
    from prov4ml_packager.convert import convert

    remove(folder / target)
    return lambda: convert(folder / source, folder / target)


def write_csv(folder: Path, points: int) -> Callable[[], Path]:
    import polars  # noqa: F401  # its peers have theirs before the clock starts, too

    from prov4ml_packager.stores import write_store
    from prov4ml_packager.stores.csv_store import writer  # noqa: F401

    table = table_in_memory(points)
    remove(folder / "ours.csv")
    return lambda: write_store(table, folder / "ours.csv")


def read_csv(folder: Path) -> Callable[[], Path]:
    import polars  # noqa: F401

    from prov4ml_packager.stores import open_store
    from prov4ml_packager.stores.csv_store import reader  # noqa: F401

    def run() -> Path:
        with open_store(folder / "ours.csv") as table:
            for series in table.series:
                for _ in series.chunks():
                    pass
        return folder / "ours.csv"

    return run


def write_plain_csv(points: int, path: Path) -> None:
    """Write the points as another program does: a row a step, a metric a column."""
    import polars

    columns = arrays(points)
    length = points // SERIES
    values = {f"m{n}": columns["value"][n * length : (n + 1) * length] for n in range(SERIES)}
    frame = polars.DataFrame({"epoch": columns["step"][:length], "time": columns["time"][:length], **values})
    frame.write_csv(path)


def read_plain_csv(folder: Path) -> Callable[[], Path]:
    import polars  # noqa: F401

    from prov4ml_packager.stores.foreign.column_names import parse_columns
    from prov4ml_packager.stores.foreign.plain_csv import open_plain_csv

    path = folder / "plain.csv"
    names = parse_columns(",".join(["step=epoch", "time=time", *(f"value=m{n}" for n in range(SERIES))]))

    def run() -> Path:
        with open_plain_csv(path, names) as table:
            for series in table.series:
                for _ in series.chunks():
                    pass
        return path

    return run


def with_xarray(target: str, encoding: dict[str, object], folder: Path, points: int) -> Callable[[], Path]:
    import warnings

    import netCDF4  # noqa: F401
    import xarray
    import zarr  # noqa: F401

    warnings.simplefilter("ignore")
    xarray.backends.list_engines()
    data = xarray.Dataset({name: ("point", values) for name, values in arrays(points).items()})
    path = folder / target

    def run() -> Path:
        if target.endswith(".zarr"):
            data.to_zarr(path)
        else:
            data.to_netcdf(path, encoding=dict.fromkeys(data, encoding))
        return path

    return run


def frame_columns(points: int) -> dict[str, object]:
    length = points // SERIES
    return {
        "context": np.repeat([CONTEXTS[n % 2] for n in range(SERIES)], length),
        "metric": np.repeat([f"m{n}" for n in range(SERIES)], length),
        "source": np.repeat([""], length * SERIES),
        "rank": np.zeros(length * SERIES, np.int32),
        **arrays(points),
    }


def with_polars(source: str | None, folder: Path, points: int) -> Callable[[], Path]:
    import polars

    path = folder / "polars.csv"
    if source is not None:
        return lambda: (polars.read_csv(folder / source), path)[1]
    frame = polars.DataFrame(frame_columns(points))
    return lambda: (frame.write_csv(path), path)[1]


def with_pandas(source: str | None, folder: Path, points: int) -> Callable[[], Path]:
    import pandas

    path = folder / "pandas.csv"
    if source is not None:
        return lambda: (pandas.read_csv(folder / source), path)[1]
    frame = pandas.DataFrame(frame_columns(points))
    return lambda: (frame.to_csv(path, index=False), path)[1]


def job(case: str, points: int, folder: Path) -> Callable[[], Path]:
    zlib = {"zlib": True, "complevel": 4, "shuffle": True, "chunksizes": (1 << 18,)}
    cases: dict[str, Callable[[], Callable[[], Path]]] = {
        "raw-zarr": lambda: ours("run_0", "ours.zarr", folder),
        "raw-netcdf": lambda: ours("run_0", "ours.nc", folder),
        "zarr-netcdf": lambda: ours("ours.zarr", "ours2.nc", folder),
        "csv-write": lambda: write_csv(folder, points),
        "csv-read": lambda: read_csv(folder),
        "xarray-zarr": lambda: with_xarray("xarray.zarr", {}, folder, points),
        "xarray-netcdf": lambda: with_xarray("xarray.nc", {}, folder, points),
        "xarray-netcdf-zlib": lambda: with_xarray("xarray.nc", zlib, folder, points),
        "plain-read": lambda: read_plain_csv(folder),
        "polars-write": lambda: with_polars(None, folder, points),
        "polars-read": lambda: with_polars("ours.csv", folder, points),
        "polars-plain": lambda: with_polars("plain.csv", folder, points),
        "pandas-write": lambda: with_pandas(None, folder, points),
        "pandas-read": lambda: with_pandas("ours.csv", folder, points),
        "pandas-plain": lambda: with_pandas("plain.csv", folder, points),
    }
    return cases[case]()


def main() -> None:
    case, points, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    if case == "make":
        make_run(points, folder)
        write_plain_csv(points, folder / "plain.csv")
        return
    run = job(case, points, folder)
    began = time.perf_counter()
    path = run()
    seconds = time.perf_counter() - began
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    size = sum(one.stat().st_size for one in files)
    if not case.startswith(("raw", "zarr", "csv", "plain")):
        remove(path)
    print(seconds, peak_mib(), size / points)


if __name__ == "__main__":
    main()
