"""Every test of the logger leaves no active run behind, and sees no launcher that is not its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import prov4ml
from prov4ml.lifecycle import Active

_LAUNCHER_PREFIXES = ("OMPI_", "PMIX_", "PMI_", "PALS_", "FLUX_", "SLURM_", "TORCHELASTIC_")
_LAUNCHER_NAMES = {"RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"}


@pytest.fixture(autouse=True)
def clean_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    import os

    for name in list(os.environ):
        if name in _LAUNCHER_NAMES or name.startswith(_LAUNCHER_PREFIXES):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PROV4ML_FINALIZE", "0")
    yield
    if Active.run is not None:
        prov4ml.end_run()


@pytest.fixture
def run(tmp_path: Path) -> prov4ml.Run:
    return prov4ml.start_run("experiment", prov_save_path=tmp_path, disable_codecarbon=True)


@pytest.fixture
def rank_path(tmp_path: Path) -> Path:
    """The folder in which the run of the fixture `run` writes."""
    return tmp_path / "experiment_0" / "rank_0"
