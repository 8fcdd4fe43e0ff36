"""The zlib streams that NetCDF-4 chunks become, read by zlib and by the NetCDF library."""

import zlib
from pathlib import Path

import netCDF4
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prov4ml_packager.errors import PackagerError
from prov4ml_packager.metric_table import CHUNK_POINTS, POINT_DTYPE, MetricTable, series_from_points
from prov4ml_packager.stores import open_store, write_store
from prov4ml_packager.stores.netcdf_store.fast_deflate import deflate_planes
from prov4ml_packager.stores.netcdf_store.fletcher import fletcher32
from prov4ml_packager.stores.netcdf_store.hdf5_chunks import encode_chunk


@settings(max_examples=50)
@given(st.lists(st.tuples(st.binary(min_size=1, max_size=64), st.integers(0, 3000)), max_size=5))
def test_zlib_reads_it(planes: list[tuple[bytes, int]]) -> None:
    whole = [piece * times for piece, times in planes]
    assert zlib.decompress(deflate_planes(whole)) == b"".join(whole)


def test_noise_is_stored_and_the_rest_deflated() -> None:
    noise = np.random.default_rng(0).bytes(1 << 18)
    stream = deflate_planes([noise, bytes(1 << 18), b"tail"])
    assert zlib.decompress(stream) == noise + bytes(1 << 18) + b"tail"
    assert len(noise) < len(stream) < len(noise) + 2_000


def test_bytes_that_are_only_frequent_come_near_the_bound_of_shannon() -> None:
    shares = np.array([0.5, 0.25, 0.125, 0.0625, 0.0625])
    plane = np.random.default_rng(0).choice(5, 1 << 18, p=shares).astype(np.uint8).tobytes()
    stream = deflate_planes([plane])
    assert zlib.decompress(stream) == plane
    # The end of a block takes a code of its own, and one of the rarest symbols a bit for it.
    assert len(stream) < 1.04 * len(plane) * -(shares @ np.log2(shares)) / 8


def test_what_repeats_is_matched() -> None:
    plane = np.random.default_rng(0).bytes(500) * 500
    assert len(deflate_planes([plane])) < len(plane) / 50


def test_a_chunk_at_the_edge_is_not_stored_to_its_end() -> None:
    values = np.zeros(1 << 18)
    values[:20_000] = np.random.default_rng(0).normal(size=20_000)
    chunk = encode_chunk(values)
    assert len(chunk) < 8 * 20_000
    shuffled = np.ascontiguousarray(values.view(np.uint8).reshape(-1, 8).T).tobytes()
    assert zlib.decompress(chunk) == shuffled + fletcher32(values)


@pytest.mark.parametrize("numbers", [[0] * 300, [0] * 299 + [1], [5] + [0] * 299, [256, 0] * 150])
def test_chunks_that_end_in_zeros(numbers: list[int]) -> None:
    values = np.array(numbers)
    shuffled = np.ascontiguousarray(values.view(np.uint8).reshape(-1, 8).T).tobytes()
    assert zlib.decompress(encode_chunk(values)) == shuffled + fletcher32(values)


def test_the_netcdf_library_reads_the_chunks(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    points = np.zeros(2 * CHUNK_POINTS + 7, POINT_DTYPE)
    points["step"] = np.arange(len(points))
    points["time"] = random.integers(-(1 << 63), (1 << 63) - 1, len(points))
    points["value"] = random.integers(0, 1 << 63, len(points)).view(np.float64)
    table = MetricTable((series_from_points(points, metric="m"),))
    paths = [write_store(table, tmp_path / name) for name in ("one.nc", "two.nc")]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with netCDF4.Dataset(paths[0]) as root:
        for name in POINT_DTYPE.names or ():
            variable = root["run"][name]
            variable.set_auto_maskandscale(False)
            assert variable[:].tobytes() == points[name].tobytes()
            assert variable.filters() == {
                "zlib": True, "szip": False, "zstd": False, "bzip2": False, "blosc": False, "shuffle": True,
                "complevel": 4, "fletcher32": True,
            }  # fmt: skip
    damaged = bytearray(paths[0].read_bytes())
    damaged[len(damaged) // 2] ^= 1
    paths[0].write_bytes(damaged)
    with open_store(paths[0]) as read, pytest.raises(PackagerError, match="is damaged"):
        read.series[0].points()
