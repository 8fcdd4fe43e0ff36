"""Points of many runs in memory: the last ones read stay, and what was dropped is read again."""

import gc
from pathlib import Path

import pytest

from prov4ml_packager.reader import points, read_run
from prov4ml_packager.reader.kept_points import KeptPoints

from .raw_writer import RawRank, make_run


class Owner:
    def __init__(self) -> None:
        self.held = True

    def forget(self) -> None:
        self.held = False


def test_the_first_ones_go_when_there_are_too_many() -> None:
    kept = KeptPoints(100)
    owners = [Owner() for _ in range(4)]
    for owner in owners:
        kept.keep(owner, 40)
    assert [owner.held for owner in owners] == [False, False, True, True]
    kept.keep(owners[2], 40)  # read again: now the last one
    fifth = Owner()
    kept.keep(fifth, 40)
    assert [owner.held for owner in (*owners[2:], fifth)] == [True, False, True]


def test_one_alone_may_be_larger_and_who_is_gone_does_not_count() -> None:
    kept = KeptPoints(100)
    large, small = Owner(), Owner()
    kept.keep(large, 1_000)
    assert large.held
    del large
    gc.collect()
    kept.keep(small, 60)
    other = Owner()
    kept.keep(other, 40)
    assert small.held
    assert other.held


def test_runs_that_were_dropped_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptPoints(1)
    monkeypatch.setattr(points, "_KEPT", kept)
    tables = []
    for number in range(3):
        run = make_run(tmp_path / f"run_{number}", run_id=str(number))
        rank = RawRank(run)
        for series in (1, 2):
            rank.series(series, f"m{series}")
        for step in range(6):  # mixed, so that they are partitioned
            rank.point(1 + step % 2, step, 10.0 * number + step)
        rank.end()
        tables.append(read_run(run).metrics)
    for _ in range(2):
        read = [[one.points()["value"].tolist() for one in table.series] for table in tables]
        assert read == [[[10.0 * n + s for s in steps] for steps in ((0, 2, 4), (1, 3, 5))] for n in range(3)]
