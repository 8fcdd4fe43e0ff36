"""What reaches the terminal: no control characters, no noise for a closed pipe."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from prov4ml_packager.cli.main import run
from prov4ml_packager.cli.output import printable

from ..reader.raw_writer import RawRank, make_run, small_run

PACK = [sys.executable, "-m", "prov4ml_packager"]


def environment(project: Path, **more: str) -> dict[str, str]:
    paths = os.pathsep.join(str(project / part) for part in (".", "packager", "validators"))
    return {**os.environ, "PYTHONPATH": paths, **more}


def test_printable() -> None:
    assert (
        printable("é 😀 \x1b[31m\n\ud800\u202e\U000e0001")
        == "é 😀 \\u001b[31m\\u000a\\ud800\\u202e\\U000e0001"
    )


HOSTILE = "\x1b]0;owned\x07\r\n\ud800 \u202e😀"


def hostile_run(path: Path) -> Path:
    directory = make_run(path, experiment=HOSTILE)
    rank = RawRank(directory, host=HOSTILE)
    rank.param(HOSTILE, "str", HOSTILE)
    rank.series(1, HOSTILE, HOSTILE, source=HOSTILE, unit=HOSTILE)
    rank.point(1, 0, float("nan"))
    rank.event("warning", cause="x", message=HOSTILE, count=1)
    return directory


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_hostile_names_neither_crash_nor_control_a_terminal(
    tmp_path: Path, project: Path, encoding: str
) -> None:
    directory = hostile_run(tmp_path / "run")
    done = subprocess.run(
        [*PACK, "inspect", str(directory)],
        env=environment(project, PYTHONIOENCODING=encoding),
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode(encoding)
    assert "\\u001b]0;owned\\u0007" in text
    assert not [char for char in text if not char.isprintable() and char != "\n"]


def test_json_of_hostile_names_gives_them_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", str(hostile_run(tmp_path / "run")), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert summary["experiment"] == HOSTILE
    assert summary["metrics"][0]["metric"] == HOSTILE
    assert summary["metrics"][0]["last"] == "NaN"


def test_a_closed_pipe_is_quiet(tmp_path: Path, project: Path) -> None:
    directory = small_run(tmp_path / "run")
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        done = subprocess.run(
            [*PACK, "inspect", str(directory), "--json"],
            env=environment(project), stdout=closed, stderr=subprocess.PIPE,
        )  # fmt: skip
    assert done.stderr == b""
    assert done.returncode == 2


def test_a_summary_says_how_a_run_went(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", str(small_run(tmp_path / "run"))]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"run-directory {tmp_path / 'run'}"
    assert "status:      finished" in lines
    assert "start:       2023-11-14T22:13:20.000000Z" in lines
    assert "end:         2023-11-14T22:13:31.000000Z (11.000 s)" in lines
    table = lines.index("metrics (2)")
    assert [line.split()[:9] for line in lines[table + 1 : table + 4]] == [
        ["context", "metric", "source", "rank", "unit", "count", "last", "min", "max"],
        ["-", "cpu", "psutil", "0", "-", "5", "40", "0", "40"],
        ["TRAINING", "loss", "-", "0", "nats", "5", "0.2", "0.2", "1"],
    ]
    assert "parameters (1)" in lines
    assert "artifacts (1)" in lines


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows ends processes without asking them")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_stopped_command_leaves_nothing_half_written(tmp_path: Path, project: Path, name: str) -> None:
    run_directory = small_run(tmp_path / "run")
    points = (run_directory / "rank_0" / "metrics.bin").read_bytes()
    (run_directory / "rank_0" / "metrics.bin").write_bytes(points * (64_000_000 // len(points)))
    before = sorted(path.name for path in run_directory.iterdir())
    child = subprocess.Popen(
        [*PACK, "finalize", str(run_directory), "--to", "csv"],
        env=environment(project),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(getattr(signal, name), signal.SIG_DFL),  # `nohup` ignores SIGHUP
    )
    deadline = time.monotonic() + 30
    while not list(run_directory.glob(".prov4ml-*/.prov4ml-*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    child.send_signal(getattr(signal, name))
    out, err = child.communicate(timeout=30)
    assert (child.returncode, out) == (2, "")
    assert (
        err.lstrip("\n") == "prov4ml-pack: error: interrupted; nothing half done is left\n"
    )  # click ends "^C"
    assert sorted(path.name for path in run_directory.iterdir()) == before


@pytest.mark.parametrize("command", ["inspect", "validate"])
def test_closed_streams_change_no_exit_status(tmp_path: Path, project: Path, command: str) -> None:
    directory = small_run(tmp_path / "run")
    line = f'exec "$0" -m prov4ml_packager {command} "$1" >&- 2>&-'
    done = subprocess.run(["sh", "-c", line, sys.executable, str(directory)], env=environment(project))
    assert done.returncode == 0
