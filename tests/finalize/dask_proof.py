"""The proof for clusters: many runs on a Dask LocalCluster, and a worker that is killed midway.

Usage: python -m tests.finalize.dask_proof --runs 200
"""

import argparse
import os
import shutil
import signal
import tempfile
from pathlib import Path

from distributed import LocalCluster

from prov4ml_packager.finalize_many import FinalizeTask, finalize_many
from prov4ml_packager.stores import open_store
from prov4ml_packager.task_runner import Failure

from ..reader.raw_writer import small_run


def prove(runs: int, folder: Path) -> tuple[int, int]:
    """Finalize copies of a run, kill a worker after a fifth of them, and check every result.

    Returns:
        how many runs were finalized, and how many outcomes were given.
    """
    first = small_run(folder / "copy_0")
    directories = [first] + [
        Path(shutil.copytree(first, folder / f"copy_{number}")) for number in range(1, runs)
    ]
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
    return whole, len(outcomes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        whole, outcomes = prove(runs, Path(name))
    print(f"{runs} runs, one worker killed: {whole} whole, {outcomes} outcomes")


if __name__ == "__main__":
    main()
