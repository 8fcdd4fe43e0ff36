"""The partition of points: in memory, on disk and the plain definition give the same."""

import gc
import json
import struct
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prov4ml_packager.errors import PackagerError
from prov4ml_packager.reader import points, read_run

from .raw_writer import T0, RawRank, make_run

LOGGED = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.integers(-(2**63), 2**63 - 1),
        st.integers(-(2**63), 2**63 - 1),
        st.integers(0, 2**64 - 1),
    ),
    max_size=60,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(ranks=st.lists(LOGGED, min_size=1, max_size=3), chunk=st.integers(1, 20))
def test_memory_and_disk_agree_with_the_definition(
    tmp_path_factory: pytest.TempPathFactory, ranks: list[list[tuple[int, int, int, int]]], chunk: int
) -> None:
    run = make_run(tmp_path_factory.mktemp("x") / "run", world_size=len(ranks), collect_all_processes=True)
    for number, logged in enumerate(ranks):
        rank = RawRank(run, number)
        for series in range(1, 6):
            rank.series(series, f"m{series}")
        rank.raw_points(b"".join(struct.pack("<IIqqQ", s, 0, *rest) for s, *rest in logged))
    with patch.object(points, "CHUNK_RECORDS", chunk):
        for memory_points in (10**9, 0):
            table = read_run(run, memory_points=memory_points).metrics
            assert len(table.series) == 5 * len(ranks)
            for series in table.series:
                expected = [p[1:] for p in ranks[series.rank] if f"m{p[0]}" == series.metric]
                read = [part for piece in series.chunks(7) for part in piece]
                bits = [
                    (int(p["step"]), int(p["time"]), struct.unpack("<Q", p["value"].tobytes())[0])
                    for p in read
                ]
                assert bits == expected


def test_the_temporary_file_goes_with_the_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", None)
    run = make_run(tmp_path / "run")
    rank = RawRank(run)
    rank.series(1, "x")
    rank.point(1, 0, 1.0)
    record = read_run(run, memory_points=0)
    assert record.metrics.series[0].points()["value"].tolist() == [1.0]
    del record
    gc.collect()
    assert list(scratch.iterdir()) == []


def test_a_run_that_is_still_written_to(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run)
    rank.series(1, "x")
    rank.point(1, 0, 1.0)
    table = read_run(run).metrics
    rank.point(1, 1, 2.0)
    assert table.series[0].points()["value"].tolist() == [1.0]


def test_a_file_that_shrinks_is_an_error(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run)
    rank.series(1, "x")
    rank.point(1, 0, 1.0)
    table = read_run(run).metrics
    rank.metrics.write_bytes(b"")
    with pytest.raises(PackagerError, match="became shorter while it was read; run the command again"):
        table.series[0].points()


def test_many_series_are_partitioned_in_linear_time(tmp_path: Path) -> None:
    series, rounds = 10_000, 20
    run = make_run(tmp_path / "run")
    rank = RawRank(run)

    rank.raw(
        b"".join(
            json.dumps({"event": "series", "time": T0, "number": n, "key": f"m{n}", "context": None}).encode()
            + b"\n"
            for n in range(1, series + 1)
        )
    )
    rank.raw_points(
        b"".join(
            struct.pack("<IIqqd", n, 0, r, T0, float(n)) for r in range(rounds) for n in range(1, series + 1)
        )
    )
    table = read_run(run, memory_points=0).metrics
    assert [one.count for one in table.series] == [rounds] * series
    assert all(set(one.points()["value"]) == {float(one.metric[1:])} for one in table.series[::997])
