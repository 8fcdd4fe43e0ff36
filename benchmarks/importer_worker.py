"""One import in a process of its own: prints seconds, those of the processor, and peak resident MiB.

Usage: importer_worker.py make|import|read TRACKER POINTS FOLDER

`make` lets the tracker itself write `POINTS` points; `import` makes a run directory of them; `read` is the
peer: the shortest way to the same numbers, by the tracker's own reader where it has one.
"""

import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from peak_memory import peak_mib

METRICS = [f"metric_{number}" for number in range(10)]
T0 = 1_795_000_000_000  # ms
ROWS = "rows.jsonl"
LISTS = ("epoch", "value", "timestamp")

Read = Callable[[], int]
"""Reads all points and returns how many there were."""


def value_of(step: int, number: int) -> float:
    """Return a value that has no short form."""
    return 1 / (step + 1) + number / 3


def make_tensorboard(points: int, folder: Path) -> None:
    from tensorboardX import SummaryWriter

    with SummaryWriter(str(folder)) as writer:
        for step in range(points // len(METRICS)):
            for number, name in enumerate(METRICS):
                writer.add_scalar(name, value_of(step, number), step, walltime=T0 / 1000 + step)


def mlflow_client(uri: str) -> Any:
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=uri)


def make_mlflow(points: int, folder: Path, uri: str) -> None:
    client = mlflow_client(uri)
    from mlflow.entities import Metric

    run = client.create_run(client.create_experiment("bench", artifact_location=str(folder / "artifacts")))
    rows = [
        Metric(name, value_of(step, number), T0 + step, step)
        for step in range(points // len(METRICS))
        for number, name in enumerate(METRICS)
    ]
    for start in range(0, len(rows), 1000):
        client.log_batch(run.info.run_id, metrics=rows[start : start + 1000])
    client.set_terminated(run.info.run_id)


def make_wandb(points: int, folder: Path) -> None:
    os.environ["WANDB_MODE"] = "offline"
    import wandb

    settings = wandb.Settings(silent=True, console="off", root_dir=str(folder), x_disable_stats=True)
    run = wandb.init(project="bench", settings=settings, dir=str(folder))
    with (folder / ROWS).open("w", encoding="utf-8") as rows:
        for step in range(points // len(METRICS)):
            row = {name: value_of(step, number) for number, name in enumerate(METRICS)}
            run.log(row)
            rows.write(json.dumps(row) + "\n")
    run.finish()


def make_document(points: int, folder: Path) -> None:
    """Write a PROV-JSON document as yProv4ML does with all points in it: lists as text."""
    steps = range(points // len(METRICS))

    def columns(number: int) -> dict[str, Iterable[float]]:
        values = (value_of(step, number) for step in steps)
        return dict(zip(LISTS, (steps, values, (T0 + step for step in steps)), strict=True))

    entities = {
        f"{name}_Context.TRAINING": {
            "prov-ml:type": "Metric",
            "prov-ml:name": name,
            "prov-ml:context": "Context.TRAINING",
            "prov-ml:source": "",
            **{f"prov-ml:metric_{one}_list": str(list(column)) for one, column in columns(number).items()},
        }
        for number, name in enumerate(METRICS)
    }
    experiment = {
        "prov-ml:type": "Experiment",
        "prov-ml:experiment_name": "bench",
        "prov-ml:run_id": "0",
        "prov-ml:artifact_uri": "prov/bench_0/artifacts",
    }
    document = {
        "prefix": {"prov-ml": "prov-ml", "default": "www.example.org"},
        "entity": {"bench": experiment, **entities},
        "activity": {"bench_execution": {"prov-ml:type": "LearningExecution"}},
    }
    (folder / "provgraph_bench.json").write_text(json.dumps(document), encoding="utf-8")


def read_tensorboard(folder: Path) -> Read:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    def read() -> int:
        events = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
        events.Reload()
        return sum(len(events.Scalars(name)) for name in METRICS)

    return read


def read_mlflow_files(folder: Path) -> Read:
    client = mlflow_client((folder / "mlruns").as_uri())

    def read() -> int:
        (run,) = (
            run for one in client.search_experiments() for run in client.search_runs([one.experiment_id])
        )
        return sum(len(client.get_metric_history(run.info.run_id, name)) for name in METRICS)

    return read


def read_mlflow_database(folder: Path) -> Read:
    import pandas

    def read() -> int:
        with sqlite3.connect(folder / "mlflow.db") as connection:
            return len(pandas.read_sql("SELECT * FROM metrics", connection))

    return read


def read_rows(folder: Path) -> Read:
    """Parse the rows that wandb logged, from a text with one a line: it has no reader of its own log."""

    def read() -> int:
        with (folder / ROWS).open(encoding="utf-8") as rows:
            return sum(len(json.loads(row)) for row in rows)

    return read


def read_document(folder: Path) -> Read:
    def read() -> int:
        document = json.loads((folder / "provgraph_bench.json").read_bytes())
        count = 0
        for name in METRICS:
            entity = document["entity"][f"{name}_Context.TRAINING"]
            columns = [json.loads(entity[f"prov-ml:metric_{one}_list"]) for one in LISTS]
            count += len(columns[0])
        return count

    return read


MAKE: dict[str, Callable[[int, Path], None]] = {
    "tensorboard": make_tensorboard,
    "mlflow-files": lambda points, folder: make_mlflow(points, folder, (folder / "mlruns").as_uri()),
    "mlflow-database": lambda points, folder: make_mlflow(points, folder, f"sqlite:///{folder}/mlflow.db"),
    "wandb": make_wandb,
    "document": make_document,
}
READ: dict[str, Callable[[Path], Read]] = {
    "tensorboard": read_tensorboard,
    "mlflow-files": read_mlflow_files,
    "mlflow-database": read_mlflow_database,
    "wandb": read_rows,
    "document": read_document,
}


def import_all(folder: Path) -> Read:
    from prov4ml_packager.importers.imported import UnreadableRun
    from prov4ml_packager.importers.registry import find_importer
    from prov4ml_packager.importers.run_import import import_runs

    find_importer(folder, None)  # what it needs is loaded before the clock starts, as for the peers
    target = folder.with_name(f"{folder.name}-imported")

    def read() -> int:
        count = 0
        for written in import_runs(folder, target):
            assert not isinstance(written, UnreadableRun), written.reason
            count += sum(one.count for one in written.run.series)
        return count

    return read


def main() -> None:
    action, tracker, points, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
    if action == "make":
        folder.mkdir(parents=True)
        MAKE[tracker](points, folder)
        return
    run = import_all(folder) if action == "import" else READ[tracker](folder)
    began, processor = time.perf_counter(), time.process_time()
    count = run()
    seconds, processor = time.perf_counter() - began, time.process_time() - processor
    assert count >= points, f"{count} points of {points}"
    print(seconds, processor, peak_mib())


if __name__ == "__main__":
    main()
