"""Import, finalize, package, validate: every tracker the same way, with no finding at MUST."""

import json
from pathlib import Path

import pytest

from prov4ml_packager.cli.main import run
from prov4ml_packager.crate import CrateOptions, build_crate
from prov4ml_packager.finalize import finalize
from prov4ml_packager.reader import read_run
from prov4ml_validators import validate
from tests.importers.trackers.real_runs import imported


def musts(path: Path) -> list[str]:
    return [str(one) for one in validate(path).findings if one.severity.name == "MUST"]


@pytest.fixture
def text_tables(tmp_path: Path) -> Path:
    """Return a folder that DVCLive and Lightning may have written, where neither is installed."""
    metrics = tmp_path / "project" / "dvclive" / "plots" / "metrics" / "train"
    metrics.mkdir(parents=True)
    (metrics / "loss.tsv").write_text("step\tloss\n0\t0.5\n1\tnan\n")
    (tmp_path / "project" / "dvclive" / "params.yaml").write_text("lr: 0.1\ndeep: {a: [1, 2]}\n")
    return tmp_path / "project"


@pytest.mark.parametrize(
    "source",
    [
        "mlflow_folder",
        "mlflow_database",
        "logdir",
        "wandb_folder",
        "trackio_folder",
        "text_tables",
        "dvclive_project",
        "lightning_folder",
    ],
)
def test_every_run_becomes_a_valid_crate(request: pytest.FixtureRequest, tmp_path: Path, source: str) -> None:
    runs = imported(request.getfixturevalue(source), tmp_path / "prov")
    assert runs
    for store, one in zip(("zarr", "csv", "netcdf") * len(runs), runs, strict=False):
        assert musts(one.directory) == []
        finalize(one.directory, to=store)
        assert musts(one.directory / "packaged" / "prov.json") == []
    crate = tmp_path / "all.zip"
    build_crate([read_run(one.directory) for one in runs], crate, CrateOptions())
    assert musts(crate) == []


def test_a_folder_of_several_trackers_says_so(
    tmp_path: Path, text_tables: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    version = text_tables / "lightning_logs" / "version_0"
    version.mkdir(parents=True)
    (version / "metrics.csv").write_text("step,loss\n0,0.5\n")
    assert run(["import", str(text_tables), "-o", str(tmp_path / "prov")]) == 0
    assert capsys.readouterr().err == (
        f"prov4ml-pack: note: {text_tables} also holds runs of Lightning's CSVLogger: "
        "--from lightning-csv imports them\n"
    )


def test_the_command(wandb_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", str(wandb_folder), "-o", str(tmp_path / "prov")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(str(tmp_path / "prov" / "proj_"))
    assert lines[1].startswith("  carried over: ")
    (directory,) = (tmp_path / "prov").iterdir()
    text = (directory / "rank_0" / "events.jsonl").read_text()
    journal = [json.loads(line) for line in text.splitlines()]
    (event,) = (one for one in journal if one["event"] == "import")
    assert event["format"] == "wandb"
    assert len(event["sources"][0]["sha256"]) == 64
