"""Runs that the real yProv4ML writes, in each of its stores: every value after import."""

import json
import os
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from prov4ml_packager.importers.run_import import import_runs
from prov4ml_packager.importers.write import WrittenRun
from prov4ml_packager.reader import read_run

from .pipeline import check_import

PYTHON = os.environ.get("PROV4ML_YPROV4ML_PYTHON")
SCRIPT = Path(__file__).with_name("yprov4ml_script.py")

pytestmark = pytest.mark.skipif(
    not PYTHON, reason="needs PROV4ML_YPROV4ML_PYTHON: a Python (3.12 or newer) that has yprov4ml installed"
)


@pytest.mark.parametrize("kind", ["csv", "nc", "zarr"])
def test_every_value_of_a_real_run(tmp_path: Path, kind: str) -> None:
    assert PYTHON is not None
    command = [PYTHON, "-W", "ignore", str(SCRIPT), kind]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    logged = json.loads(done.stdout.splitlines()[-1])
    (written,) = import_runs(tmp_path / "runs", tmp_path / "out")
    assert isinstance(written, WrittenRun)
    assert written.lost == ()
    run = read_run(written.directory)
    assert (run.experiment, run.run_id, run.status) == ("real", "0", "finished")
    wanted: dict[tuple[str, str, str | None], list[list[float]]] = {}
    for name, context, source, *point in logged["points"]:
        wanted.setdefault((name, context, source), []).append(point)
    series = {(one.metric, one.context, one.source): one.points() for one in run.metrics.series}
    assert set(series) == set(wanted)
    for key, points in wanted.items():
        found = series[key]
        assert found["step"].tolist() == [point[0] for point in points]
        assert found["time"].tolist() == [int(point[1]) * 10**6 for point in points]
        values = np.array([point[2] for point in points])
        # NetCDF and Zarr stores of yProv4ML keep float32; what they hold comes over bit for bit.
        kept = values if kind == "csv" else values.astype(np.float32).astype(np.float64)
        assert found["value"].tobytes() == kept.tobytes()
    assert {(one.key, one.context): one.value for one in run.parameters} == {
        ("lr", None): 0.001,
        ("optimizer", None): "Adam",
        ("epochs", "training"): 3,
    }
    assert [context.name for context in run.contexts] == ["training", "validation"]
    assert [(one.name, one.version, one.previous) for one in run.model_versions] == [
        ("net", 1, None),
        ("net", 2, 1),
    ]
    (model,) = run.models
    assert (model.name, model.parameters) == ("final", logged["parameters"])
    assert model.layers is not None
    assert [layer.type.rpartition(".")[2] for layer in model.layers] == ["Linear", "ReLU", "Linear"]
    (dataset,) = run.datasets
    assert (dataset.label, dataset.context) == ("train_dataset", "training")
    assert {name: dataset.info[name] for name in ("batch_size", "total_steps", "shuffle")} == {
        "batch_size": 5,
        "total_steps": 4,
        "shuffle": False,
    }
    files = {one.name: one.file for one in run.artifacts} | {"net_1": run.model_versions[1].file}
    for name, place in (
        ("notes.txt", "notes.txt"),
        ("final.pt", "final/final.pt"),
        ("net_1", "net/net_1.pt"),
    ):
        path = files[name].path
        assert path is not None
        original = tmp_path / "runs" / "real_0" / "artifacts_GR0" / place
        assert (run.directory / path).read_bytes() == original.read_bytes()


@pytest.mark.parametrize("zone", ["Europe/Rome", "America/Sao_Paulo"])
def test_a_real_run_began_when_it_began(tmp_path: Path, zone: str) -> None:
    assert PYTHON is not None
    command = [PYTHON, "-W", "ignore", str(SCRIPT), "csv"]
    before = time.time_ns()
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, env={**os.environ, "TZ": zone})
    after = time.time_ns()
    (written,) = import_runs(tmp_path / "runs", tmp_path / "out")
    assert isinstance(written, WrittenRun)
    run = read_run(written.directory)
    assert run.end is not None
    assert before < run.start < run.end < after


def test_a_real_run_becomes_a_valid_crate(tmp_path: Path) -> None:
    assert PYTHON is not None
    command = [PYTHON, "-W", "ignore", str(SCRIPT), "csv"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    check_import(tmp_path / "runs" / "real_0", tmp_path, ("zarr", "netcdf", "csv"))
