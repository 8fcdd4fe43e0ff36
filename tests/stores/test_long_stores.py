"""Stores of several chunks, whose series begin and end within them, from each form into the others."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from prov4ml_packager.convert import convert
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.metric_table import CHUNK_POINTS, POINT_DTYPE, MetricTable, series_from_points
from prov4ml_packager.stores import open_store, write_store

COUNTS = (CHUNK_POINTS + 1000, 7, CHUNK_POINTS // 2, 0, CHUNK_POINTS)


def long_table() -> MetricTable:
    random = np.random.default_rng(5)
    series = []
    for number, count in enumerate(COUNTS):
        points = np.zeros(count, POINT_DTYPE)
        points["step"] = np.arange(count)
        points["time"] = 10**18 + np.cumsum(random.integers(1, 10**6, count))
        points["value"] = random.normal(size=count).astype(np.float32 if number % 2 else np.float64)
        series.append(series_from_points(points, metric=f"m{number}"))
    return MetricTable(tuple(series))


WRITTEN: dict[str, dict[str, Any]] = {
    "a.zarr": {},
    "two.zarr": {"zarr_format": 2},
    "sharded.zarr": {"sharded": True},
    "lz4.zarr.zip": {"codec": "lz4"},
    "bare.zarr": {"codec": "none"},
    "a.nc": {},
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_long_store_becomes_another(name: str, tmp_path: Path) -> None:
    table = long_table()
    source = write_store(table, tmp_path / name, **WRITTEN[name])
    for target in ("b.nc", "b.zarr"):
        with open_store(convert(source, tmp_path / target)) as read:
            assert [one.metric for one in read.series] == [one.metric for one in table.series]
            for one, expected in zip(read.series, table.series, strict=True):
                assert one.points().tobytes() == expected.points().tobytes()


@pytest.mark.parametrize("name", ["a.zarr", "two.zarr"])
@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[: len(data) // 2], "is damaged"),
        (lambda data: b"", "is damaged"),
        (lambda data: data[:4] + b"\xff\xff\xff\x7f" + data[8:], "is damaged"),
    ],
    ids=["cut off", "empty", "another size"],
)
def test_a_damaged_chunk_is_named(name: str, damage: Any, message: str, tmp_path: Path) -> None:
    source = write_store(long_table(), tmp_path / name, **WRITTEN[name])
    chunk = next(source.glob("run/value/*1"))
    chunk.write_bytes(damage(chunk.read_bytes()))
    with pytest.raises(PackagerError, match=f"run/value, points {CHUNK_POINTS} to .*{message}"):
        convert(source, tmp_path / "b.nc")
    assert not (tmp_path / "b.nc").exists()
