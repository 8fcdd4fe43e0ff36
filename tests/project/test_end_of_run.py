"""What `end_run` says in a training job where the packager lacks some or all of what it needs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

SCRIPT = """
import sys
for name in sys.argv[1].split(","):
    sys.modules[name] = None  # importing it fails as if it were not installed
import prov4ml
prov4ml.start_run("exp", prov_save_path="prov", disable_codecarbon="carbon" not in sys.argv)
prov4ml.log_metric("loss", 0.5, prov4ml.Context.TRAINING)
prov4ml.end_run()
"""


def end_a_run(folder: Path, *arguments: str) -> str:
    """Return what a script that ends a run prints; its exit status is always 0."""
    paths = os.pathsep.join(str(PROJECT / part) for part in (".", "packager", "validators"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PROV4ML_")}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        cwd=folder, env={**environment, "PYTHONPATH": paths}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("refused", "missing"),
    [("numpy,numcodecs,zarr", {"numpy"}), ("numcodecs,zarr", {"numcodecs", "zarr"})],
    ids=["all of it", "a part, as beside codecarbon, which brings numpy"],
)
def test_without_the_packager_it_names_the_extra_and_the_command(
    tmp_path: Path, refused: str, missing: set[str]
) -> None:
    said = end_a_run(tmp_path, refused)
    run = tmp_path / "prov" / "exp_0"
    before, _, after = said.partition(" is missing); then: ")
    assert before.startswith(
        f"prov4ml: {run}: the raw run is complete. Packaging needs pip install 'prov4ml[pack]' ("
    )
    assert before.rpartition("(")[2] in missing
    assert after == f"prov4ml-pack finalize {run}\n"
    assert not (run / "packaged").exists()


def test_with_the_packager_and_without_codecarbon_it_says_nothing(tmp_path: Path) -> None:
    assert end_a_run(tmp_path, "codecarbon", "carbon") == ""
    assert (tmp_path / "prov" / "exp_0" / "packaged" / "prov.json").is_file()
