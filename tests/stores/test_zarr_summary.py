"""What is read of a Zarr store without zarr is what zarr reads; all else is left to it."""

import math
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import numcodecs
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prov4ml_packager.blosc_chunk import decode_blosc
from prov4ml_packager.metric_table import (
    CHUNK_POINTS,
    POINT_DTYPE,
    MetricTable,
    series_from_points,
    sorted_table,
)
from prov4ml_packager.stores import open_store, write_store
from prov4ml_packager.zarr_summary import NotPlain, summarize_zarr
from prov4ml_validators.store_reader import SeriesSummary


def table(*counts: int) -> MetricTable:
    random = np.random.default_rng(1)
    series = []
    for number, count in enumerate(counts):
        points = np.zeros(count, POINT_DTYPE)
        points["value"] = random.normal(size=count)
        if count:
            points["value"][-1] = (math.nan, math.inf, -0.0, 5e-324)[number % 4]
        context = (None, "TRAINING", "é\ud800/x")[number % 3]
        source = "\x00a" if number % 2 else None
        series.append(
            series_from_points(points, metric=f"m{number}\r\n", context=context, source=source, rank=number)
        )
    return sorted_table(series)


def expected(path: Path) -> list[SeriesSummary]:
    with open_store(path) as store:
        return [
            SeriesSummary(
                one.context, one.metric, one.source, one.rank, one.count,
                float(one.points()["value"][-1]) if one.count else None,
            )
            for one in store.series
        ]  # fmt: skip


def shown(found: list[SeriesSummary]) -> list[str]:
    return sorted(repr(one) for one in found)  # NaN, and the sign of zero, show in their text


@pytest.mark.parametrize("name", ["s.zarr", "s.zarr.zip"])
@pytest.mark.parametrize(
    "counts", [(), (0,), (1,), (3, 0, 5, 1, 2, 0, 7), (CHUNK_POINTS + 5, 2, CHUNK_POINTS)]
)
def test_a_store_as_we_write_it(tmp_path: Path, name: str, counts: tuple[int, ...]) -> None:
    path = write_store(table(*counts), tmp_path / name)
    assert shown(summarize_zarr(path)) == shown(expected(path))
    assert len(expected(path)) == len(counts)


@pytest.mark.parametrize(
    ("options", "is_plain"),
    [
        ({"codec": "zstd"}, True), ({"codec": "none"}, None),
        ({"codec": "lz4"}, False), ({"codec": "zlib"}, False),
        ({"zarr_format": 2}, False), ({"sharded": True}, None),
    ],
)  # fmt: skip
def test_a_store_in_another_form(tmp_path: Path, options: dict[str, Any], is_plain: bool | None) -> None:
    path = write_store(table(CHUNK_POINTS * 2, 3), tmp_path / "s.zarr", **options)
    try:
        found = summarize_zarr(path)
    except NotPlain:
        assert is_plain is not True
    else:
        assert is_plain is not False
        assert shown(found) == shown(expected(path))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_is_noticed(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "s.zarr"
    if not path.exists():
        write_store(table(4, 2, 9), path)
    good = shown(expected(path))
    files = sorted(one for one in path.rglob("c*") if one.is_file())
    file = data.draw(st.sampled_from(files))
    original = file.read_bytes()
    place = data.draw(st.integers(0, len(original) - 1))
    changed = bytearray(original)
    changed[place] ^= data.draw(st.integers(1, 255))
    kept = data.draw(st.sampled_from([len(original), place]))
    file.write_bytes(changed[:kept])
    try:
        found = shown(summarize_zarr(path))
    except NotPlain:
        pass
    else:
        # The chunks of step, time and unit are only counted.
        assert file.parent.name in ("step", "time")
        assert found == good
    finally:
        file.write_bytes(original)


@pytest.mark.parametrize(
    "lost", ["T/value/c.0", "T/time/c.0", "T/rank/zarr.json", "zarr.json", "T/zarr.json"]
)
def test_what_is_missing_is_noticed(tmp_path: Path, lost: str) -> None:
    one = series_from_points(np.zeros(3, POINT_DTYPE), metric="m", context="T")
    path = write_store(sorted_table([one]), tmp_path / "s.zarr")
    (path / lost).unlink()
    with pytest.raises(NotPlain):
        summarize_zarr(path)


def test_a_group_that_is_gone_is_noticed(tmp_path: Path) -> None:
    one = series_from_points(np.zeros(3, POINT_DTYPE), metric="m", context="T")
    path = write_store(sorted_table([one]), tmp_path / "s.zarr")
    shutil.rmtree(path / "T")
    with pytest.raises(NotPlain):
        summarize_zarr(path)


def test_what_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK")
    (tmp_path / "d").mkdir()
    for path in (tmp_path / "x.zip", tmp_path / "d", tmp_path / "absent"):
        with pytest.raises(NotPlain):
            summarize_zarr(path)


@pytest.mark.parametrize("block", [0, 256, 1024, 1 << 16])
@pytest.mark.parametrize("shuffle", [numcodecs.Blosc.NOSHUFFLE, numcodecs.Blosc.SHUFFLE])
@pytest.mark.parametrize("size", [1, 7, 8, 127, 2048, 2049, 100_001])
@pytest.mark.parametrize("kind", ["u1", "<i4", "<f8"])
def test_blosc_as_the_library_writes_it(kind: str, size: int, shuffle: int, block: int) -> None:
    numbers = (np.random.default_rng(size).normal(size=size) * 3).astype(kind)
    chunk = bytes(numcodecs.Blosc("zstd", 5, shuffle, block).encode(numbers))
    assert decode_blosc(chunk, numbers.nbytes) == numbers.tobytes()
    for wrong in (chunk[:-1], chunk[:10], b"", chunk + b"\0"):
        with pytest.raises(ValueError, match=r"."):
            decode_blosc(wrong, numbers.nbytes)
    with pytest.raises(ValueError, match="contradicts"):
        decode_blosc(chunk, numbers.nbytes + 1)


@pytest.mark.parametrize(("codec", "shuffle"), [("lz4", 1), ("zlib", 1), ("blosclz", 1), ("zstd", 2)])
def test_other_blosc_is_left_to_the_library(codec: str, shuffle: int) -> None:
    numbers = np.arange(10_000, dtype="<i8")
    chunk = bytes(numcodecs.Blosc(codec, 5, shuffle).encode(numbers))
    with pytest.raises(ValueError, match="neither"):
        decode_blosc(chunk, numbers.nbytes)


@settings(max_examples=200)
@given(data=st.data())
def test_damaged_blosc_is_an_error_or_other_bytes(data: st.DataObject) -> None:
    numbers = np.arange(700, dtype="<i8")
    chunk = bytearray(numcodecs.Blosc("zstd", 5, 1, data.draw(st.sampled_from([0, 1024]))).encode(numbers))
    for _ in range(data.draw(st.integers(1, 3))):
        chunk[data.draw(st.integers(0, len(chunk) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ValueError):
        assert len(decode_blosc(bytes(chunk), numbers.nbytes)) == numbers.nbytes


def test_a_store_that_is_not_plain_is_read_all_the_same(tmp_path: Path) -> None:
    from prov4ml_packager.store_summaries import MetricStoreReader

    path = write_store(table(3, 2), tmp_path / "s.zarr", zarr_format=2)
    assert shown(list(MetricStoreReader().summary(path))) == shown(expected(path))
    (path / "TRAINING/value/0").unlink()
    with pytest.raises(ValueError, match=r"s\.zarr"):
        list(MetricStoreReader().summary(path))
