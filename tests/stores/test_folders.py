"""Folders of runs and stores: what is found, where it goes, and what is done again after an interruption."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from prov4ml_packager.cli.main import run
from prov4ml_packager.conversion_plan import plan_conversion
from prov4ml_packager.convert import convert
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.metric_table import CHUNK_POINTS, POINT_DTYPE, MetricTable, series_from_points
from prov4ml_packager.sources import ReadOptions
from prov4ml_packager.stores import open_store, write_store
from prov4ml_packager.stores.foreign.column_names import parse_columns


@pytest.fixture
def folder(tmp_path: Path, small_table: MetricTable) -> Path:
    """A folder with stores of every kind, a run, and files that are none."""
    source = tmp_path / "source"
    (source / "a/deep").mkdir(parents=True)
    write_store(small_table, source / "a/one.nc")
    write_store(small_table, source / "a/deep/two.csv.gz")
    write_store(small_table, source / "three.zarr.zip", zarr_format=2)
    convert(source / "a/one.nc", source / "run_0", to="raw")
    (source / "notes.csv").write_text("day,weather\n1,rain\n")
    (source / "README.txt").write_text("mine")
    return source


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("jobs", [1, 2])
def test_everything_keeps_its_place(folder: Path, jobs: int, small_table: MetricTable) -> None:
    target = folder.parent / "target"
    counts: list[int] = []
    assert convert(folder, target, to="csv", jobs=jobs, progress=counts.append) == target
    stores = ["a/deep/two.csv", "a/one.csv", "run_0.csv", "three.csv"]
    assert names(target) == sorted([*stores, *(f"{name}-metadata.json" for name in stores)])
    assert sum(counts) == 4 * small_table.point_count
    for name in stores:
        with open_store(target / name) as table:
            assert [one.points().tobytes() for one in table.series] == [
                one.points().tobytes() for one in small_table.series
            ]
    assert sorted(one.name for one in folder.parent.iterdir()) == ["source", "target"]


@pytest.mark.filterwarnings("ignore")  # of distributed and tornado
def test_on_a_cluster_that_was_started_elsewhere(
    folder: Path,
    small_table: MetricTable,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from distributed import LocalCluster

    (folder / "torn.csv").write_text("context,metric,source,rank,step,time,value\n,m,,0,0,0,x\n")
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, scheduler_port=0
    ) as cluster:
        monkeypatch.chdir(folder.parent)
        arguments = [
            "convert",
            "source",
            "target",
            "--to",
            "netcdf",
            "--scheduler",
            cluster.scheduler_address,
        ]
        assert run([*arguments, "--resume"]) == 2
        error = capsys.readouterr().err
        assert f"{folder}/torn.csv: line 2: the value 'x' is no number" in error
        assert "1 of 5 could not be converted, so nothing was written" in error
        (folder / "torn.csv").unlink()
        assert run([*arguments, "--resume"]) == 0
    assert capsys.readouterr().out == "target\n"
    target = folder.parent / "target"
    assert names(target) == ["a/deep/two.nc", "a/one.nc", "run_0.nc", "three.nc"]
    for name in names(target):
        with open_store(target / name) as table:
            assert [one.count for one in table.series] == [one.count for one in small_table.series]


def test_a_run_of_yprov4ml_becomes_one_store(shared: Path, tmp_path: Path) -> None:
    run = shared / "data/yprov4ml-runs/zarr_experiment_0"
    convert(run, tmp_path / "m.nc")
    with open_store(tmp_path / "m.nc") as table:
        assert [(one.context, one.metric) for one in table.series] == [
            ("training", "Accuracy"),
            ("training", "Loss"),
            ("validation", "Loss"),
        ]
    convert(run, tmp_path / "all", to="csv")
    assert [name for name in names(tmp_path / "all") if name.endswith(".csv")] == [
        "metrics_GR0/Accuracy_training_None_GR0.csv",
        "metrics_GR0/Loss_training_None_GR0.csv",
        "metrics_GR0/Loss_validation_None_GR0.csv",
    ]


@pytest.mark.parametrize(
    ("target", "to", "message"),
    [
        ("out", None, "out: does not say into which format; add --to zarr, netcdf, csv or raw"),
        ("out.nc", None, "out.nc: is the name of one store, and there are 4 in "),
        ("out", "parquet", "unknown format 'parquet'; use one of zarr, netcdf, csv, raw"),
    ],
)
def test_what_a_folder_cannot_become(folder: Path, target: str, to: str | None, message: str) -> None:
    with pytest.raises(PackagerError) as caught:
        plan_conversion(folder, Path(target), to, ReadOptions())
    assert str(caught.value).startswith(message)


def test_a_folder_with_one_store_says_which(tmp_path: Path, small_table: MetricTable) -> None:
    write_store(small_table, tmp_path / "in" / "m.zarr")
    with pytest.raises(PackagerError) as caught:
        convert(tmp_path / "in", tmp_path / "m.nc")
    assert str(caught.value) == (
        f"{tmp_path}/m.nc: is the name of one store, and there are 1 in {tmp_path}/in; "
        f"give {tmp_path}/in/m.zarr"
    )


@pytest.mark.parametrize("jobs", [1, 2])
def test_csvs_of_other_programs_are_named_or_left_out(
    folder: Path, jobs: int, small_table: MetricTable
) -> None:
    (folder / "notes.csv").unlink()
    (folder / "a/log.csv").write_text("n,v\n1,0.5\n")
    notes: list[str] = []
    convert(folder, folder.parent / "one", to="netcdf", jobs=jobs, note=notes.append)
    assert notes == [
        f"{folder}/a/log.csv: is left out: a CSV of another program, whose columns --columns has to name"
    ]
    assert not (folder.parent / "one/a/log.nc").exists()
    # The columns are those of the one CSV; our own stores have theirs.
    notes.clear()
    read = ReadOptions(columns=parse_columns("step=n,value=v"))
    convert(folder, folder.parent / "two", to="netcdf", jobs=jobs, read=read, note=notes.append)
    assert notes == []
    with open_store(folder.parent / "two/a/log.nc") as table:
        assert [one.points().tolist() for one in table.series] == [[(1, 0, 0.5)]]
    with open_store(folder.parent / "two/a/one.nc") as table:
        assert len(table.series) == len(small_table.series)


def test_a_folder_of_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/log.csv").write_text("n,v\n1,0.5\n")
    with pytest.raises(PackagerError) as caught:
        convert(tmp_path / "in", tmp_path / "out", to="csv")
    assert str(caught.value) == (
        f"{tmp_path}/in: holds no run and no store; name the columns of {tmp_path}/in/log.csv with --columns"
    )


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_said_of_a_store_names_its_place(tmp_path: Path, jobs: int) -> None:
    points = np.zeros(1, POINT_DTYPE)
    points["value"].view("u8")[:] = 0xFFF8_0000_0000_0001  # a NaN that no CSV has
    for name in ("one.nc", "two.nc"):
        write_store(MetricTable((series_from_points(points, metric="m"),)), tmp_path / "in" / name)
    notes: list[str] = []
    convert(tmp_path / "in", tmp_path / "out", to="csv", jobs=jobs, note=notes.append)
    assert sorted(line.split(": ")[0] for line in notes) == [
        f"{tmp_path}/out/one.csv", f"{tmp_path}/out/two.csv",
    ]  # fmt: skip


def test_two_sources_of_one_target(folder: Path, small_table: MetricTable) -> None:
    write_store(small_table, folder / "a/one.zarr")
    with pytest.raises(PackagerError, match=r"one\.nc and .*one\.zarr would both become a/one\.csv"):
        convert(folder, folder.parent / "target", to="csv")


def test_a_folder_is_not_replaced(folder: Path) -> None:
    (folder.parent / "target").mkdir()
    (folder.parent / "target/thesis.txt").write_text("mine")
    with pytest.raises(PackagerError, match="exists already; choose another name, or remove it"):
        convert(folder, folder.parent / "target", to="csv")
    assert names(folder.parent / "target") == ["thesis.txt"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_that_fails_keeps_the_others_for_the_next_call(folder: Path, jobs: int) -> None:
    good = (folder / "a/one.nc").read_bytes()
    (folder / "a/one.nc").write_bytes(good[:5000])
    target = folder.parent / "target"
    lines: list[str] = []
    with pytest.raises(PackagerError, match="1 of 4 could not be converted, so nothing was written"):
        convert(folder, target, to="zarr", resume=True, jobs=jobs, note=lines.append)
    assert not target.exists()
    assert len(lines) == 2
    assert lines[0].startswith(f"{folder}/notes.csv: is left out: ")
    assert lines[1].startswith(f"{folder}/a/one.nc: is damaged: ")
    assert any("partial" in one.name for one in folder.parent.iterdir())
    with pytest.raises(PackagerError):
        convert(folder, target, to="zarr")
    assert [one.name for one in folder.parent.iterdir()] == ["source"]


KILLED = """
import os, signal, sys
from pathlib import Path
from prov4ml_packager.convert import convert
done = 0
def count(points):
    global done
    done += points
    if done >= int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
to, resume = sys.argv[4] or None, sys.argv[5] == "resume"
convert(Path(sys.argv[1]), Path(sys.argv[2]), to=to, resume=resume, progress=count)
"""


def killed(source: Path, target: Path, points: int, to: str = "", resume: str = "resume") -> None:
    command = [sys.executable, "-c", KILLED, str(source), str(target), str(points), to, resume]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL


@pytest.fixture(scope="module")
def long_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five chunks of one series, in Zarr."""
    points = np.zeros(5 * CHUNK_POINTS + 11, POINT_DTYPE)
    points["step"] = np.arange(len(points))
    points["time"] = 1_795_000_000_123_456_789 + points["step"] * 1_000_003
    points["value"] = np.random.default_rng(0).normal(size=len(points))
    table = MetricTable((series_from_points(points, metric="loss", context="TRAINING"),))
    return write_store(table, tmp_path_factory.mktemp("long") / "m.zarr")


class Counting:
    """Counts the points that a store is asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from prov4ml_packager.stores import blocks

        self.points = 0
        load = blocks.BlockReader._block

        def counted(reader: blocks.BlockReader, number: int) -> object:
            before = len(reader._blocks), number in reader._blocks
            block = load(reader, number)
            self.points += 0 if before[1] else len(block)
            return block

        monkeypatch.setattr(blocks.BlockReader, "_block", counted)


@pytest.mark.parametrize(
    ("name", "to", "flag"),
    [
        ("m2.zarr", "", "resume"),
        ("m2.zarr", "", "plain"),
        ("m2.zarr.zip", "", "resume"),
        ("m2.nc", "", "resume"),
        ("m2.csv", "", "plain"),
        ("m_2", "raw", "plain"),
    ],
)
def test_a_killed_conversion_is_gone_on_with(
    long_store: Path, tmp_path: Path, name: str, to: str, flag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 5 * CHUNK_POINTS + 11
    killed(long_store, tmp_path / name, 3 * CHUNK_POINTS, to, flag)
    assert not (tmp_path / name).exists()
    reads = Counting(monkeypatch)
    convert(long_store, tmp_path / name, to=to or None, resume=True)
    if to != "raw":  # which asks for all points once more, for their times
        looked_at = count if name.endswith(".csv") else 0  # for NaN that a CSV does not hold
        assert reads.points - looked_at < count - CHUNK_POINTS
    assert {one.name for one in tmp_path.iterdir()} <= {name, f"{name}-metadata.json"}
    whole = tmp_path / "whole" / name
    convert(long_store, whole, to=to or None)
    if to == "raw":
        relative = "rank_0/metrics.bin"
        assert (tmp_path / name / relative).read_bytes() == (whole / relative).read_bytes()
    elif whole.is_dir():
        assert names(tmp_path / name) == names(whole)
        for file in names(whole):
            assert (tmp_path / name / file).read_bytes() == (whole / file).read_bytes()
    else:
        for file in tmp_path.glob(f"{name}*"):
            assert file.read_bytes() == whole.with_name(file.name).read_bytes()


def test_pieces_of_another_source_are_not_used(
    long_store: Path, tmp_path: Path, small_table: MetricTable
) -> None:
    source = shutil.copytree(long_store, tmp_path / "source.zarr")
    killed(source, tmp_path / "m2.csv", 3 * CHUNK_POINTS)
    shutil.rmtree(source)
    write_store(small_table, source)
    convert(source, tmp_path / "m2.csv", resume=True)
    with open_store(tmp_path / "m2.csv") as table:
        assert table.point_count == small_table.point_count


def test_what_a_killed_call_left_goes_with_the_next(long_store: Path, tmp_path: Path) -> None:
    killed(long_store, tmp_path / "m2.zarr", 2 * CHUNK_POINTS, "", "plain")
    assert [one.name for one in tmp_path.iterdir()] != []
    convert(long_store, tmp_path / "m2.zarr")
    assert [one.name for one in tmp_path.iterdir()] == ["m2.zarr"]


def test_two_at_a_time_on_one_target(long_store: Path, tmp_path: Path) -> None:
    from prov4ml_packager.partial import partial_conversion

    with (
        partial_conversion(tmp_path / "m2.csv", {}, resume=False),
        pytest.raises(PackagerError, match=r"m2\.csv: another conversion is writing it; wait for it"),
    ):
        convert(long_store, tmp_path / "m2.csv")


def test_a_folder_that_was_killed_does_not_do_again_what_is_whole(folder: Path) -> None:
    target = folder.parent / "target"
    killed(folder, target, 12, "zarr")
    partial = next(one for one in folder.parent.iterdir() if one.name.endswith("partial"))
    done = [json.loads(line) for line in (partial / "done").read_text().splitlines()]
    assert done == ["a/deep/two.zarr"]
    made = (partial / "tree/a/deep/two.zarr/zarr.json").stat().st_mtime_ns
    time.sleep(0.01)
    convert(folder, target, to="zarr", resume=True)
    assert (target / "a/deep/two.zarr/zarr.json").stat().st_mtime_ns == made
    assert sorted(os.listdir(folder.parent)) == ["source", "target"]
