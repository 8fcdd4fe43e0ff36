"""The way of the data in one go: a real script logs, ends, packages; what comes out is opened by others."""

import csv
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from prov4ml_packager.convert import convert
from prov4ml_packager.crate import unpack_crate
from prov4ml_packager.finalize import finalize
from prov4ml_packager.reader import read_run
from prov4ml_packager.stores import open_store
from prov4ml_packager.text import unescape_text
from prov4ml_validators import validate

HOSTILE_NAMES = [
    "../x",
    "a" * 300,
    "line\nbreak",
    "cr\rlf",
    "😀",
    "CON",
    "Loss",
    "loss",
    "nul\0",
    "\ud800",
    "a,b;c\t'\"",
]

SCRIPT = """
import math, prov4ml
from prov4ml import Context
prov4ml.start_run("exp", "https://example.org/lab#", "prov", True, disable_codecarbon=True, {options})
for step in range(10):
    prov4ml.log_metric("loss", 1 / (step + 1), Context.TRAINING, step)
prov4ml.log_metric("special", math.nan)
prov4ml.log_param("lr", 0.1)
prov4ml.save_model_version(b"weights", "net")
prov4ml.end_run(create_graph=True, create_svg=True, crate_ro_crate=True)
"""


def run_script(folder: Path, body: str, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    (folder / "train.py").write_text(body)
    environment = {name: value for name, value in os.environ.items() if name != "PROV4ML_FINALIZE"}
    completed = subprocess.run(
        [*command, sys.executable, "train.py"],
        cwd=folder,
        env={**environment, **variables},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert completed.returncode == 0, completed.stderr
    return completed


@pytest.mark.parametrize(
    ("options", "store", "compression"),
    [
        ("", "metrics.zarr", zipfile.ZIP_STORED),
        (
            "metrics_file_type=prov4ml.MetricsType.NETCDF, use_compressor=prov4ml.CompressorType.DEFLATE",
            "metrics.nc",
            zipfile.ZIP_DEFLATED,
        ),
        (
            "metrics_file_type=prov4ml.MetricsType.CSV, csv_separator=';', "
            "use_compressor=prov4ml.CompressorType.BZIP2",
            "metrics.csv",
            zipfile.ZIP_BZIP2,
        ),
    ],
)
def test_end_run_makes_everything_that_was_asked_for(
    tmp_path: Path, options: str, store: str, compression: int
) -> None:
    completed = run_script(tmp_path, SCRIPT.format(options=options))
    assert completed.stderr == ""
    directory = tmp_path / "prov" / "exp_0"
    assert {"prov.json", "graph.dot", "graph.svg", store} <= {
        path.name for path in (directory / "packaged").iterdir()
    }
    for product in (directory, directory / "packaged" / "prov.json", tmp_path / "prov" / "exp_0.zip"):
        assert validate(product).is_valid(), product
    ElementTree.parse(directory / "packaged" / "graph.svg")
    with zipfile.ZipFile(tmp_path / "prov" / "exp_0.zip") as archive:
        assert archive.getinfo("packaged/prov.json").compress_type == compression
        assert archive.testzip() is None


@pytest.mark.system("mpirun")
@pytest.mark.parametrize("variables", [{}, {"SLURM_PROCID": "0"}], ids=["plain", "in-slurm-batch"])
def test_four_processes_under_mpirun_give_one_crate_with_four_ranks(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    mpirun = ("mpirun", "--allow-run-as-root", "--oversubscribe", "-np", "4")
    run_script(tmp_path, SCRIPT.format(options=""), *mpirun, **variables)
    (crate,) = (tmp_path / "prov").glob("*.zip")
    assert validate(crate).is_valid()
    record = read_run(tmp_path / "prov" / "exp_0")
    assert (record.status, [rank.rank for rank in record.ranks]) == ("finished", [0, 1, 2, 3])
    opened = unpack_crate(crate, tmp_path / "opened")
    with open_store(opened / "packaged" / "metrics.zarr") as table:
        assert {series.rank for series in table.series} == {0, 1, 2, 3}
        assert table.point_count == 4 * 11
    document = json.loads((opened / "packaged" / "prov.json").read_bytes())
    assert len(document["activity"]) >= 5  # the run, and each of its ranks


def test_hostile_names_survive_every_format(tmp_path: Path) -> None:
    body = f"""
import prov4ml
names = {HOSTILE_NAMES!r}
prov4ml.start_run(names[0], prov_save_path="prov", disable_codecarbon=True)
for number, name in enumerate(names):
    open("file.txt", "w").write(str(number))
    prov4ml.log_metric(name, number, name, source=name)
    prov4ml.log_param(name, name, name)
    prov4ml.log_artifact(name, "file.txt", name)
prov4ml.end_run(create_svg=True, crate_ro_crate=True)
"""
    run_script(tmp_path, body)
    (directory,) = (path for path in (tmp_path / "prov").iterdir() if path.is_dir())
    expected = {(name, name, name): [float(number)] for number, name in enumerate(HOSTILE_NAMES)}

    def names_and_values(path: Path) -> dict[tuple[str | None, str, str | None], list[float]]:
        with open_store(path) as table:
            return {
                (series.context, series.metric, series.source): series.points()["value"].tolist()
                for series in table.series
            }

    chain = [finalize(directory, svg=True).store]
    for name in ("a.nc", "b.csv", "c.zarr", "d.zarr.zip"):
        chain.append(convert(chain[-1], tmp_path / name))
        assert names_and_values(chain[-1]) == expected
    raw = convert(chain[-1], tmp_path / "raw", to="raw")
    assert {
        (series.context, series.metric, series.source) for series in read_run(raw).metrics.series
    } == expected.keys()

    document = json.loads((directory / "packaged" / "prov.json").read_bytes())
    labels = {unescape_text(str(entity.get("prov:label"))) for entity in document["entity"].values()}
    assert set(HOSTILE_NAMES) <= labels
    ElementTree.parse(directory / "packaged" / "graph.svg")

    (crate,) = (tmp_path / "prov").glob("*.zip")
    assert validate(crate).is_valid()
    opened = unpack_crate(crate, tmp_path / "opened")
    metadata = json.loads((opened / "ro-crate-metadata.json").read_bytes())
    names = {unescape_text(str(entity.get("name"))) for entity in metadata["@graph"]}
    assert set(HOSTILE_NAMES) <= names
    assert not (tmp_path / "x").exists()
    assert sorted(path.name for path in (tmp_path / "prov").iterdir()) == sorted([directory.name, crate.name])


def test_a_csv_store_reads_as_plain_csv_too(tmp_path: Path) -> None:
    options = "metrics_file_type=prov4ml.MetricsType.CSV, csv_separator=';'"
    run_script(tmp_path, SCRIPT.format(options=options))
    with open(tmp_path / "prov" / "exp_0" / "packaged" / "metrics.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert list(rows[0]) == ["context", "metric", "source", "rank", "step", "time", "value"]
    losses = [float(row["value"]) for row in rows if row["metric"] == "loss"]
    assert losses == [1 / (step + 1) for step in range(10)]


def test_the_documented_module_commands_stand_for_prov4ml_pack(tmp_path: Path) -> None:
    run_script(tmp_path, SCRIPT.format(options=""))
    run = tmp_path / "prov" / "exp_0"

    def alias(module: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", f"prov4ml.{module}", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path)

    dot = alias("prov2dot", "--prov_json", run / "packaged" / "prov.json", "--output", "g.dot")
    assert dot.returncode == 0
    assert f"prov4ml-pack graph {run / 'packaged' / 'prov.json'} -o g.dot" in dot.stderr
    svg = alias("dot2svg", "--dot", "g.dot", "--output", "g.svg")
    assert svg.returncode == 0, svg.stderr
    ElementTree.parse(tmp_path / "g.svg")
    collected = alias("prov_collection", "--experiment_path", run, "--output_dir", "collected")
    assert collected.returncode == 0, collected.stderr
    assert (tmp_path / "collected" / "prov.json").read_bytes() == (
        run / "packaged" / "prov.json"
    ).read_bytes()

    missing = alias("prov2dot", "--prov_json", "missing.json", "--output", "g.dot")
    assert missing.returncode == 2
    assert len(missing.stderr.splitlines()) == 2
    assert "missing.json" in missing.stderr.splitlines()[1]
