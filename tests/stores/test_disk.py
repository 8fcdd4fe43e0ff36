"""No room: one line that says where, and nothing half written. A limit of file size stands for it."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from prov4ml_packager.metric_table import POINT_DTYPE, MetricTable, series_from_points
from prov4ml_packager.reader.metrics import MEMORY_POINTS
from prov4ml_packager.stores import write_store

LIMITED = """
import resource, sys
from prov4ml_packager.cli.main import run
size = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
sys.exit(run(sys.argv[2:]))
"""
TOO_LARGE = "File too large"


def convert(size: int, *arguments: object, folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", LIMITED, str(size), "convert", *map(str, arguments)]
    environment = {**os.environ, "TMPDIR": str(folder)}
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)


@pytest.fixture
def room(tmp_path: Path) -> Path:
    (tmp_path / "room").mkdir()
    return tmp_path / "room"


def table(count: int) -> MetricTable:
    points = np.zeros(count, POINT_DTYPE)
    points["step"] = np.arange(count)
    points["value"] = np.random.default_rng(0).normal(size=count)
    return MetricTable((series_from_points(points, metric="loss"),))


@pytest.mark.parametrize("name", ["m.zarr", "m.zarr.zip", "m.nc", "m.csv", "m.csv.gz", "m.csv.zst"])
def test_a_store_that_does_not_fit(name: str, tmp_path: Path, room: Path) -> None:
    source = write_store(table(30_000), tmp_path / "source.nc")
    target = tmp_path / "made" / name
    done = convert(50_000, source, target, folder=room)
    assert done.returncode == 2
    assert done.stderr.startswith(f"prov4ml-pack: error: {target}: cannot be written: ")
    assert "prov4ml-" not in done.stderr.removeprefix("prov4ml-pack")
    assert done.stderr.count("\n") == 1
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "options"),
    [("log.csv", ["--columns", "step=step,value=value"]), ("log.csv.gz", []), ("log.nc", ["--salvage"])],
)
def test_temporary_files_that_do_not_fit(name: str, options: list[str], tmp_path: Path, room: Path) -> None:
    source = write_store(table(3_000), tmp_path / name)
    done = convert(50_000, source, tmp_path / "m.zarr", *options, folder=room)
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        f"prov4ml-pack: error: {room}: cannot write temporary files: {TOO_LARGE}; "
        "set TMPDIR to a folder with more space\n",
    )
    assert not (tmp_path / "m.zarr").exists()
    assert list(room.iterdir()) == []


def test_what_does_not_fit_is_not_taken_for_damage(tmp_path: Path, room: Path) -> None:
    """A run of more points than are sorted in memory: they go through a temporary file."""
    write_store(table(MEMORY_POINTS + 1), tmp_path / "m.nc")
    assert convert(1 << 30, tmp_path / "m.nc", tmp_path / "run_0", "--to", "raw", folder=room).returncode == 0
    done = convert(1_000_000, tmp_path / "run_0", tmp_path / "out.nc", "--salvage", folder=room)
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        f"prov4ml-pack: error: {room}: cannot write temporary files: {TOO_LARGE}; "
        "set TMPDIR to a folder with more space\n",
    )
    assert not (tmp_path / "out.nc").exists()
