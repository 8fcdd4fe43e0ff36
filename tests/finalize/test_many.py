"""Many runs at a time: on the cores of this machine, and on a cluster that loses a worker."""

import shutil
from pathlib import Path

import pytest
from distributed import LocalCluster

from prov4ml_packager.cli.main import run
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.finalize_many import FinalizeTask, finalize_many

from ..reader.raw_writer import small_run
from .dask_proof import prove, small_runs


def test_on_two_cores(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = small_run(tmp_path / "first_0")
    second = shutil.copytree(first, tmp_path / "second_1")
    assert run(["finalize", str(first), str(second), "--jobs", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sorted(lines) == sorted(
        f"{directory}/packaged/{name}"
        for directory in (first, second)
        for name in ("prov.json", "metrics.csv")
    )


def test_one_that_fails_does_not_stop_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = small_run(tmp_path / "first_0")
    assert run(["finalize", str(tmp_path / "nowhere"), str(first)]) == 2
    done = capsys.readouterr()
    assert f"{first}/packaged/prov.json" in done.out
    assert done.err.splitlines()[-1] == "prov4ml-pack: error: 1 of 2 runs could not be finalized"
    assert str(tmp_path / "nowhere") in done.err


@pytest.mark.slow_proof
@pytest.mark.filterwarnings("ignore")  # of distributed and tornado, when a worker dies
def test_a_cluster_that_loses_a_worker(tmp_path: Path) -> None:
    assert prove(16, tmp_path) == (16, 16, 16)


@pytest.mark.filterwarnings("ignore")  # of distributed and tornado
def test_a_crate_of_runs_that_a_cluster_finalizes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = small_runs(tmp_path / "runs", 3)
    monkeypatch.chdir(tmp_path)
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, scheduler_port=0
    ) as cluster:
        assert run(["crate", "runs", "-o", "all.zip", "--scheduler", cluster.scheduler_address]) == 0
    assert capsys.readouterr().out == "all.zip\n"
    assert all((directory / "packaged/prov.json").is_file() for directory in runs)
    assert run(["validate", "all.zip"]) == 0


def test_a_scheduler_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PackagerError, match="no-such-scheme://x: no Dask scheduler answers"):
        list(finalize_many([FinalizeTask(tmp_path)], scheduler="no-such-scheme://x"))
