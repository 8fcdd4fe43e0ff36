"""Signals, threads and processes that meet the logger in the middle of something."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import prov4ml
from prov4ml import Prov4MLError
from tests.logger.raw import events, journal, only, points

START = "import prov4ml; run = prov4ml.start_run('e', prov_save_path={path!r}, disable_codecarbon=True)\n"


def run_script(path: Path, body: str) -> subprocess.CompletedProcess[str]:
    script = path / "script.py"
    script.write_text(START.format(path=str(path)) + body)
    environment = {**os.environ, "PROV4ML_FINALIZE": "0"}
    command = [sys.executable, script]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)


class Once:
    """An object whose text is made once with a side effect: it interrupts the run as it is being ended."""

    def __init__(self, action: Callable[[], object]) -> None:
        self._action: Callable[[], object] | None = action

    def __str__(self) -> str:
        action, self._action = self._action, None
        if action is not None:
            action()
        return "once"


def interrupt() -> None:
    raise KeyboardInterrupt


def test_a_handler_that_logs_never_tears_or_doubles_what_it_interrupts(tmp_path: Path) -> None:
    completed = run_script(
        tmp_path,
        "import itertools, signal\n"
        "fired = itertools.count()\n"
        "def log(*_):\n"
        "    number = next(fired)\n"
        "    prov4ml.log_metric(f'inner{number}', number)\n"
        "    for step in range(250): prov4ml.log_metric('inner', step, step=step)\n"
        "    prov4ml.log_param(f'inner{number}', number)\n"
        "    if number < 400: signal.setitimer(signal.ITIMER_REAL, 0.0005)\n"
        "signal.signal(signal.SIGALRM, log)\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.0005)\n"
        "for number in range(1500):\n"
        "    prov4ml.log_param(f'outer{number}', number)\n"
        "    prov4ml.log_metric(f'outer{number}', number)\n"
        "    prov4ml.log_metric('outer', number)\n"
        "signal.setitimer(signal.ITIMER_REAL, 0)\n"
        "print(next(fired))\n"
        "prov4ml.end_run()\n",
    )
    assert (completed.returncode, completed.stderr) == (0, "")
    fired = int(completed.stdout)
    assert fired > 20
    rank_path = tmp_path / "e_0" / "rank_0"
    numbers = [event["number"] for event in events(rank_path, "series")]
    assert len(set(numbers)) == len(numbers)
    expected = {f"outer{number}" for number in range(1500)} | {f"inner{number}" for number in range(fired)}
    parameters = [event["key"] for event in events(rank_path, "param")]
    assert len(parameters) == len(expected)
    assert set(parameters) == expected
    logged = points(rank_path)
    assert len(logged[None, "outer", None]) == 1500
    assert len(logged[None, "inner", None]) == 250 * fired
    assert only(rank_path, "run_end")["points"] == 3000 + 251 * fired


@pytest.mark.parametrize("attempt", range(4))
def test_end_run_in_a_signal_handler_ends_the_run_once(tmp_path: Path, attempt: int) -> None:
    completed = run_script(
        tmp_path,
        "import signal\n"
        "signal.signal(signal.SIGALRM, lambda *_: prov4ml.end_run())\n"
        f"signal.setitimer(signal.ITIMER_REAL, {0.02 + attempt * 0.007})\n"
        "try:\n"
        "    while True: prov4ml.log_metric('m', 1); prov4ml.log_param('p', 1)\n"
        "except prov4ml.Prov4MLError as error: print(error)\n",
    )
    assert completed.stderr == ""
    assert "run" in completed.stdout
    rank_path = tmp_path / "e_0" / "rank_0"
    end = only(rank_path, "run_end")
    assert journal(rank_path)[-1] == end
    assert (end["status"], end["ended_by"], end["points_lost"]) == ("finished", "end_run", 0)
    assert len(points(rank_path)[None, "m", None]) == end["points"]


def test_a_run_interrupted_while_it_is_ended_can_be_ended_again(run: prov4ml.Run, rank_path: Path) -> None:
    prov4ml.register_final_metric("m", Once(interrupt), max)  # type: ignore[arg-type]
    prov4ml.log_param("p", 1)
    for value in range(7):
        prov4ml.log_metric("other", value)
    with pytest.raises(KeyboardInterrupt):
        prov4ml.end_run()
    prov4ml.end_run()
    end = only(rank_path, "run_end")
    assert (end["status"], end["points"]) == ("finished", 7)
    assert len(points(rank_path)[None, "other", None]) == 7


def test_sigterm_while_a_run_is_ended_lets_it_be_ended(tmp_path: Path) -> None:
    completed = run_script(
        tmp_path,
        "import os, signal\n"
        "class Killer:\n"
        "    def __str__(self):\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        return 'killer'\n"
        "prov4ml.register_final_metric('m', Killer(), max)\n"
        "prov4ml.log_metric('other', 1)\n"
        "prov4ml.end_run()\n"
        "import time; time.sleep(10); print('alive')\n",
    )
    assert completed.returncode == -signal.SIGTERM
    assert completed.stdout == ""
    rank_path = tmp_path / "e_0" / "rank_0"
    assert only(rank_path, "run_end")["points"] == 1


def test_two_threads_that_end_a_run_at_once_end_it_once(tmp_path: Path) -> None:
    for attempt in range(20):
        run = prov4ml.start_run("e", prov_save_path=tmp_path, disable_codecarbon=True)
        prov4ml.log_metric("m", 1.0)
        barrier = threading.Barrier(4)
        unexpected: list[BaseException] = []

        def end(
            run: prov4ml.Run = run,
            barrier: threading.Barrier = barrier,
            problems: list[BaseException] = unexpected,
        ) -> None:
            barrier.wait()
            try:
                run.end()
            except Prov4MLError:
                pass  # another thread was quicker
            except BaseException as error:
                problems.append(error)

        threads = [threading.Thread(target=end) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not unexpected
        rank_path = tmp_path / f"e_{attempt}" / "rank_0"
        assert only(rank_path, "run_end")["points"] == 1
        assert journal(rank_path)[-1]["event"] == "run_end"


def test_samples_in_the_background_are_kept_and_never_complain_after_the_end(
    run: prov4ml.Run, rank_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for step in range(5):
        prov4ml.log_system_metrics(prov4ml.Context.TRAINING, step, synchronous=False)
    prov4ml.end_run()
    assert [thread for thread in threading.enumerate() if thread.name == "prov4ml-system"] == []
    assert len(points(rank_path)["TRAINING", "memory_usage", None]) == 5
    assert capfd.readouterr().err == ""


def test_without_a_thread_to_write_old_points_each_is_written_at_once(
    run: prov4ml.Run, rank_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    for number in range(3):
        prov4ml.log_metric("m", number)
        assert len(points(rank_path).get((None, "m", None), [])) == number + 1


def test_a_run_of_a_forked_process_that_forgets_to_end_it_loses_nothing(tmp_path: Path) -> None:
    completed = run_script(
        tmp_path,
        "import multiprocessing\n"
        "def work():\n"
        f"    prov4ml.start_run('child', prov_save_path={str(tmp_path)!r}, disable_codecarbon=True)\n"
        "    for value in range(7): prov4ml.log_metric('m', value)\n"
        "for method in ('fork', 'spawn'):\n"
        "    if __name__ == '__main__':\n"
        "        child = multiprocessing.get_context(method).Process(target=work)\n"
        "        child.start(); child.join()\n"
        "        assert child.exitcode == 0\n"
        "prov4ml.end_run()\n",
    )
    assert completed.returncode == 0, completed.stderr
    for number in range(2):
        rank_path = tmp_path / f"child_{number}" / "rank_0"
        end = only(rank_path, "run_end")
        assert (end["status"], end["ended_by"], end["points"]) == ("unfinished", "exit", 7)
    assert only(tmp_path / "e_0" / "rank_0", "run_end")["status"] == "finished"


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        (0, "finished", None),
        (None, "finished", None),
        (3, "failed", "SystemExit"),
        ("bad", "failed", "SystemExit"),
    ],
)
def test_leaving_the_block_by_sys_exit_counts_as_its_exit_status_does(
    tmp_path: Path, code: object, status: str, error: str | None
) -> None:
    with pytest.raises(SystemExit), prov4ml.start_run("e", prov_save_path=tmp_path, disable_codecarbon=True):
        sys.exit(code)  # type: ignore[arg-type]
    end = only(tmp_path / "e_0" / "rank_0", "run_end")
    assert (end["status"], (end["error"] or {}).get("type")) == (status, error)


def test_an_error_that_cannot_be_shown_or_holds_a_password_is_recorded_all_the_same(tmp_path: Path) -> None:
    class Unshowable(Exception):
        def __str__(self) -> str:
            raise ValueError("no text")

    with (
        pytest.raises(Unshowable),
        prov4ml.start_run("e", prov_save_path=tmp_path, disable_codecarbon=True),
    ):
        raise Unshowable
    with (
        pytest.raises(OSError, match="hunter2"),
        prov4ml.start_run("e", prov_save_path=tmp_path, disable_codecarbon=True),
    ):
        raise OSError("cannot open https://me:" + "hunter2@host/data")
    assert only(tmp_path / "e_0" / "rank_0", "run_end")["error"]["type"] == "Unshowable"
    error = only(tmp_path / "e_1" / "rank_0", "run_end")["error"]
    assert error["message"] == "cannot open https://***@host/data"
    assert "me:hunter2" not in json.dumps(error)


def test_a_log_handler_that_logs_to_the_run_from_another_thread_does_not_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A warning of a full disk is shown when no lock is held any more."""
    run = prov4ml.start_run("e", prov_save_path=tmp_path, save_after_n_logs=1, disable_codecarbon=True)
    done: list[bool] = []

    class Forwarding(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            thread = threading.Thread(target=lambda: run.log_param("message", record.getMessage()))
            thread.start()
            thread.join(timeout=5)
            done.append(not thread.is_alive())

    handler = Forwarding()
    logging.getLogger("prov4ml").addHandler(handler)
    write = os.write
    room = False

    def refuse(descriptor: int, data: bytes) -> int:
        if len(data) == 32 and not room:
            raise OSError(28, "No space left on device")
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", refuse)
    try:
        prov4ml.log_metric("m", 1.0)
    finally:
        logging.getLogger("prov4ml").removeHandler(handler)
    room = True
    prov4ml.end_run()
    assert done == [True]
    rank_path = tmp_path / "e_0" / "rank_0"
    assert [point.value for point in points(rank_path)[None, "m", None]] == [1.0]
    warning = only(rank_path, "warning")
    assert (warning["cause"], warning["count"]) == ("disk", 1)
    assert "No space left on device" in warning["message"]
