"""Damaged stores: the place is said, and everything that can be read is."""

import gzip
import shutil
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from prov4ml_packager.convert import convert
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.metric_table import (
    CHUNK_POINTS,
    POINT_DTYPE,
    MetricTable,
    Points,
    series_from_points,
    sorted_table,
)
from prov4ml_packager.sources import ReadOptions
from prov4ml_packager.stores import open_store, write_store
from prov4ml_packager.stores.foreign.column_names import parse_columns

FIRST, SECOND = CHUNK_POINTS + 100, CHUNK_POINTS + 200


def points(count: int, seed: int) -> Points:
    result = np.zeros(count, POINT_DTYPE)
    result["step"] = np.arange(count)
    result["time"] = 1_795_000_000_123_456_789 + result["step"] * 1_000_003
    result["value"] = np.random.default_rng(seed).normal(size=count)
    return result


TABLE = sorted_table(
    [
        series_from_points(points(FIRST, 0), metric="a", context="TRAINING", unit="1"),
        series_from_points(points(SECOND, 1), metric="b", context="TRAINING"),
        series_from_points(points(50, 2), metric="c", context="VALIDATION"),
    ],
    {"experiment": "digits"},
)
TOTAL = TABLE.point_count


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    for name in ("m.zarr", "m.zarr.zip", "m.nc", "m.csv"):
        write_store(TABLE, folder / name)
    return folder


def salvage(source: Path) -> tuple[MetricTable, list[str]]:
    """Convert what can be read, and return it with what was said."""
    lines: list[str] = []
    target = source.parent / "out.zarr"
    with pytest.raises(PackagerError):
        convert(source, target)
    convert(source, target, salvage=True, note=lines.append)
    with open_store(target) as table:
        assert table.attributes == TABLE.attributes
        read = [
            series_from_points(one.points(), metric=one.metric, context=one.context, unit=one.unit)
            for one in table.series
        ]
    return MetricTable(tuple(read), table.attributes), lines


def test_a_missing_chunk_of_values(whole: Path, tmp_path: Path) -> None:
    path = shutil.copytree(whole / "m.zarr", tmp_path / "m.zarr")
    (path / "TRAINING/value/c.1").unlink()
    table, lines = salvage(path)
    # The second chunk begins in the first series, a hundred points before its end.
    kept = [TABLE.series[0].points()[:CHUNK_POINTS], TABLE.series[1].points()[CHUNK_POINTS - 100 :]]
    assert [one.points().tobytes() for one in table.series] == [
        kept[0].tobytes(),
        kept[1].tobytes(),
        TABLE.series[2].points().tobytes(),
    ]
    assert lines == [
        f"{path}: TRAINING/value/c.1: this chunk is missing",
        f"{path}: {CHUNK_POINTS:,} of {TOTAL:,} points are lost, {TOTAL - CHUNK_POINTS:,} were read",
    ]


def test_a_damaged_chunk_of_times_loses_the_times_alone(whole: Path, tmp_path: Path) -> None:
    path = shutil.copytree(whole / "m.zarr", tmp_path / "m.zarr")
    content = bytearray((path / "TRAINING/time/c.0").read_bytes())
    content[30] ^= 1
    (path / "TRAINING/time/c.0").write_bytes(content)
    table, lines = salvage(path)
    first = table.series[0].points()
    assert first["value"].tobytes() == TABLE.series[0].points()["value"].tobytes()
    assert not first["time"][:CHUNK_POINTS].any()
    assert first["time"][CHUNK_POINTS:].tolist() == TABLE.series[0].points()["time"][CHUNK_POINTS:].tolist()
    assert lines[-1] == f"{path}: {CHUNK_POINTS:,} points have lost their time, which is written as 0"


def test_lost_names_and_sizes(whole: Path, tmp_path: Path) -> None:
    path = shutil.copytree(whole / "m.zarr", tmp_path / "m.zarr")
    shutil.rmtree(path / "TRAINING/metric")
    table, lines = salvage(path)
    assert [(one.metric, one.count) for one in table.series] == [
        ("unknown_0", FIRST),
        ("unknown_1", SECOND),
        ("c", 50),
    ]
    assert any("TRAINING/metric" in line for line in lines)
    shutil.rmtree(path / "TRAINING/row_size")
    table, _ = salvage(path)
    assert [(one.metric, one.count) for one in table.series] == [("unknown_0", FIRST + SECOND), ("c", 50)]


def test_a_netcdf_file_that_was_cut_short(whole: Path, tmp_path: Path) -> None:
    content = (whole / "m.nc").read_bytes()
    path = tmp_path / "m.nc"
    path.write_bytes(content[: len(content) * 2 // 3])
    table, lines = salvage(path)
    lost = TOTAL - table.point_count
    assert 0 < lost < TOTAL
    assert f"{path}: {lost:,} of {TOTAL:,} points are lost, {table.point_count:,} were read" in lines
    assert lines[0].startswith(f"{path}: is cut short: {len(content) * 2 // 3:,} of {len(content):,} bytes")
    for one, original in zip(table.series[:2], TABLE.series[:2], strict=True):
        got, all_points = one.points(), original.points()
        assert got.tobytes() == all_points[got["step"]].tobytes()


def test_a_netcdf_variable_that_is_gone(tmp_path: Path, small_table: MetricTable) -> None:
    path = write_store(small_table, tmp_path / "m.nc")
    with netCDF4.Dataset(path, "a") as root:
        root["TRAINING"].renameVariable("time", "tiem")
    lines: list[str] = []
    convert(path, tmp_path / "out.csv", salvage=True, note=lines.append)
    assert lines[0] == f"{path}: TRAINING/time: the variable is missing"
    assert lines[-1] == f"{path}: 5 points have lost their time, which is written as 0"


def test_bad_rows_of_a_csv(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(
        "context,metric,source,rank,step,time,value\n"
        "T,a,,0,0,5,0.5\n"
        "T,a,,0,1,6\n"
        "T,a,,0,2,7,oops\n"
        "T;a;;0;3;8;0.5\n"
        "T,a,,0,4,9,1.5\n"
        "T,b,,0,4,9,2.5\n"
        'T,"b,,0,4,9,2.5\n'
    )
    lines: list[str] = []
    with pytest.raises(PackagerError):
        convert(path, tmp_path / "out.nc")
    convert(path, tmp_path / "out.nc", salvage=True, note=lines.append)
    with open_store(tmp_path / "out.nc") as table:
        assert [(one.metric, one.points().tolist()) for one in table.series] == [
            ("a", [(0, 5, 0.5), (4, 9, 1.5)]),
            ("b", [(4, 9, 2.5)]),
        ]
    assert lines == [
        f"{path}: line 3: 6 fields, and there are 7 columns",
        f"{path}: line 4: the value 'oops' is no number",
        f"{path}: line 5: 1 fields, and there are 7 columns; "
        "the header separates by ',', and this row by ';'",
        f"{path}: line 8: a quote is opened and never closed",
        f"{path}: 4 of 7 points are lost, 3 were read",
    ]


def test_a_csv_that_was_cut_short(whole: Path, tmp_path: Path) -> None:
    content = (whole / "m.csv").read_bytes()
    path = tmp_path / "m.csv"
    path.write_bytes(content[: len(content) // 100])
    shutil.copy(whole / "m.csv-metadata.json", tmp_path)
    table, lines = salvage(path)
    rows = content[: len(content) // 100].count(b"\n") - 1
    assert table.point_count in (rows, rows + 1)  # what is left of the last row may be a row
    assert lines[-1].endswith(f"of {TOTAL:,} points are lost, {table.point_count:,} were read")


@pytest.mark.parametrize("left", [b"TRAINING,m,,0,1,7,0.12", b"TRAINING,m,,0,1,7", b"TRAIN"])
def test_a_row_that_was_cut_is_not_read_as_another_number(tmp_path: Path, left: bytes) -> None:
    series = series_from_points(points(2, 0), metric="m", context="TRAINING")
    path = write_store(sorted_table([series], TABLE.attributes), tmp_path / "m.csv")
    head, first, _ = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(head + first + left)
    with pytest.raises(PackagerError) as caught, open_store(path):
        pass
    cut = "the row has no line break at its end: it may be cut short; if it is whole, add one"
    assert str(caught.value) == f"{path}: line 3: {cut}"
    table, lines = salvage(path)
    assert [one.count for one in table.series] == [1]
    assert f"{path}: line 3: {cut}" in lines
    path.write_bytes(head + first + b"TRAINING,m,,0,1,7,0.12")
    path.with_name("m.csv-metadata.json").unlink()
    with open_store(path) as table:  # others need not end the last line
        assert table.series[0].points()["value"][1] == 0.12


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_compressed_csv_that_was_cut_short(tmp_path: Path, suffix: str) -> None:
    path = write_store(TABLE, tmp_path / f"m.csv{suffix}", level=1)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])
    table, lines = salvage(path)
    assert any(" of the unpacked text: is damaged: " in line for line in lines)
    read = {one.metric: one.points() for one in table.series}
    own = {one.metric: one.points() for one in TABLE.series}
    assert len(read["a"]) > FIRST // 2
    assert sum(map(len, read.values())) < TOTAL
    for metric, there in read.items():
        assert there.tobytes() == own[metric][: len(there)].tobytes()


def test_a_compressed_csv_of_someone_else_that_was_cut_short(tmp_path: Path) -> None:
    text = "step,loss\n" + "".join(f"{step},{step}.125\n" for step in range(50_000))
    path = tmp_path / "log.csv.gz"
    content = gzip.compress(text.encode())
    path.write_bytes(content[: len(content) // 2])
    lines: list[str] = []
    names = parse_columns("step=step,value=loss")
    convert(path, tmp_path / "out.zarr", read=ReadOptions(columns=names), salvage=True, note=lines.append)
    with open_store(tmp_path / "out.zarr") as table:
        values = table.series[0].points()["value"].tolist()
    assert 10_000 < len(values) < 50_000
    assert values == [step + 0.125 for step in range(len(values))]
    assert any(" of the unpacked text: is damaged: " in line for line in lines)


@pytest.mark.parametrize("name", ["m.csv", "m.nc", "m.zarr"])
def test_a_whole_store_is_salvaged_without_a_word(whole: Path, tmp_path: Path, name: str) -> None:
    lines: list[str] = []
    convert(whole / name, tmp_path / "out.zarr", salvage=True, note=lines.append)
    assert lines == []
    with open_store(tmp_path / "out.zarr") as table:
        assert table.series == TABLE.series
        assert [one.points().tobytes() for one in table.series] == [
            one.points().tobytes() for one in TABLE.series
        ]


def test_one_bad_store_of_yprov4ml(shared: Path, tmp_path: Path) -> None:
    run = shutil.copytree(shared / "data/yprov4ml-runs/csv_experiment_0", tmp_path / "run")
    (run / "metrics_GR0").chmod(0o755)
    path = run / "metrics_GR0/Loss_validation_None_GR0.csv"
    path.chmod(0o644)
    text = path.read_text().splitlines()
    path.write_text("\n".join([text[0], "0,0.5", *text[1:]]) + "\n")
    with pytest.raises(PackagerError, match="line 2: 2 fields, and there are 3 columns"):
        convert(run, tmp_path / "m.nc")
    lines: list[str] = []
    convert(run, tmp_path / "m.nc", salvage=True, note=lines.append)
    with open_store(tmp_path / "m.nc") as table:
        assert table.series[2].count == len(text) - 1
    assert "1 of " in lines[-1]


def test_nothing_is_made_of_a_store_of_which_all_is_lost(tmp_path: Path, small_table: MetricTable) -> None:
    path = write_store(small_table, tmp_path / "m.zarr")
    for chunk in path.glob("*/value/c.0"):
        chunk.unlink()
    with pytest.raises(PackagerError) as caught:
        convert(path, tmp_path / "out.nc", salvage=True)
    assert str(caught.value) == f"{path}: all of its 7 points are lost"
    assert not (tmp_path / "out.nc").exists()
