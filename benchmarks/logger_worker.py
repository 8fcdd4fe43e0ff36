"""Time one logger's calls beside the floor, in turns, in one process.

Usage: logger_worker.py LOGGER FOLDER        (one of LOGGERS; FOLDER is empty)

Prints one JSON object: `version`, `calls`, `floor_us` and `call_us`, microseconds a call as medians. The
floor is `list.append((step, time.time_ns(), value))`. It runs in the logger's own environment, so it uses
nothing but the standard library and that logger's public functions.
"""

import gc
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple


class Logging(NamedTuple):
    """A call as a user writes it, with `step` and `value` given, and the names it uses."""

    statement: str
    names: dict[str, Any]


ROUNDS = 15
ROUND_SECONDS = 0.3
CALLS = (100, 100_000)
FLOOR = "points.append((step, time.time_ns(), value))"


@contextmanager
def log_with_prov4ml(folder: Path) -> Iterator[Logging]:
    os.environ["PROV4ML_FINALIZE"] = "0"  # the other loggers package nothing either
    import prov4ml

    prov4ml.start_run("benchmark", prov_save_path=str(folder), disable_codecarbon=True)
    names = {"prov4ml": prov4ml, "context": prov4ml.Context.TRAINING}
    yield Logging("prov4ml.log_metric('loss', value, context, step)", names)
    prov4ml.end_run()


@contextmanager
def log_with_yprov4ml(folder: Path) -> Iterator[Logging]:
    import yprov4ml

    yprov4ml.start_run(
        experiment_name="benchmark",
        prov_user_namespace="https://www.example.org/",
        provenance_save_dir=str(folder),
        disable_codecarbon=True,
    )
    context = yprov4ml.Context.TRAINING if hasattr(yprov4ml, "Context") else "TRAINING"
    names = {"yprov4ml": yprov4ml, "context": context}
    yield Logging("yprov4ml.log_metric('loss', value, context=context, step=step)", names)
    yprov4ml.end_run()


@contextmanager
def log_with_tensorboardx(folder: Path) -> Iterator[Logging]:
    from tensorboardX import SummaryWriter

    writer = SummaryWriter(str(folder))
    yield Logging("writer.add_scalar('loss', value, step)", {"writer": writer})
    writer.close()


@contextmanager
def log_with_mlflow(folder: Path) -> Iterator[Logging]:
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    import mlflow

    mlflow.set_tracking_uri((folder / "mlruns").as_uri())  # MLflow makes its folder itself
    mlflow.start_run()
    yield Logging("mlflow.log_metric('loss', value, step=step)", {"mlflow": mlflow})
    mlflow.end_run()


@contextmanager
def log_with_trackio(folder: Path) -> Iterator[Logging]:
    os.environ["TRACKIO_DIR"] = str(folder)
    import trackio

    trackio.init(project="benchmark", embed=False, auto_log_gpu=False, auto_log_cpu=False)
    yield Logging("trackio.log({'loss': value}, step=step)", {"trackio": trackio})
    trackio.finish()


LOGGERS = {
    "prov4ml": log_with_prov4ml,
    "yprov4ml": log_with_yprov4ml,
    "tensorboardX": log_with_tensorboardx,
    "mlflow-skinny": log_with_mlflow,
    "trackio": log_with_trackio,
}


def compiled_loop(logging: Logging) -> Callable[[range], float]:
    """Return a function that makes the call once a step and returns the seconds a call takes.

    The call stands in the loop itself: a wrapper around it would cost as much as the floor.
    """
    source = (
        f"def loop(steps):\n    for step in steps:\n        value = step * 0.5\n        {logging.statement}\n"
    )
    names = dict(logging.names)
    exec(source, names)

    def timed(steps: range) -> float:
        gc.collect()
        began = time.perf_counter()
        names["loop"](steps)
        return (time.perf_counter() - began) / len(steps)

    return timed


def measure(logger: str, folder: Path) -> dict[str, float | str | int]:
    """Return the medians over rounds in which the logger and the floor take turns."""
    floors, calls = [], []
    with LOGGERS[logger](folder) as logging:
        log = compiled_loop(logging)
        log(range(1))  # the first call of a series may do more
        count = int(min(max(ROUND_SECONDS / log(range(1, 11)), CALLS[0]), CALLS[1]))
        for index in range(ROUNDS):
            steps = range(11 + index * count, 11 + (index + 1) * count)
            floors.append(compiled_loop(Logging(FLOOR, {"points": [], "time": time}))(steps))
            calls.append(log(steps))
    return {
        "version": metadata.version(logger),
        "calls": ROUNDS * count,
        "floor_us": statistics.median(floors) * 1e6,
        "call_us": statistics.median(calls) * 1e6,
    }


if __name__ == "__main__":
    result = measure(sys.argv[1], Path(sys.argv[2]))
    # Some loggers print; the result is the last line.
    print("\n" + json.dumps(result), flush=True)
