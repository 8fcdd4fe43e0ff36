"""Install each peer in an environment of its own and time its calls there."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

WORKER = Path(__file__).with_name("logger_worker.py")
INSTALL_SECONDS = 600
MEASURE_SECONDS = 300

# What pip is asked for. yProv4ML depends on torch, which is several gigabytes unless capped to a release
# with a CPU wheel at hand (see the Makefile).
PEERS = {
    "yprov4ml": ["torch>=2.4,<2.14", "yprov4ml"],
    "tensorboardX": ["tensorboardX"],
    "mlflow-skinny": ["mlflow-skinny"],
    "trackio": ["trackio"],
}


@dataclass(frozen=True)
class LoggerCost:
    """Microseconds a call and of the floor in the same process; or why there are none."""

    logger: str
    version: str = ""
    calls: int = 0
    floor_us: float = 0.0
    call_us: float = 0.0
    problem: str = ""

    @property
    def ratio(self) -> float:
        """Return the cost in floors."""
        return self.call_us / self.floor_us


def measure_logger(logger: str, python: str, folder: Path) -> LoggerCost:
    """Run the worker for one logger in the environment of `python`."""
    folder.mkdir()
    done = _run([python, str(WORKER), logger, str(folder)], MEASURE_SECONDS, folder)
    if isinstance(done, str):
        return LoggerCost(logger, problem=f"installs, but does not run on Python {_python_version()}: {done}")
    return LoggerCost(logger, **json.loads(done.stdout.splitlines()[-1]))


def measure_peer(logger: str, scratch: Path) -> LoggerCost:
    """Install a peer below `scratch` and measure it."""
    environment = scratch / f"venv-{logger}"
    python = str(environment / "bin" / "python")
    for command in (
        [sys.executable, "-m", "venv", str(environment)],
        [python, "-m", "pip", "install", "-q", *PEERS[logger]],
    ):
        done = _run(command, INSTALL_SECONDS, scratch)
        if isinstance(done, str):
            return LoggerCost(logger, problem=f"does not install: {done}")
    return measure_logger(logger, python, scratch / f"log-{logger}")


def _run(command: list[str], seconds: int, folder: Path) -> "subprocess.CompletedProcess[str] | str":
    """Return the finished process, or the last line it said if it failed."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, cwd=folder)
    except subprocess.TimeoutExpired:
        return f"took more than {seconds} s"
    if done.returncode == 0:
        return done
    return (done.stderr.strip().splitlines() or ["no message"])[-1][:200]


def _python_version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"
