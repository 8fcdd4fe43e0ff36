"""Several processes, one run: real processes, started by hand and by a real mpirun."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

import prov4ml
from prov4ml.directory import claim_run_directory
from tests.logger.raw import only, points

WORKER = """
import os, prov4ml
options = dict(prov_save_path={path!r}, collect_all_processes={collect}, disable_codecarbon=True)
with prov4ml.start_run("job", **options):
    rank = int(os.environ["{rank_name}"])
    for step in range(5):
        prov4ml.log_metric("loss", rank + step, prov4ml.Context.TRAINING, step)
"""


def environment(**variables: str) -> dict[str, str]:
    return {**os.environ, **variables}


def start_ranks(
    tmp_path: Path, body: str, ranks: Sequence[int], **variables: str
) -> list[subprocess.Popen[str]]:
    script = tmp_path / "worker.py"
    script.write_text(body)
    return [
        subprocess.Popen(
            [sys.executable, script],
            env=environment(RANK=str(rank), WORLD_SIZE="4", **variables),
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for rank in ranks
    ]


def finish(processes: Sequence[subprocess.Popen[str]]) -> list[str]:
    return [process.communicate(timeout=60)[1] for process in processes]


def run_directories(save_path: Path) -> list[Path]:
    return sorted(entry for entry in save_path.iterdir() if not entry.name.startswith("."))


def check_four_ranks(directory: Path) -> None:
    assert sorted(entry.name for entry in directory.iterdir() if entry.name.startswith("rank_")) == [
        "rank_0",
        "rank_1",
        "rank_2",
        "rank_3",
    ]
    for rank in range(4):
        logged = points(directory / f"rank_{rank}")["TRAINING", "loss", None]
        assert [point.value for point in logged] == [rank + step for step in range(5)]
        assert only(directory / f"rank_{rank}", "rank_start")["rank"] == rank
    # One of them, and only one, was the one to package.
    assert [entry.name for entry in directory.iterdir() if entry.name.startswith(".packaging")] == [
        ".packaging-4"
    ]


def test_the_ranks_of_a_job_that_start_at_once_share_one_run(tmp_path: Path) -> None:
    save_path = tmp_path / "prov"
    body = WORKER.format(path=str(save_path), collect=True, rank_name="RANK")
    for job in ("first", "second"):
        finish(start_ranks(tmp_path, body, range(4), TORCHELASTIC_RUN_ID=job))
    first, second = run_directories(save_path)
    check_four_ranks(first)
    check_four_ranks(second)
    assert not list((save_path / ".ranks").iterdir())


def test_without_collect_all_processes_only_rank_0_records(tmp_path: Path) -> None:
    save_path = tmp_path / "prov"
    body = WORKER.format(path=str(save_path), collect=False, rank_name="RANK")
    errors = finish(start_ranks(tmp_path, body, range(4), TORCHELASTIC_RUN_ID="job"))
    (directory,) = run_directories(save_path)
    assert [entry.name for entry in directory.iterdir() if entry.name.startswith("rank_")] == ["rank_0"]
    assert errors == ["", "", "", ""]


def test_two_jobs_on_one_port_are_two_runs_although_the_first_was_killed(tmp_path: Path) -> None:
    save_path = tmp_path / "prov"
    address = {"MASTER_ADDR": "localhost", "MASTER_PORT": "29500"}
    endless = WORKER.format(path=str(save_path), collect=True, rank_name="RANK") + (
        "    print('ready', flush=True)\n    import time; time.sleep(60)\n"
    )
    killed = start_ranks(tmp_path, endless, range(4), **address)
    for process in killed:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGKILL)
    finish(killed)
    body = WORKER.format(path=str(save_path), collect=True, rank_name="RANK")
    finish(start_ranks(tmp_path, body, range(4), **address))
    first, second = run_directories(save_path)
    assert sum(1 for entry in first.iterdir() if entry.name.startswith("rank_")) == 4
    check_four_ranks(second)


def test_a_rank_that_never_ends_leaves_the_command_to_finish(tmp_path: Path) -> None:
    save_path = tmp_path / "prov"
    body = WORKER.format(path=str(save_path), collect=True, rank_name="RANK")
    errors = finish(start_ranks(tmp_path, body, [0, 1, 2], TORCHELASTIC_RUN_ID="job"))
    (directory,) = run_directories(save_path)
    assert f"If one never ends: prov4ml-pack finalize {directory}" in errors[0]
    assert errors[1:] == ["", ""]
    assert not [entry for entry in directory.iterdir() if entry.name.startswith(".packaging")]


def test_a_second_claimant_of_a_rank_warns_and_takes_the_next_number(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = prov4ml.start_run(
        "e", prov_save_path=tmp_path, collect_all_processes=True, use_run_id="shared", disable_codecarbon=True
    )
    assert first.get_run_dir() == str(tmp_path / "e_shared")
    (tmp_path / "e_shared" / "rank_1").mkdir()
    description = json.loads((tmp_path / "e_shared" / "run.json").read_text())
    prov4ml.end_run()

    (tmp_path / "other" / "e_0" / "rank_0").mkdir(parents=True)
    place = claim_run_directory(tmp_path / "other", description, 0, identity=None, run_id=None)
    assert place.path.name == "e_1"
    assert place.rank == 0


def test_a_run_id_that_is_taken_gives_the_next_free_number(tmp_path: Path) -> None:
    for expected in ("e_7", "e_8"):
        prov4ml.start_run("e", prov_save_path=tmp_path, use_run_id=7, disable_codecarbon=True)
        assert prov4ml.get_run_dir() == str(tmp_path / expected)
        prov4ml.end_run()


def test_processes_that_start_at_the_same_instant_get_different_runs(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import prov4ml, sys, time\n"
        "time.sleep(max(0, float(sys.argv[1]) - time.time()))\n"
        f"prov4ml.start_run('e', prov_save_path={str(tmp_path / 'prov')!r}, disable_codecarbon=True)\n"
        "prov4ml.log_metric('m', 1)\nprov4ml.end_run()\n"
    )
    instant = str(time.time() + 1.0)
    processes = [subprocess.Popen([sys.executable, script, instant]) for _ in range(8)]
    assert [process.wait(timeout=60) for process in processes] == [0] * 8
    assert [entry.name for entry in run_directories(tmp_path / "prov")] == [
        f"e_{number}" for number in range(8)
    ]


@pytest.mark.system("mpirun")
@pytest.mark.parametrize(
    "variables", [{}, {"SLURM_PROCID": "0", "SLURM_JOB_ID": "1"}], ids=["plain", "in-slurm-batch"]
)
@pytest.mark.parametrize("collect", [True, False])
def test_four_processes_under_mpirun(tmp_path: Path, collect: bool, variables: dict[str, str]) -> None:
    save_path = tmp_path / "prov"
    script = tmp_path / "worker.py"
    script.write_text(WORKER.format(path=str(save_path), collect=collect, rank_name="OMPI_COMM_WORLD_RANK"))
    command = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-np", "4", sys.executable, str(script)]
    completed = subprocess.run(
        command, env=environment(**variables), capture_output=True, text=True, timeout=120
    )
    assert completed.returncode == 0, completed.stderr
    (directory,) = run_directories(save_path)
    if collect:
        check_four_ranks(directory)
    else:
        assert [entry.name for entry in directory.iterdir() if entry.name.startswith("rank_")] == ["rank_0"]
        assert len(points(directory / "rank_0")["TRAINING", "loss", None]) == 5
