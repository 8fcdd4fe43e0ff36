import gzip
import json
import os
from pathlib import Path

import numpy as np
import pytest

from prov4ml_packager.cli.main import run as run_command
from prov4ml_packager.convert import convert
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.metric_table import MetricTable
from prov4ml_packager.reader import read_run
from prov4ml_packager.stores import open_store, write_store
from prov4ml_validators import validate

RUN = {
    "experiment": "../digits",
    "run_id": "7",
    "run_uuid": "0b0f3c0e-7f0e-4f0e-9a53-000000000001",
    "created": 1_795_000_000_000_000_000,
    "start": 1_795_000_000_000_000_005,
    "end": 1_795_000_009_000_000_000,
    "status": "failed",
    "user_namespace": "http://example.org/",
    "world_size": 2,
    "collect_all_processes": True,
    "logger_version": "0.1.0",
}


def test_a_store_becomes_the_run_it_was_made_of(tmp_path: Path, small_table: MetricTable) -> None:
    write_store(MetricTable(small_table.series, RUN), tmp_path / "m.csv")
    assert convert(tmp_path / "m.csv", tmp_path / "digits_7", to="raw") == tmp_path / "digits_7"
    run = read_run(tmp_path / "digits_7")
    assert (run.experiment, run.run_id, run.uuid) == ("../digits", "7", RUN["run_uuid"])
    assert (run.created, run.start, run.end) == (RUN["created"], RUN["start"], RUN["end"])
    assert (run.status, run.world_size, run.user_namespace) == ("failed", 2, "http://example.org/")
    assert run.metrics.attributes == RUN
    assert [rank.rank for rank in run.ranks] == [0, 1]
    assert run.warnings == ()


def test_a_store_without_identity_becomes_a_new_run(tmp_path: Path, small_table: MetricTable) -> None:
    write_store(MetricTable(small_table.series), tmp_path / "m.nc")
    convert(tmp_path / "m.nc", tmp_path / "mine_3", to="raw")
    run = read_run(tmp_path / "mine_3")
    assert (run.experiment, run.run_id, run.status) == ("mine", "3", "finished")
    times = np.concatenate([one.points()["time"] for one in small_table.series])
    assert (run.start, run.end) == (times.min(), times.max())


@pytest.mark.parametrize("attributes", [RUN, {}, {**RUN, "status": "finished", "world_size": 4}])
def test_the_run_directory_is_valid(
    tmp_path: Path, small_table: MetricTable, attributes: dict[str, str | int | float | bool]
) -> None:
    write_store(MetricTable(small_table.series, attributes), tmp_path / "m.zarr")
    report = validate(convert(tmp_path / "m.zarr", tmp_path / "run_1", to="raw"))
    assert [finding for finding in report.findings if finding.severity.name == "MUST"] == []
    assert read_run(tmp_path / "run_1").status == attributes.get("status", "finished")


@pytest.mark.parametrize("inside", ["run.json", "rank_0/metrics.bin", "packaged/m.nc", "rank_0/../run.json"])
def test_nothing_is_written_into_the_run_that_is_read(
    tmp_path: Path, small_table: MetricTable, inside: str
) -> None:
    write_store(small_table, tmp_path / "m.nc")
    run = convert(tmp_path / "m.nc", tmp_path / "run_1", to="raw")
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    with pytest.raises(PackagerError, match="lies in the source itself; write it beside"):
        convert(run, run / inside, to="csv")
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_nothing_is_written_into_the_store_that_is_read(tmp_path: Path, small_table: MetricTable) -> None:
    write_store(small_table, tmp_path / "m.zarr")
    with pytest.raises(PackagerError, match="lies in the source itself"):
        convert(tmp_path / "m.zarr", tmp_path / "m.zarr" / "x.nc")
    assert not (tmp_path / "m.zarr" / "x.nc").exists()


def test_a_store_may_replace_itself(tmp_path: Path, small_table: MetricTable) -> None:
    write_store(small_table, tmp_path / "m.zarr")
    convert(tmp_path / "m.zarr", tmp_path / "m.zarr")
    with open_store(tmp_path / "m.zarr") as table:
        assert [(one.identity, one.points().tobytes()) for one in table.series] == [
            (one.identity, one.points().tobytes()) for one in small_table.series
        ]


def test_attributes_are_not_believed(tmp_path: Path, small_table: MetricTable) -> None:
    attributes = {
        "run_uuid": "../../x", "status": "great", "world_size": 1 << 40, "created": -5, "start": "soon",
        "collect_all_processes": True,
    }  # fmt: skip
    write_store(MetricTable(small_table.series, attributes), tmp_path / "m.zarr")
    convert(tmp_path / "m.zarr", tmp_path / "run_1", to="raw")
    assert sorted(path.name for path in (tmp_path / "run_1").iterdir()) == ["rank_0", "rank_1", "run.json"]
    document = json.loads((tmp_path / "run_1" / "run.json").read_text())
    assert len(document["uuid"]) == 36
    assert document["created"] >= 0


def test_points_that_a_run_has_lost_are_named(tmp_path: Path, small_table: MetricTable) -> None:
    run = convert(write_store(small_table, tmp_path / "m.nc"), tmp_path / "mine_0", to="raw")
    points = run / "rank_0" / "metrics.bin"
    os.truncate(points, 80)
    notes: list[str] = []
    convert(run, tmp_path / "again.zarr", note=notes.append)
    assert notes == [
        f"{run}: rank_0/metrics.bin: torn last record of 16 bytes dropped",
        f"{run}: rank_0/metrics.bin: 2 points are there, 6 were written",
    ]


def test_a_run_is_never_overwritten(tmp_path: Path, small_table: MetricTable) -> None:
    write_store(small_table, tmp_path / "m.csv")
    convert(tmp_path / "m.csv", tmp_path / "run_1", to="raw")
    with pytest.raises(PackagerError) as caught:
        convert(tmp_path / "m.csv", tmp_path / "run_1", to="raw")
    assert str(caught.value) == (
        f"{tmp_path / 'run_1'}: exists already, and a run is never overwritten; choose another name"
    )


def test_onto_itself_with_another_separator(tmp_path: Path, small_table: MetricTable) -> None:
    path = write_store(small_table, tmp_path / "m.csv")
    convert(path, path, separator=";")
    assert path.read_text().startswith("context;metric;")
    with open_store(path) as table:
        assert table.attributes == small_table.attributes
        assert [one.unit for one in table.series] == [one.unit for one in small_table.series]


@pytest.mark.parametrize(
    ("target", "options", "message"),
    [
        ("m.zarr", ["--separator", ";"], "becomes Zarr, which has no --separator"),
        ("m.nc", ["--sharded"], "becomes NetCDF, which has no --sharded"),
        ("m.csv", ["--zarr-format", "2"], "becomes CSV, which has no --zarr-format"),
        ("m_0", ["--to", "raw", "--codec", "zstd"], "becomes a run directory, which has no --codec"),
        ("m_0", ["--to", "raw", "--level", "3"], "becomes a run directory, which has no --level"),
    ],
)
def test_options_of_another_format(
    target: str,
    options: list[str],
    message: str,
    tmp_path: Path,
    small_table: MetricTable,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = write_store(small_table, tmp_path / "source.nc")
    assert run_command(["convert", str(source), str(tmp_path / target), *options]) == 2
    assert capsys.readouterr().err == f"prov4ml-pack: error: {tmp_path}/{target}: {message}; leave it out\n"
    assert not (tmp_path / target).exists()


def test_a_run_has_no_columns_to_name(
    tmp_path: Path, small_table: MetricTable, capsys: pytest.CaptureFixture[str]
) -> None:
    source = convert(write_store(small_table, tmp_path / "m.nc"), tmp_path / "m_0", to="raw")
    assert run_command(["convert", str(source), str(tmp_path / "m.csv"), "--columns", "value=loss"]) == 2
    assert capsys.readouterr().err == (
        f"prov4ml-pack: error: {source}: is a run, which has no columns to name; leave out --columns\n"
    )


@pytest.mark.parametrize(
    ("name", "options", "separator"),
    [
        ("m.csv", [], ","),
        ("m.tsv", [], "\t"),
        ("m.tsv.gz", [], "\t"),
        ("m.tsv", ["--separator", ";"], ";"),
        ("m.csv", ["--separator", "\\t"], "\t"),
        ("m.csv", ["--separator", "tab"], "\t"),
    ],
)
def test_separators_of_a_csv(
    name: str, options: list[str], separator: str, tmp_path: Path, small_table: MetricTable
) -> None:
    source = write_store(small_table, tmp_path / "source.nc")
    assert run_command(["convert", str(source), str(tmp_path / name), *options]) == 0
    data = (tmp_path / name).read_bytes()
    text = gzip.decompress(data) if name.endswith(".gz") else data
    assert text.decode().split("\n")[0].split(separator) == [
        "context", "metric", "source", "rank", "step", "time", "value",
    ]  # fmt: skip


def test_links_that_lead_in_a_circle(
    tmp_path: Path, small_table: MetricTable, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_store(small_table, tmp_path / "source.nc")
    (tmp_path / "loop").symlink_to("loop")
    assert run_command(["convert", str(source), str(tmp_path / "loop" / "m.nc")]) == 2
    assert capsys.readouterr().err == (
        f"prov4ml-pack: error: {tmp_path}/loop/m.nc: cannot be written: its links lead in a circle\n"
    )


def test_what_cannot_be_converted(tmp_path: Path, small_table: MetricTable) -> None:
    path = write_store(small_table, tmp_path / "m.csv")
    with pytest.raises(PackagerError, match=r"nowhere.zarr: does not exist"):
        convert(tmp_path / "nowhere.zarr", tmp_path / "x.nc")
    with pytest.raises(PackagerError, match=r"unknown format 'parquet'; use one of zarr, netcdf, csv, raw"):
        convert(path, tmp_path / "x", to="parquet")
    with pytest.raises(PackagerError, match=r"unknown codec 'pickle' for Zarr; use one of zstd, "):
        convert(path, tmp_path / "x.zarr", codec="pickle")
    assert {one.name for one in tmp_path.iterdir()} == {"m.csv", "m.csv-metadata.json"}


@pytest.mark.parametrize("target", ["x.zarr", "x.nc", "x.csv", "x_1"])
def test_a_damaged_source_leaves_nothing_behind(tmp_path: Path, target: str) -> None:
    source = tmp_path / "m.csv"
    source.write_text("context,metric,source,rank,step,time,value\n,m,,0,0,0,0.5\n,m,,0,1,1,oops\n")
    to = None if "." in target else "raw"
    with pytest.raises(PackagerError, match=r"m\.csv: line 3: the value 'oops' is no number"):
        convert(source, tmp_path / target, to=to)
    assert [one.name for one in tmp_path.iterdir()] == ["m.csv"]
