"""Many paths in processes of their own: the order, what a killed process costs, and when there are any."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from prov4ml_validators import SeriesSummary, validate
from prov4ml_validators.batch import usable_processors, validate_all
from prov4ml_validators.report import UNREADABLE_KIND

from .conftest import good_events, good_run, write_run

STORE = "metrics.zarr"


class ProcessOfReader:
    """Writes down which process reads a store."""

    def summary(self, path: Path) -> Iterator[SeriesSummary]:
        (path / "reader").write_text(str(os.getpid()))
        return iter(())


class KillingReader:
    """Has the process that reads one certain store killed, as the system does when memory is short."""

    def summary(self, path: Path) -> Iterator[SeriesSummary]:
        if "deadly" in path.parts:
            os.kill(os.getpid(), signal.SIGKILL)
        return iter(())


def runs(tmp_path: Path, *names: str) -> list[Path]:
    paths = [write_run(tmp_path / name, good_run(), good_events(), b"") for name in names]
    for path in paths:
        (path / "packaged" / STORE).mkdir(parents=True)
    return paths


def readers(paths: list[Path]) -> set[int]:
    return {int((path / "packaged" / STORE / "reader").read_text()) for path in paths}


def test_little_is_checked_in_this_process_and_much_in_others(tmp_path: Path) -> None:
    few = runs(tmp_path / "few", "a", "b")
    many = runs(tmp_path / "many", *(str(number) for number in range(8)))
    alone = runs(tmp_path / "alone", *(str(number) for number in range(8)))
    for paths, jobs in ((few, 4), (many, 2), (alone, 1)):
        reports = list(validate_all(paths, store_reader=ProcessOfReader(), jobs=jobs))
        assert [report.path for report in reports] == [str(path) for path in paths]
    assert readers(few) == readers(alone) == {os.getpid()}
    assert os.getpid() not in readers(many)


def test_processes_find_the_same(tmp_path: Path) -> None:
    paths = runs(tmp_path, *"abcdefgh")
    (paths[3] / "run.json").write_text("{")
    (paths[5] / "run.json").write_text('{"format_version": 1}')
    reports = list(validate_all(paths, jobs=2))
    assert reports == list(validate_all(paths, jobs=1))
    assert reports[0] == validate(paths[0])
    assert not reports[5].is_valid()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a system with SIGKILL")
def test_only_the_path_whose_process_is_killed_goes_without_a_verdict(tmp_path: Path) -> None:
    names = [*"abcd", "deadly", *"efgh"]
    reports = list(validate_all(runs(tmp_path, *names), store_reader=KillingReader(), jobs=2))
    assert [Path(report.path).name for report in reports] == names
    (lost,) = [report for report in reports if report.kind == UNREADABLE_KIND]
    assert Path(lost.path).name == "deadly"
    assert lost.findings[0].message == "the process that checked it was killed"


def test_there_is_at_least_one_processor() -> None:
    assert 1 <= usable_processors() <= (os.cpu_count() or 1)
