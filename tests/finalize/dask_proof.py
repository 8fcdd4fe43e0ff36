"""The proof for clusters: many runs on a Dask LocalCluster, and a worker that is killed midway.

Usage: python -m tests.finalize.dask_proof --runs 200
"""

import argparse
import os
import signal
import tempfile
import zipfile
from pathlib import Path
from uuid import UUID

from distributed import LocalCluster

from prov4ml_packager.cli.main import run
from prov4ml_packager.crate import CrateOptions, build_crate
from prov4ml_packager.finalize import is_current
from prov4ml_packager.finalize_many import FinalizeTask, finalize_many
from prov4ml_packager.reader import read_run
from prov4ml_packager.stores import open_store
from prov4ml_packager.task_runner import Failure

from ..reader.raw_writer import small_run


def small_runs(folder: Path, count: int) -> list[Path]:
    """Write runs that differ in their identity."""
    return [
        small_run(folder / f"small_{number}", run_id=str(number), uuid=str(UUID(int=number, version=4)))
        for number in range(count)
    ]


def prove(runs: int, folder: Path) -> tuple[int, int, int]:
    """Finalize runs, kill a worker after a fifth of them, check every result, and put all into a crate.

    Returns:
        how many runs were finalized, how many outcomes were given, and how many runs are in the crate.
    """
    directories = small_runs(folder, runs)
    outcomes: list[Path] = []
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, scheduler_port=0
    ) as cluster:
        victim = next(iter(cluster.workers.values())).pid
        tasks = [FinalizeTask(directory) for directory in directories]
        for task, outcome in finalize_many(tasks, scheduler=cluster.scheduler_address):
            assert not isinstance(outcome, Failure), str(outcome)
            outcomes.append(task.run)
            if len(outcomes) == max(1, runs // 5):
                os.kill(victim, signal.SIGKILL)
    assert sorted(outcomes) == sorted(directories), "an outcome is missing, or given twice"
    whole = 0
    for directory in directories:
        packaged = directory / "packaged"
        assert sorted(one.name for one in packaged.iterdir()) == [
            "metrics.csv",
            "metrics.csv-metadata.json",
            "prov.json",
        ]
        left = [one.name for one in directory.iterdir() if one.name.startswith(".")]
        if left:  # of the worker that was killed; the next packaging does not mind it
            assert all(name.startswith(".prov4ml-") for name in left)
        with open_store(packaged / "metrics.csv") as table:
            assert table.point_count > 0
        whole += 1
    return whole, len(outcomes), runs_in_crate(directories, folder / "all.zip")


def runs_in_crate(directories: list[Path], target: Path) -> int:
    """Put runs into a crate, which has to be valid; return how many are in it, each counted once."""
    ready = [read_run(directory) for directory in directories]
    assert all(is_current(record) for record in ready)
    build_crate(ready, target, CrateOptions(name="All runs", license="CC-BY-4.0"))
    assert run(["validate", str(target)]) == 0
    with zipfile.ZipFile(target) as archive:
        names = archive.namelist()
    assert len(names) == len(set(names))
    return sum(name.endswith("/metrics.csv") for name in names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        whole, outcomes, packaged = prove(runs, Path(name))
    print(f"{runs} runs, one worker killed: {whole} whole, {outcomes} outcomes, {packaged} in the crate")


if __name__ == "__main__":
    main()
