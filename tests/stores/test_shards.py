"""More chunks than one: shards that other programs read, and stores that say so before they are written."""

from pathlib import Path

import numpy as np
import pytest
import xarray

from prov4ml_packager.errors import PackagerError
from prov4ml_packager.metric_table import CHUNK_POINTS, POINT_DTYPE, MetricTable, series_from_points
from prov4ml_packager.stores import open_store, write_store
from prov4ml_packager.stores.zarr_store.codecs import PointCodec


@pytest.fixture(scope="module")
def long_table() -> MetricTable:
    """Two chunks and a bit."""
    points = np.zeros(2 * CHUNK_POINTS + 7, POINT_DTYPE)
    points["step"] = np.arange(len(points))
    points["time"] = 1_795_000_000_123_456_789 + points["step"] * 1_000_003
    points["value"] = np.sin(points["step"])
    return MetricTable((series_from_points(points, metric="loss", context="TRAINING"),))


def test_a_sharded_store_is_a_file_a_variable(tmp_path: Path, long_table: MetricTable) -> None:
    path = write_store(long_table, tmp_path / "m.zarr", sharded=True)
    assert sorted(one.name for one in (path / "TRAINING/value").iterdir()) == ["c.0", "zarr.json"]
    plain = write_store(long_table, tmp_path / "p.zarr")
    assert len(list((plain / "TRAINING/value").iterdir())) == 4
    expected = long_table.series[0].points()
    with xarray.open_datatree(path, engine="zarr") as tree:
        assert tree["TRAINING"]["value"].values.tobytes() == expected["value"].tobytes()
    for store in (path, plain):
        with open_store(store) as table:
            assert table.series[0].points().tobytes() == expected.tobytes()


def test_a_flipped_bit_in_a_shard_is_met(tmp_path: Path, long_table: MetricTable) -> None:
    path = write_store(long_table, tmp_path / "m.zarr", sharded=True)
    shard = path / "TRAINING/value/c.0"
    content = bytearray(shard.read_bytes())
    content[100] ^= 1
    shard.write_bytes(content)
    with open_store(path) as table:
        table.series[0].read(CHUNK_POINTS, CHUNK_POINTS + 5)
        with pytest.raises(PackagerError, match=r"TRAINING/value, points 0 to 262144: is damaged"):
            table.series[0].read(0, 5)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("m.zarr", {"sharded": True, "zarr_format": 2}, "Zarr format 2 has no shards; use format 3"),
        ("m.nc", {"sharded": True}, "a netcdf store has no shards; it is one file"),
        ("m.nc", {"codec": "lz4"}, "unknown codec 'lz4' for NetCDF-4; use one of zlib, none"),
        ("m.nc", {"level": 10}, "level 10 is not between 0 and 9"),
        ("m.zarr", {"level": -1}, "level -1 is not between 0 and 9"),
        ("m.csv", {"codec": "zstd"}, "the name says none and the codec zstd; end the name of a CSV in .gz"),
        ("m.csv.gz", {"level": 10}, "level 10 is not between 0 and 9 (gzip)"),
        ("m.csv", {"level": 3}, "there is a level, 3, and no compression; end the name of a CSV in .gz for"),
        ("m.csv", {"separator": "ab"}, "'ab' cannot separate the fields of a CSV"),
    ],
)
def test_what_a_store_cannot_be(
    tmp_path: Path, name: str, options: dict[str, object], message: str, small_table: MetricTable
) -> None:
    with pytest.raises(PackagerError) as caught:
        write_store(small_table, tmp_path / name, **options)  # type: ignore[arg-type]
    assert message in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_small_store_is_compressed_hard_and_a_large_one_fast() -> None:
    assert PointCodec.choose(None, None, CHUNK_POINTS) == PointCodec("zstd", 9)
    assert PointCodec.choose("lz4", None, CHUNK_POINTS + 1) == PointCodec("lz4", 3)
    assert PointCodec.choose("none", 5, 0) == PointCodec("none", 5)
