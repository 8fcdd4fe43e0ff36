"""Points that lie mixed in a run's file reach the chunks of a store in one pass, and in the right places."""

import struct
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prov4ml_packager.errors import PackagerError
from prov4ml_packager.metric_table import POINT_DTYPE, JoinedPoints, MetricTable, series_from_points
from prov4ml_packager.reader import points as reader_points
from prov4ml_packager.reader import read_run
from prov4ml_packager.stores import chunk_points, open_store, write_store
from prov4ml_packager.stores.chunk_points import ChunkFiller, GroupCutter

from ..reader.raw_writer import RawRank, make_run


def mixed_run(folder: Path, ranks: list[list[int]], series: int = 5) -> Path:
    """Write a run in which each rank logs the given series in turn, each point with its number as step."""
    run = make_run(folder / "run", world_size=len(ranks), collect_all_processes=True)
    for number, logged in enumerate(ranks):
        rank = RawRank(run, number)
        for one in range(1, series + 1):
            rank.series(one, f"m{one}")
        rank.raw_points(b"".join(struct.pack("<IIqqd", s, 0, k, 7 * k, s / 3) for k, s in enumerate(logged)))
    return run


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    ranks=st.lists(st.lists(st.integers(0, 6), max_size=60), min_size=1, max_size=3),
    length=st.integers(1, 20),
    block=st.integers(1, 20),
    side_by_side=st.integers(1, 8),
    skipped=st.sets(st.integers(0, 10)),
    in_memory=st.integers(0, 9),
)
def test_chunks_hold_what_the_series_hold(
    tmp_path_factory: pytest.TempPathFactory,
    ranks: list[list[int]],
    length: int,
    block: int,
    side_by_side: int,
    skipped: set[int],
    in_memory: int,
) -> None:
    run = mixed_run(tmp_path_factory.mktemp("x"), ranks)
    with (
        patch.object(reader_points, "CHUNK_RECORDS", block),
        patch.object(chunk_points, "_SIDE_BY_SIDE", side_by_side),
    ):
        in_memory_points = np.arange(3 * in_memory, dtype=np.int64).view(POINT_DTYPE)
        series = [
            series_from_points(in_memory_points, metric="a"),
            *read_run(run, memory_points=0).metrics.series,
        ]
        joined = {"even": JoinedPoints(series[::2]), "odd": JoinedPoints(series[1::2])}
        lengths = {"even": length, "odd": length + 1}
        groups = [
            GroupCutter(key, joined[key], lengths[key], skipped.__contains__, []) for key in ("even", "odd")
        ]
        expected = {key: points.read(0, points.count) for key, points in joined.items()}
        chunks = list(ChunkFiller(groups).chunks())
    found = {(chunk.group, chunk.number): chunk for chunk in chunks}
    assert len(found) == len(chunks)
    for key, length in lengths.items():
        numbers = {number for group, number in found if group == key}
        assert numbers == set(range(-(-len(expected[key]) // length))) - skipped
    for (key, number), chunk in found.items():
        length = lengths[key]
        part = expected[key][number * length : (number + 1) * length]
        assert chunk.count == len(part)
        for name, column in chunk.columns.items():
            assert column[: len(part)].tobytes() == np.ascontiguousarray(part[name]).tobytes()
            assert len(column) == length
            assert not column[len(part) :].any()


@pytest.mark.parametrize("name", ["x.zarr", "x.nc"])
def test_all_contexts_of_a_run_are_read_in_one_pass(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prov4ml_packager.stores.netcdf_store.store.CHUNK_POINTS", 7)
    monkeypatch.setattr("prov4ml_packager.stores.zarr_store.writer.CHUNK_POINTS", 7)
    monkeypatch.setattr("prov4ml_packager.stores.netcdf_store.hdf5_chunks.CHUNK_POINTS", 7)
    run = make_run(tmp_path / "run")
    rank = RawRank(run, 0)
    contexts = [None, "A", "B", "C"]
    for number, context in enumerate(contexts, start=1):
        if context is not None:
            rank.event("context", name=context, parent=None)
        rank.series(number, "m", context=context)
    rank.raw_points(b"".join(struct.pack("<IIqqd", 1 + k % 4, 0, k, 7 * k, k / 3) for k in range(100)))
    table = read_run(run, memory_points=0).metrics
    passes: list[list[int]] = []
    blocks = reader_points.RankPoints.blocks

    def counted(self: reader_points.RankPoints, numbers: list[int]) -> object:
        passes.append(numbers)
        return blocks(self, numbers)

    monkeypatch.setattr(reader_points.RankPoints, "blocks", counted)
    path = write_store(table, tmp_path / name)
    assert [len(one) for one in passes] == [4]
    with open_store(path) as store:
        steps = {one.context: one.points()["step"].tolist() for one in store.series}
    assert steps == {context: list(range(number, 100, 4)) for number, context in enumerate(contexts)}


def test_a_store_of_mixed_series_takes_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = read_run(mixed_run(tmp_path, [[1, 2, 3, 4, 5] * 50 + [2, 2, 3]]), memory_points=0).metrics
    written: list[int] = []
    monkeypatch.setattr("prov4ml_packager.reader.scratch.ScratchFile.write", lambda *_: written.append(1))
    path = write_store(table, tmp_path / "x.zarr")
    assert written == []
    with open_store(path) as store:
        assert [one.points()["value"].tolist() for one in store.series] == [
            [one / 3] * count for one, count in ((1, 50), (2, 52), (3, 51), (4, 50), (5, 50))
        ]


def test_a_run_that_shrinks_while_its_store_is_written(tmp_path: Path) -> None:
    run = mixed_run(tmp_path, [[1, 2] * 50])
    table = read_run(run, memory_points=0).metrics
    path = run / "rank_0/metrics.bin"
    path.write_bytes(path.read_bytes()[:-64])
    with pytest.raises(PackagerError, match="became shorter while it was read"):
        write_store(table, tmp_path / "x.zarr")
    assert not (tmp_path / "x.zarr").exists()


def test_nan_that_a_csv_cannot_hold_are_noted_before_anything_is_written(tmp_path: Path) -> None:
    values = np.zeros(4, POINT_DTYPE)
    values["value"] = np.array(
        [0x7FF8000000000000, 0xFFF8000000000000, 0x7FF8000000000001, 1], np.uint64
    ).view(float)
    table = MetricTable((series_from_points(values, metric="x"),))
    path = tmp_path / "x.csv"
    notes: list[tuple[str, list[Path]]] = []
    write_store(table, path, note=lambda text: notes.append((text, list(tmp_path.iterdir()))))
    assert notes == [("a CSV has one NaN: the sign and payload of 2 of them are not kept", [])]
    with open_store(path) as read:
        notes.clear()
        write_store(read, tmp_path / "again.csv", note=lambda text: notes.append((text, [])))
    assert notes == []


@pytest.mark.parametrize("name", ["x.zarr", "x.nc"])
def test_nan_of_a_long_store_are_noted_too(tmp_path: Path, name: str) -> None:
    values = np.zeros(1 << 15, POINT_DTYPE)
    values["value"][20_000:20_003] = np.array([0xFFF8000000000000] * 3, np.uint64).view(float)
    store = write_store(MetricTable((series_from_points(values, metric="x"),)), tmp_path / name)
    notes: list[str] = []
    with open_store(store) as table:
        write_store(table, tmp_path / "x.csv", note=notes.append)
    assert notes == ["a CSV has one NaN: the sign and payload of 3 of them are not kept"]


def test_nan_of_an_interrupted_csv_are_noted_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prov4ml_packager.stores.csv_store.writer._CHUNK_ROWS", 2)
    values = np.zeros(6, POINT_DTYPE)
    values["value"] = np.array([0xFFF8000000000000] * 6, np.uint64).view(float)
    table = MetricTable((series_from_points(values, metric="x"),))
    written: list[int] = []

    def stop(points: int) -> None:
        written.append(points)
        if sum(written) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_store(table, tmp_path / "x.csv", kept=tmp_path / "kept", progress=stop)
    notes: list[str] = []
    write_store(table, tmp_path / "x.csv", kept=tmp_path / "kept", note=notes.append)
    assert notes == ["a CSV has one NaN: the sign and payload of 6 of them are not kept"]
