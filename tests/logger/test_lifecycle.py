"""How a run starts and ends: arguments, errors, exits, signals, forks."""

import inspect
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import prov4ml
from prov4ml import CompressorType, MetricsType, Prov4MLError
from tests.logger.raw import events, only, points

START = "import prov4ml; run = prov4ml.start_run('e', prov_save_path={path!r}, disable_codecarbon=True)\n"


def run_script(path: Path, body: str, **options: Any) -> subprocess.CompletedProcess[str]:
    script = path / "script.py"
    script.write_text(START.format(path=str(path)) + body)
    return subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60, **options)


def rank_path(path: Path, run: int = 0) -> Path:
    return path / f"e_{run}" / "rank_0"


def test_a_run_describes_itself(tmp_path: Path) -> None:
    prov4ml.start_run(
        "my experiment",
        "www.example.org",
        tmp_path,
        metrics_file_type=MetricsType.NETCDF,
        csv_separator=";",
        use_compressor=CompressorType.LZMA,
        save_after_n_logs=7,
        disable_codecarbon=True,
    )
    prov4ml.end_run()
    (directory,) = (entry for entry in tmp_path.iterdir() if entry.is_dir())
    described = json.loads((directory / "run.json").read_text())
    assert described["experiment"] == "my experiment"
    assert directory.name.endswith(f"_{described['run_id']}")
    assert described["user_namespace"] == "www.example.org"
    assert described["format_version"] == 1
    assert described["options"] == {
        "metrics_file_type": "netcdf",
        "csv_separator": ";",
        "compressor": "lzma",
        "chunk_codec": None,
        "save_after_n_logs": 7,
    }
    start = only(directory / "rank_0", "rank_start")
    assert start["rank"] == 0
    assert start["pid"] == os.getpid()
    assert start["packages"]["pytest"] == pytest.__version__
    assert start["python"]["version"] == ".".join(map(str, sys.version_info[:3]))


def test_environment_values_are_not_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_API_TOKEN", "s3cr3t-value-of-the-token")
    with prov4ml.start_run("e", prov_save_path=tmp_path, disable_codecarbon=True):
        pass
    for file in (tmp_path / "e_0").rglob("*"):
        if file.is_file():
            assert b"s3cr3t-value" not in file.read_bytes()


def test_two_runs_in_one_process_share_nothing(tmp_path: Path) -> None:
    for value in (1.0, 2.0):
        prov4ml.start_run("e", prov_save_path=tmp_path, disable_codecarbon=True)
        prov4ml.log_metric("m", value, "CONTEXT")
        prov4ml.end_run()
    for run, value in ((0, 1.0), (1, 2.0)):
        (point,) = points(rank_path(tmp_path, run))["CONTEXT", "m", None]
        assert (point.step, point.value) == (0, value)
        assert len(events(rank_path(tmp_path, run), "context")) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"experiment_name": ""}, "experiment_name='' is no text, or an empty one"),
        ({"save_after_n_logs": 0}, "save_after_n_logs=0 is no whole number of at least 1"),
        ({"save_after_n_logs": -5}, "save_after_n_logs=-5 is no whole number of at least 1"),
        ({"rank": -1}, "rank=-1 is no whole number of at least 0"),
        (
            {"metrics_file_type": "zarr"},
            "metrics_file_type='zarr' is none of MetricsType.ZARR, MetricsType.CSV, MetricsType.NETCDF",
        ),
        ({"use_compressor": True}, "use_compressor=True and disable_codecarbon=False: use_compressor takes"),
        (
            {"disable_codecarbon": CompressorType.ZIP},
            "disable_codecarbon takes True or False; pass them by name",
        ),
        (
            {"csv_separator": ";;"},
            "csv_separator=';;' cannot separate the fields of a CSV; use one of , ; | or a tab",
        ),
        ({"csv_separator": "a"}, "csv_separator='a' cannot separate the fields of a CSV"),
        ({"provenance_save_dir": "a", "prov_save_path": "b"}, "are the same; pass one of them"),
    ],
)
def test_a_wrong_argument_raises_at_once_and_names_the_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: dict[str, Any], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Prov4MLError) as caught:
        prov4ml.start_run(**{"experiment_name": "e", **arguments})
    assert message in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_misuse_raises(tmp_path: Path) -> None:
    with pytest.raises(
        Prov4MLError, match=r"no run is active: call prov4ml.start_run\(experiment_name\) first"
    ):
        prov4ml.log_metric("m", 1.0)
    run = prov4ml.start_run("e", prov_save_path=tmp_path, disable_codecarbon=True)
    with pytest.raises(Prov4MLError, match=r"still active: call prov4ml.end_run\(\) before"):
        prov4ml.start_run("e", prov_save_path=tmp_path)
    with pytest.raises(Prov4MLError, match=r"context 3: pass prov4ml\.Context\.TRAINING"):
        prov4ml.log_metric("m", 1.0, 3)  # type: ignore[arg-type]
    prov4ml.end_run()
    with pytest.raises(Prov4MLError, match="this run has ended"):
        run.log_metric("m", 1.0)
    with pytest.raises(Prov4MLError, match="no run is active"):
        prov4ml.end_run()


def test_a_directory_that_cannot_be_made_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Prov4MLError, match=r"cannot make the run directory .* pass a prov_save_path"):
        prov4ml.start_run("e", prov_save_path=tmp_path / "file" / "prov", disable_codecarbon=True)


def test_an_exception_in_the_block_ends_the_run_as_failed(tmp_path: Path) -> None:
    def divide_in_a_run() -> float:
        with prov4ml.start_run("e", prov_save_path=tmp_path, disable_codecarbon=True) as run:
            run.log_metric("m", 1.0)
            return 1 / 0

    with pytest.raises(ZeroDivisionError):
        divide_in_a_run()
    end = only(rank_path(tmp_path), "run_end")
    assert (end["status"], end["ended_by"], end["points"]) == ("failed", "exception", 1)
    assert end["error"]["type"] == "ZeroDivisionError"
    assert end["error"]["message"] == "division by zero"
    assert "test_lifecycle.py" in end["error"]["traceback"]


@pytest.mark.parametrize(
    ("body", "status", "ended_by", "error"),
    [
        ("prov4ml.log_metric('m', 1)\nprov4ml.end_run()", "finished", "end_run", None),
        ("prov4ml.log_metric('m', 1)", "unfinished", "exit", None),
        ("prov4ml.log_metric('m', 1)\nraise ValueError('bad\\nluck')", "failed", "exception", "ValueError"),
        ("prov4ml.log_metric('m', 1)\nimport sys; sys.exit(3)", "unfinished", "exit", None),
        ("prov4ml.log_metric('m', 1)\nraise KeyboardInterrupt", "failed", "exception", "KeyboardInterrupt"),
    ],
)
def test_however_a_script_ends_its_end_is_recorded(
    tmp_path: Path, body: str, status: str, ended_by: str, error: str | None
) -> None:
    completed = run_script(tmp_path, body)
    end = only(rank_path(tmp_path), "run_end")
    assert (end["status"], end["ended_by"], end["points"]) == (status, ended_by, 1)
    assert (end["error"] or {}).get("type") == error
    assert len(points(rank_path(tmp_path))[None, "m", None]) == 1
    if ended_by == "exit":
        assert f"to package the run: prov4ml-pack finalize {tmp_path / 'e_0'}" in completed.stderr


def test_sigterm_flushes_records_and_still_kills(tmp_path: Path) -> None:
    completed = run_script(
        tmp_path,
        "import os, signal\nprov4ml.log_metric('m', 1)\nos.kill(os.getpid(), signal.SIGTERM)\nprint('alive')",
    )
    assert completed.returncode == -signal.SIGTERM
    assert completed.stdout == ""
    end = only(rank_path(tmp_path), "run_end")
    assert (end["status"], end["ended_by"], end["error"]["type"]) == ("failed", "signal", "SIGTERM")
    assert len(points(rank_path(tmp_path))[None, "m", None]) == 1


def test_sigterm_in_the_middle_of_writes_never_hangs_or_tears(tmp_path: Path) -> None:
    body = "print('ready', flush=True)\nwhile True: prov4ml.log_metric('m', 1); prov4ml.log_param('p', 1)\n"
    for attempt in range(6):
        script = tmp_path / "script.py"
        script.write_text(START.format(path=str(tmp_path)) + body)
        child = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        child.stdout.readline()
        signal_delay = 0.01 * attempt
        try:
            child.wait(timeout=signal_delay)
        except subprocess.TimeoutExpired:
            child.terminate()
        assert child.wait(timeout=20) == -signal.SIGTERM
        child.stdout.close()
        end = only(rank_path(tmp_path, attempt), "run_end")
        logged = points(rank_path(tmp_path, attempt)).get((None, "m", None), [])
        assert end["points"] == len(logged)


def test_a_handler_of_the_users_is_left_alone(tmp_path: Path) -> None:
    completed = run_script(
        tmp_path,
        "prov4ml.end_run()\nimport signal, os\n"
        "assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL\n"
        "signal.signal(signal.SIGTERM, lambda *_: print('mine'))\n"
        f"prov4ml.start_run('e', prov_save_path={str(tmp_path)!r}, disable_codecarbon=True)\n"
        "os.kill(os.getpid(), signal.SIGTERM)\nprov4ml.end_run()",
    )
    assert completed.stdout == "mine\n"
    assert only(rank_path(tmp_path, 1), "run_end")["status"] == "finished"


def test_a_forked_worker_does_not_write_into_the_run(tmp_path: Path) -> None:
    completed = run_script(
        tmp_path,
        "import os, sys\n"
        "prov4ml.log_metric('m', 1)\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    for _ in range(1000): prov4ml.log_metric('m', 2)\n"
        "    prov4ml.log_param('p', 1)\n"
        "    sys.exit(0)\n"
        "os.waitpid(pid, 0)\n"
        "prov4ml.log_metric('m', 3)\n"
        "prov4ml.end_run()",
    )
    assert [point.value for point in points(rank_path(tmp_path))[None, "m", None]] == [1.0, 3.0]
    assert not events(rank_path(tmp_path), "param")
    assert len(events(rank_path(tmp_path), "run_end")) == 1
    assert completed.stderr.count("is a fork of the one that started the run") == 1


def test_a_forked_worker_may_start_a_run_of_its_own(tmp_path: Path) -> None:
    run_script(
        tmp_path,
        "import os, sys\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        f"    prov4ml.start_run('e', prov_save_path={str(tmp_path)!r}, disable_codecarbon=True)\n"
        "    prov4ml.log_metric('m', 2)\n"
        "    prov4ml.end_run()\n"
        "    sys.exit(0)\n"
        "os.waitpid(pid, 0)\n"
        "prov4ml.log_metric('m', 1)\n"
        "prov4ml.end_run()",
    )
    for run, value in ((0, 1.0), (1, 2.0)):
        (point,) = points(rank_path(tmp_path, run))[None, "m", None]
        assert point.value == value
        assert only(rank_path(tmp_path, run), "run_end")["status"] == "finished"


def test_the_module_functions_are_those_of_the_run() -> None:
    methods = [name for name in prov4ml.__all__ if name.startswith(("log_", "get_", "save_", "register_"))]
    assert len(methods) == 23
    for name in methods:
        function, method = getattr(prov4ml, name), getattr(prov4ml.Run, name)
        expected = inspect.signature(method)
        without_self = [parameter for parameter in expected.parameters.values() if parameter.name != "self"]
        assert list(inspect.signature(function).parameters.values()) == without_self, name
        assert function.__doc__ == method.__doc__
        assert function.__doc__


def test_importing_the_logger_imports_nothing_but_the_standard_library() -> None:
    script = (
        "import sys; before = set(sys.modules); import prov4ml\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new - set(sys.stdlib_module_names) - {'prov4ml'}))"
    )
    completed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert completed.stdout == "[]\n"


def test_workers_of_a_data_loader_do_not_write_into_the_run(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="needs torch: make test-torch")
    completed = run_script(
        tmp_path,
        "import torch\n"
        "class Noisy(torch.utils.data.Dataset):\n"
        "    def __len__(self): return 40\n"
        "    def __getitem__(self, index):\n"
        "        prov4ml.log_metric('m', index); prov4ml.log_param(f'p{index}', index)\n"
        "        return index\n"
        "prov4ml.log_metric('m', -1)\n"
        "loader = torch.utils.data.DataLoader(Noisy(), num_workers=2, multiprocessing_context='fork')\n"
        "assert sorted(int(batch) for batch in loader) == list(range(40))\n"
        "prov4ml.end_run()",
    )
    assert completed.returncode == 0, completed.stderr
    assert [point.value for point in points(rank_path(tmp_path))[None, "m", None]] == [-1.0]
    assert not events(rank_path(tmp_path), "param")
    assert only(rank_path(tmp_path), "run_end")["status"] == "finished"
