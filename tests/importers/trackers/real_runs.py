"""Runs of real trackers: written by scripts in processes of their own, imported, read back."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from prov4ml_packager.importers.imported import UnreadableRun
from prov4ml_packager.importers.run_import import import_runs
from prov4ml_packager.importers.write import WrittenRun
from prov4ml_packager.reader import read_run
from prov4ml_packager.record import RunRecord

WRITERS = Path(__file__).parent / "writers"

Series = dict[tuple[str | None, str, str | None], list[tuple[int, int, str]]]
"""Step, time in ns and value in hex of each point, by context, metric and source."""


def needs(module: str, how: str) -> None:
    """Skip where a tracker is not installed."""
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"needs {module}: {how}")


def write_runs(script: str, folder: Path, *arguments: str, killed: bool = False) -> None:
    """Run a writer in a folder; `killed` if it ends itself by SIGKILL."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("WANDB_", "MLFLOW_"))
    }
    environment.update(
        PYTHONPATH=str(WRITERS.parents[3]),
        HOME=str(folder),
        HF_HUB_OFFLINE="1",
        WANDB_MODE="offline",
        DVC_NO_ANALYTICS="1",
    )
    completed = subprocess.run(
        [sys.executable, str(WRITERS / script), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert completed.returncode == (-9 if killed else 0), completed.stderr


def imported(source: Path, folder: Path, name: str | None = None) -> list[WrittenRun]:
    """Import a source of which every run can be read."""
    found = []
    for one in import_runs(source, folder, importer=name):
        assert not isinstance(one, UnreadableRun), one
        found.append(one)
    return found


def records(source: Path, folder: Path, name: str | None = None) -> dict[str, RunRecord]:
    """Import a source and read the runs back, by the name that the tracker has for each."""
    return {one.run.run_id: read_run(one.directory) for one in imported(source, folder, name)}


def series_of(run: RunRecord) -> Series:
    """Return all points of a run."""
    return {
        (one.context, one.metric, one.source): [
            (int(point["step"]), int(point["time"]), float(point["value"]).hex()) for point in one.points()
        ]
        for one in run.metrics.series
    }


def bytes_of(run: RunRecord, path: str) -> bytes:
    """Return the content of a copy in the run directory."""
    return (run.directory / path).read_bytes()
