"""A disk that refuses writes: one warning, no exception, a readable run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.logger.raw import events, journal, only, points

LIMITED = """
import resource, sys
import prov4ml
prov4ml.start_run("full", prov_save_path=sys.argv[1], disable_codecarbon=True)
prov4ml.log_metric("first", 1)
size = 32 * 1000 + 17  # not a multiple of a record: the last write is torn
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
for step in range(5000):
    prov4ml.log_metric("loss", step, "TRAINING", step)
print("trained")
prov4ml.end_run()
"""


def run_limited(tmp_path: Path, body: str, folder: Path) -> subprocess.CompletedProcess[str]:
    script = tmp_path / "script.py"
    script.write_text(body)
    environment = {**os.environ, "PROV4ML_FINALIZE": "0"}
    command = [sys.executable, str(script), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)


def test_a_file_size_limit_ends_in_one_warning_and_a_readable_run(tmp_path: Path) -> None:
    completed = run_limited(tmp_path, LIMITED, tmp_path)
    assert completed.returncode == 0
    assert completed.stdout == "trained\n"
    assert completed.stderr.count("\n") == 1
    assert "cannot write (File too large); training goes on" in completed.stderr
    rank_path = tmp_path / "full_0" / "rank_0"
    assert (rank_path / "metrics.bin").stat().st_size == 32 * 1000
    logged = points(rank_path)["TRAINING", "loss", None]
    assert [point.step for point in logged] == list(range(999))
    end = only(rank_path, "run_end")
    assert (end["status"], end["points"], end["points_lost"]) == ("finished", 5001, 4001)


def test_writing_goes_on_when_there_is_room_again(tmp_path: Path) -> None:
    body = LIMITED.replace(
        'print("trained")', "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)"
    ).replace("(size, size)", "(size, resource.RLIM_INFINITY)")
    completed = run_limited(tmp_path, body, tmp_path)
    assert completed.returncode == 0
    rank_path = tmp_path / "full_0" / "rank_0"
    assert [point.step for point in points(rank_path)["TRAINING", "loss", None]] == list(range(5000))
    end = only(rank_path, "run_end")
    assert (end["points"], end["points_lost"]) == (5001, 0)


def test_the_journal_waits_for_room_too_and_keeps_its_order(tmp_path: Path) -> None:
    body = """
import resource, sys
import prov4ml
prov4ml.start_run("full", prov_save_path=sys.argv[1], disable_codecarbon=True)
from pathlib import Path
size = Path(prov4ml.get_run_dir(), "rank_0", "events.jsonl").stat().st_size + 40
resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
for number in range(20):
    prov4ml.log_param(f"p{number}", number)
    prov4ml.log_metric(f"m{number}", number)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
prov4ml.end_run()
"""
    completed = run_limited(tmp_path, body, tmp_path)
    assert completed.returncode == 0
    assert completed.stderr.count("\n") == 1
    rank_path = tmp_path / "full_0" / "rank_0"
    assert [event["key"] for event in events(rank_path, "param")] == [f"p{number}" for number in range(20)]
    assert len(points(rank_path)) == 20
    assert journal(rank_path)[-1]["event"] == "run_end"


@pytest.mark.system("mount")
def test_a_full_file_system_ends_in_one_warning_and_a_readable_run(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True, text=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"needs the right to mount a small tmpfs: {mounted.stderr.strip()}")
    try:
        body = LIMITED.replace("resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))", "").replace(
            "5000", "100000"
        )
        completed = run_limited(tmp_path, body, disk)
        assert completed.returncode == 0
        assert completed.stdout == "trained\n"
        assert completed.stderr.count("\n") == 1
        assert "cannot write (No space left on device); training goes on" in completed.stderr
        rank_path = disk / "full_0" / "rank_0"
        logged = points(rank_path)["TRAINING", "loss", None]
        assert 10_000 < len(logged) < 100_000
        assert [point.step for point in logged] == list(range(len(logged)))
    finally:
        subprocess.run(["umount", disk], check=True)
