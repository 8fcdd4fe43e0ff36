"""A file of points looked at in two halves finds what one pass finds."""

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prov4ml_packager.reader import points, read_run
from prov4ml_packager.reader.points import RECORD_DTYPE
from prov4ml_packager.reader.record_scan import RecordScan

from .raw_writer import RawRank, make_run

SERIES = 4


def scanned(records: np.ndarray, first: int, size: int) -> RecordScan:
    found = RecordScan(SERIES, first, 10, 90)
    for start in range(0, len(records), size):
        part = records[start : start + size]
        found.add(
            part, np.where(part["series"] == 9, -1, part["series"].astype(np.int32) - 1).astype(np.int32)
        )
    return found


@settings(max_examples=300)
@given(
    runs=st.lists(st.tuples(st.sampled_from([1, 2, 3, 4, 4, 0, 9]), st.integers(1, 4)), max_size=8),
    sizes=st.tuples(st.integers(1, 10), st.integers(1, 10)),
    cut=st.integers(0, 32),
    data=st.data(),
)
def test_two_halves_find_what_one_pass_finds(
    runs: list[tuple[int, int]], sizes: tuple[int, int], cut: int, data: st.DataObject
) -> None:
    numbers = [number for number, count in runs for _ in range(count)]
    records = np.zeros(len(numbers), RECORD_DTYPE)
    records["series"] = numbers
    records["time"] = data.draw(st.lists(st.integers(0, 100), min_size=len(numbers), max_size=len(numbers)))
    whole = scanned(records, 0, len(records) or 1)
    cut = min(cut, len(records))
    half = scanned(records[:cut], 0, sizes[0])
    half.append(scanned(records[cut:], cut, sizes[1]))
    assert (half.records, half.zeros, half.undeclared) == (whole.records, whole.zeros, whole.undeclared)
    for name in ("counts", "first_time", "last_time"):
        np.testing.assert_array_equal(getattr(half, name), getattr(whole, name))
    assert (half.runs is None) == (whole.runs is None)
    if half.runs is not None and whole.runs is not None:
        np.testing.assert_array_equal(half.runs.starts, whole.runs.starts)
    expected = {
        number: [index for index, one in enumerate(numbers) if one == number]
        for number in range(1, SERIES + 1)
    }
    together = all(places == list(range(places[0], places[-1] + 1)) for places in expected.values() if places)
    assert (whole.runs is not None) == (together and not {0, 9} & set(numbers))
    assert whole.counts.tolist() == [len(places) for places in expected.values()]


@pytest.mark.parametrize("halves", [True, False])
def test_a_run_is_read_the_same(halves: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points, "_WORTH_TWO", 1 if halves else 1 << 40)
    run = make_run(tmp_path / "run")
    rank = RawRank(run, 0)
    for number in (1, 2):
        rank.series(number, f"m{number}")
    rank.raw_points(b"".join(struct.pack("<IIqqd", 1 + k % 2, 0, k, 10**18 + k, k / 3) for k in range(1001)))
    series = read_run(run).metrics.series
    assert [one.points()["step"].tolist() for one in series] == [
        list(range(0, 1001, 2)),
        list(range(1, 1001, 2)),
    ]


def test_a_series_without_points_is_empty_where_there_is_no_file(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    RawRank(run, 0).series(1, "m")
    assert not (run / "rank_0/metrics.bin").exists()
    (series,) = read_run(run).metrics.series
    assert len(series.points()) == 0
