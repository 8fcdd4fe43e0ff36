"""How long ten thousand series of a hundred points take to be written to and read from each store."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from prov4ml_packager.metric_table import POINT_DTYPE, MetricTable, series_from_points, sorted_table
from prov4ml_packager.stores import open_store, write_store

SERIES = 10_000
POINTS = 100


@dataclass(frozen=True)
class StoreTime:
    """Seconds and bytes of one format; `open_s` includes reading every point back."""

    format: str
    write_s: float
    open_s: float
    mebibytes: float


def make_table() -> MetricTable:
    """Return a table of `SERIES` series with `POINTS` points each, in three contexts."""
    random = np.random.default_rng(0)
    contexts = ("TRAINING", "VALIDATION", "TESTING")
    series = []
    for number in range(SERIES):
        points = np.zeros(POINTS, POINT_DTYPE)
        points["step"] = np.arange(POINTS)
        points["time"] = 1_700_000_000_000_000_000 + np.arange(POINTS) * 1_000_000
        points["value"] = random.normal(size=POINTS)
        series.append(series_from_points(points, metric=f"layer_{number}/norm", context=contexts[number % 3]))
    return sorted_table(series)


def measure_floor(table: MetricTable, folder: Path) -> StoreTime:
    """Write and read the same points as one numpy file, which knows no names."""
    path = folder / "points.npy"
    began = time.perf_counter()
    np.save(path, np.concatenate([one.points() for one in table.series]))
    written = time.perf_counter()
    np.load(path)
    return StoreTime(
        "numpy.save", written - began, time.perf_counter() - written, path.stat().st_size / 2**20
    )


def measure_stores(folder: Path) -> list[StoreTime]:
    """Return the floor and then each format, once: a store of this size takes seconds."""
    table = make_table()
    times = [measure_floor(table, folder)]
    for name in ("metrics.zarr.zip", "metrics.nc", "metrics.csv"):
        began = time.perf_counter()
        path = write_store(table, folder / name)
        written = time.perf_counter()
        with open_store(path) as store:
            read = sum(len(one.points()) for one in store.series)
        opened = time.perf_counter()
        assert read == SERIES * POINTS
        times.append(StoreTime(name, written - began, opened - written, path.stat().st_size / 2**20))
    return times
