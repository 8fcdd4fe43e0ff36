"""Writes runs with the real MLflow, and what MLflow itself reads of them: `mlflow_runs.py URI FOLDER`."""

import json
import os
import sys
from pathlib import Path

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

import mlflow
import numpy as np
from mlflow import MlflowClient
from mlflow.data.numpy_dataset import from_numpy

PARAMETERS = {
    "lr": 0.1, "batch": 32, "flag": True, "none": None, "list/nested name": [1, 2], "empty": "",
    "lines": "one\ntwo\n", "日本": "学習", "nan": float("nan"), "zeros": "007", "large": 2**70, "1e5": "1e5",
}  # fmt: skip
VALUES = [0.1 + 0.2, 1 / 3, -0.0, 5e-324, 1e300, 2.0**53 + 2, float("nan"), float("inf"), float("-inf")]


def write(folder: Path) -> None:
    files = folder / "files"
    files.mkdir()
    (files / "a.txt").write_text("alpha")
    (files / "b ü.txt").write_text("beta")
    model = folder / "model"
    model.mkdir()
    (model / "MLmodel").write_text("flavors: {}\n")
    (model / "weights.bin").write_bytes(bytes(range(256)))
    mlflow.set_experiment("exp/ü one")
    mlflow.set_experiment_tag("team", "vision")
    with mlflow.start_run(run_name="parent ü", description="a *note*"):
        mlflow.log_params(PARAMETERS)
        for step, value in enumerate(VALUES):
            mlflow.log_metric("val/odd name", value, step=step)
        for step in (0, 1, 2, 1, -3, 2**40):
            mlflow.log_metric("loss", 1 / (step + 7), step=step)
        mlflow.set_tag("my tag", "one\ntwo")
        mlflow.log_artifact(str(files / "a.txt"))
        mlflow.log_artifacts(str(files), "plots/deep")
        mlflow.log_artifacts(str(model), "net")
        dataset = from_numpy(np.arange(6.0).reshape(2, 3), name="my data")
        mlflow.log_input(dataset, context="training", tags={"origin": "lab"})
        with mlflow.start_run(run_name="child", nested=True), mlflow.start_run(nested=True):
            mlflow.log_metric("x", 1.5, step=4)
    try:
        with mlflow.start_run(run_name="failing"):
            raise ValueError("boom")
    except ValueError:
        pass
    with mlflow.start_run(run_name="deleted") as run:
        mlflow.log_metric("y", 1.0)
    mlflow.delete_run(run.info.run_id)
    mlflow.set_experiment("second")
    with mlflow.start_run() as run:
        external = mlflow.create_external_model(
            name="resnet", source_run_id=run.info.run_id, params={"depth": "50"}, model_type="classifier"
        )
        MlflowClient().log_model_artifacts(external.model_id, str(model))
    mlflow.start_run(run_name="stopped")
    mlflow.end_run("KILLED")
    mlflow.start_run(run_name="running")
    mlflow.log_metric("z", 2.0)


def told_by_mlflow() -> dict[str, object]:
    client = MlflowClient()
    told = {}
    for experiment in client.search_experiments():
        for run in client.search_runs([experiment.experiment_id]):
            told[run.info.run_id] = {
                "experiment": experiment.name,
                "name": run.info.run_name,
                "status": run.info.status,
                "start": run.info.start_time,
                "end": run.info.end_time,
                "params": run.data.params,
                "tags": run.data.tags,
                "metrics": {
                    key: [
                        [point.step, point.timestamp, point.value.hex()]
                        for point in client.get_metric_history(run.info.run_id, key)
                    ]
                    for key in run.data.metrics
                },
            }
    return told


mlflow.set_tracking_uri(sys.argv[1])
write(Path(sys.argv[2]))
Path(sys.argv[2], "told.json").write_text(json.dumps(told_by_mlflow()))
os._exit(0)  # the last run stays as a killed process leaves it
