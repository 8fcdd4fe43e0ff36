"""Datasets of other programs, with all that NetCDF and Zarr can hold: carried over, or listed."""

import json
import shutil
from pathlib import Path
from typing import Any

import netCDF4
import numcodecs
import numpy as np
import pandas
import pytest
import xarray
import zarr

from prov4ml_packager.convert import convert
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.metric_table import CHUNK_POINTS
from prov4ml_packager.sources import ReadOptions, open_source
from prov4ml_packager.stores import open_store
from prov4ml_packager.stores.foreign.column_names import parse_columns
from prov4ml_packager.stores.foreign.netcdf_columns import NetcdfColumns

START = 1_767_225_600 * 10**9  # 2026-01-01
DAY = 86_400 * 10**9
HINT = "name another step or time, or none, with --columns, as in --columns value=loss"


def read(path: Path, columns: str | None = None) -> tuple[dict[tuple[str | None, str], Any], list[str]]:
    """Return the points of each metric, and what was said."""
    notes: list[str] = []
    with open_source(
        path, ReadOptions(columns=parse_columns(columns) if columns else None), notes.append
    ) as table:
        return {(one.context, one.metric): one.points() for one in table.series}, notes


def refusal(path: Path, columns: str | None = None) -> str:
    with pytest.raises(PackagerError) as caught:
        read(path, columns)
    return str(caught.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize("kind", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8", ">i4", ">f8"])
@pytest.mark.parametrize("form", ["NETCDF4", 2, 3])
def test_every_type_of_number(tmp_path: Path, kind: str, form: str | int) -> None:
    values = np.array([0, 1, 2, 100], kind)
    if form == "NETCDF4":
        path = tmp_path / "x.nc"
        with netCDF4.Dataset(path, "w") as root:
            root.createDimension("n", None)
            root.createVariable("loss", kind, ("n",), endian="big" if kind[0] == ">" else "native")[:] = (
                values
            )
    else:
        path = tmp_path / "x.zarr"
        zarr.open_group(path, mode="w", zarr_format=form).create_array("loss", data=values)  # type: ignore[arg-type]
    found, notes = read(path)
    assert found[None, "loss"]["value"].tolist() == [0, 1, 2, 100]
    assert notes == []


@pytest.mark.parametrize("form", [2, 3])
def test_half_precision_and_bools_of_zarr(tmp_path: Path, form: int) -> None:
    group = zarr.open_group(tmp_path / "x.zarr", mode="w", zarr_format=form)  # type: ignore[arg-type]
    group.create_array("half", data=np.array([0.5, 65504, np.inf], np.float16))
    group.create_array("flag", data=np.array([True, False, True]))
    found, notes = read(tmp_path / "x.zarr")
    assert found[None, "half"]["value"].tolist() == [0.5, 65504, float("inf")]
    assert found[None, "flag"]["value"].tolist() == [1, 0, 1]
    assert notes == []


def test_what_is_no_number_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "x.nc"
    with netCDF4.Dataset(path, "w") as root:
        root.createDimension("n", 2)
        root.createDimension("letters", 3)
        root.createVariable("loss", "f8", ("n",))[:] = [1, 2]
        root.createVariable("words", str, ("n",))
        root.createVariable("char", "S1", ("n", "letters"))
        root.createVariable("lists", root.createVLType(np.float64, "list"), ("n",))
        record = np.dtype([("a", "f8"), ("b", "i4")])
        root.createVariable("records", root.createCompoundType(record, "record"), ("n",))
        root.createVariable("constant", "f8", ())
    found, notes = read(path)
    assert list(found) == [(None, "loss")]
    assert notes == [
        f"{path}: char holds texts and is no metric",
        f"{path}: constant has 0 dimensions and is no metric",
        f"{path}: lists holds lists and is no metric",
        f"{path}: records holds records and is no metric",
        f"{path}: words holds texts and is no metric",
    ]
    assert refusal(path, "value=words") == "words holds texts, and is no metric, step or time"
    assert refusal(path, "value=constant") == "constant has 0 dimensions, and is no metric, step or time"


def test_complex_numbers_and_texts_of_zarr_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "x.zarr"
    group = zarr.open_group(path, mode="w", zarr_format=2)
    group.create_array("loss", data=np.array([1.0]))
    group.create_array("wave", data=np.array([1j]))
    group.create_array("word", data=np.array(["a"]))
    found, notes = read(path)
    assert list(found) == [(None, "loss")]
    assert notes == [
        f"{path}: wave holds complex numbers and is no metric",
        f"{path}: word holds texts and is no metric",
    ]


@pytest.mark.parametrize("form", ["NETCDF3_CLASSIC", "NETCDF4"])
def test_values_without_a_sign_in_a_type_with_one(tmp_path: Path, form: Any) -> None:
    """As NetCDF-3 has no others: `_Unsigned` says so, and xarray reads it so too."""
    path = tmp_path / "x.nc"
    with netCDF4.Dataset(path, "w", format=form) as root:
        root.createDimension("n", 4)
        variable = root.createVariable("count", "i1", ("n",), fill_value=-1)
        variable._Unsigned = "true"
        variable.set_auto_maskandscale(False)
        variable[:] = np.array([0, 200, 255, 7], np.uint8).view(np.int8)
    found, _ = read(path)
    with xarray.open_dataset(path) as dataset:
        np.testing.assert_array_equal(found[None, "count"]["value"], dataset["count"].values)
    np.testing.assert_array_equal(found[None, "count"]["value"], [0, 200, np.nan, 7])


def test_what_was_never_written_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "x.nc"
    with netCDF4.Dataset(path, "w") as root:
        root.createDimension("step", None)
        root.createVariable("step", "i8", ("step",))[:] = [1, 2, 3]
        root.createVariable("loss", "f8", ("step",))[0:1] = [0.5]
        root.createVariable("count", "i4", ("step",))[0:1] = [5]
        root.createVariable("small", "u2", ("step",), fill_value=False)[:] = [65535, 1, 2]
        both = root.createVariable("both", "f4", ("step",))
        both.missing_value = np.array([-1, -2], np.float32)
        both[:] = [-1, -2, 3]
    found, _ = read(path)
    np.testing.assert_array_equal(found[None, "loss"]["value"], [0.5, np.nan, np.nan])
    np.testing.assert_array_equal(found[None, "count"]["value"], [5, np.nan, np.nan])
    np.testing.assert_array_equal(found[None, "small"]["value"], [65535, 1, 2])
    np.testing.assert_array_equal(found[None, "both"]["value"], [np.nan, np.nan, 3])


@pytest.mark.parametrize("name", ["x.nc", "x.zarr"])
def test_times_keep_their_nanoseconds(tmp_path: Path, name: str) -> None:
    """The first of them is in the units, "since 2026-01-01 00:00:00.123456789"."""
    texts = ["2026-01-01T00:00:00.123456789", "2026-01-01T00:00:00.2", "2026-01-03"]
    dataset = xarray.Dataset({"loss": ("time", [1.0, 2.0, 3.0])}, coords={"time": np.array(texts, "M8[ns]")})
    path = tmp_path / name
    dataset.to_netcdf(path) if name == "x.nc" else dataset.to_zarr(path, consolidated=False)
    found, _ = read(path)
    assert found[None, "loss"]["time"].tolist() == [START + 123_456_789, START + 200_000_000, START + 2 * DAY]


@pytest.mark.parametrize("kind", ["M8[ns]", "f8"])
def test_missing_times_are_said(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.nc"
    if kind == "f8":
        times: Any = ("time", [0.0, np.nan, 2.0], {"units": "days since 2026-01-01"})
    else:
        times = pandas.to_datetime(["2026-01-01", "NaT", "2026-01-03"])
    xarray.Dataset(
        {"a": ("time", [1.0, 2.0, 3.0]), "b": ("time", [1.0, 2.0, 3.0])}, coords={"time": times}
    ).to_netcdf(path)
    found, notes = read(path)
    assert found[None, "a"]["time"].tolist() == [START, 0, START + 2 * DAY]
    assert notes == [f"{path}: time: 1 time is missing and becomes 0"]


def dataset_with_times(path: Path, units: str, values: list[float], kind: str = "f8", **more: str) -> Path:
    with netCDF4.Dataset(path, "w") as root:
        root.createDimension("time", len(values))
        time = root.createVariable("time", kind, ("time",))
        time[:] = values
        time.setncatts({"units": units, **more})
        root.createVariable("loss", "f8", ("time",))[:] = range(len(values))
    return path


@pytest.mark.parametrize(
    ("units", "value", "kind", "nanoseconds"),
    [
        ("seconds since 1970-01-01T00:00:00Z", 1.5, "f8", 1_500_000_000),
        ("days since 2026-1-1", 1, "i4", START + DAY),
        ("hours since 2026-1-1 6:0:0", 1.5, "f8", START + 27_000 * 10**9),
        ("min since 2026-01-01 01:00 +01:00", 1, "u8", START + 60 * 10**9),
        ("microseconds since 2026-01-01 00:00:00.5 UTC", 1, "i8", START + 500_001_000),
        # The origin has no 64-bit time, the time has: 739,616 days later.
        ("days since 0001-01-01", 739_616, "i4", START),
        ("nanoseconds since 1970-01-01", (1 << 62) + 1, "i8", (1 << 62) + 1),
    ],
)
def test_units_of_times(tmp_path: Path, units: str, value: float, kind: str, nanoseconds: int) -> None:
    path = dataset_with_times(tmp_path / "x.nc", units, [value], kind, calendar="proleptic_gregorian")
    found, _ = read(path)
    assert found[None, "loss"]["time"].tolist() == [nanoseconds]


@pytest.mark.parametrize(
    ("units", "value", "calendar", "problem"),
    [  # None: the unit is not understood
        ("months since 2000-01-01", 1, "standard", None),
        ("days since noon", 1, "standard", None),
        ("days since 2000-13-01", 1, "", None),
        # Before the reform the standard calendar is the Julian one.
        ("days since 1-1-1", 1, "standard", None),
        ("days since 2000-01-01", 1, "noleap", ": the calendar 'noleap' has other days than ours"),
        (
            "days since 2000-01-01", 1e9, "standard",
            ", value 1: 1000000000.0 days since 2000-01-01 does not fit into 64 bits of nanoseconds "
            "since 1970",
        ),
    ],
)  # fmt: skip
def test_times_that_are_not_understood(
    tmp_path: Path, units: str, value: float, calendar: str, problem: str | None
) -> None:
    path = dataset_with_times(tmp_path / "x.nc", units, [0, value], calendar=calendar)
    with pytest.raises(PackagerError) as caught:
        convert(path, tmp_path / "out.csv")
    problem = problem or f": the unit of time {units!r} is not understood"
    assert str(caught.value) == f"{path}: time{problem}; {HINT}"
    # And the hint helps.
    found, _ = read(path, "value=loss")
    assert found[None, "loss"]["time"].tolist() == [0, 0]


def test_steps_that_are_no_whole_numbers(tmp_path: Path) -> None:
    path = tmp_path / "x.nc"
    xarray.Dataset({"loss": ("step", [1.0, 2.0])}, coords={"step": [0.5, 1.0]}).to_netcdf(path)
    with pytest.raises(PackagerError) as caught:
        convert(path, tmp_path / "out.csv")
    problem = "step, value 0: 0.5 is no whole number, and a step has to be one"
    assert str(caught.value) == f"{path}: {problem}; {HINT}"
    found, _ = read(path, "value=loss")
    assert found[None, "loss"]["step"].tolist() == [0, 1]


def test_a_group_has_the_coordinates_of_those_above_it(tmp_path: Path) -> None:
    tree = {
        "/": xarray.Dataset(coords={"step": [5, 6]}),
        "/train": xarray.Dataset({"loss": ("step", [1.0, 2.0])}),
        "/train/deep": xarray.Dataset({"f1": ("step", [3.0, 4.0])}),
        "/own": xarray.Dataset({"loss": ("n", [1.0, 2.0])}, coords={"step": ("n", [8, 9])}),
    }
    xarray.DataTree.from_dict(tree).to_netcdf(tmp_path / "x.nc")
    found, _ = read(tmp_path / "x.nc")
    assert {key: points["step"].tolist() for key, points in found.items()} == {
        ("train", "loss"): [5, 6],
        ("train/deep", "f1"): [5, 6],
        ("own", "loss"): [8, 9],
    }


@pytest.mark.parametrize("form", [2, 3])
def test_an_array_that_is_a_whole_store(tmp_path: Path, form: int) -> None:
    path = tmp_path / "loss.zarr"
    zarr.save_array(str(path), np.array([0.5, 0.25]), zarr_format=form)
    found, _ = read(path)
    assert found[None, "loss"]["value"].tolist() == [0.5, 0.25]


@pytest.mark.parametrize(
    "codec",
    [
        numcodecs.Blosc("lz4hc", 5, numcodecs.Blosc.BITSHUFFLE), numcodecs.GZip(), numcodecs.Zstd(),
        numcodecs.LZ4(), numcodecs.BZ2(), numcodecs.LZMA(), numcodecs.Zlib(), None,
    ],
)  # fmt: skip
def test_codecs_of_zarr_and_chunks_that_hold_the_fill_value(tmp_path: Path, codec: Any) -> None:
    group = zarr.open_group(tmp_path / "x.zarr", mode="w", zarr_format=2)
    array = group.create_array(
        "loss", shape=(100,), chunks=(10,), dtype="f8", compressors=codec, fill_value=0.5,
        filters=[numcodecs.Delta("f8")],
    )  # fmt: skip
    array[:50] = np.arange(50)
    found, _ = read(tmp_path / "x.zarr")
    assert found[None, "loss"]["value"].tolist() == [*range(50), *[0.5] * 50]


def test_columns_of_a_dataset_are_step_time_and_values(tmp_path: Path) -> None:
    path = tmp_path / "x.nc"
    xarray.Dataset({"loss": ("n", [1.0, 2.0]), "name": ("n", [1, 2])}).to_netcdf(path)
    assert refusal(path, "value=loss,metric=name") == (
        "of a dataset step, time and values are named, and nothing else; its groups are the contexts, its "
        "variables the metrics"
    )


@pytest.mark.parametrize(
    "chunk", [CHUNK_POINTS // 2, CHUNK_POINTS + 1000, 3 * CHUNK_POINTS, 8 * CHUNK_POINTS]
)
def test_chunks_of_every_length(tmp_path: Path, chunk: int) -> None:
    """Those that are longer than what is read at a time are decoded once."""
    count = 4 * CHUNK_POINTS + 7
    values = np.random.default_rng(0).normal(size=count)
    path = tmp_path / "x.nc"
    with netCDF4.Dataset(path, "w") as root:
        root.createDimension("step", None)
        for name in ("loss", "acc"):
            variable = root.createVariable(name, "f8", ("step",), chunksizes=(chunk,), zlib=True, complevel=1)
            variable[:] = values if name == "loss" else -values
    convert(path, tmp_path / "out.zarr")
    with open_store(tmp_path / "out.zarr") as table:
        found = {one.metric: one.points()["value"] for one in table.series}
    assert found["loss"].tobytes() == values.tobytes()
    assert found["acc"].tobytes() == (-values).tobytes()
    columns = NetcdfColumns(path)
    for start, stop in ((0, 5), (chunk - 3, chunk + 3), (count - 4, count), (9, 9), (count - 1, count + 9)):
        assert columns.read("loss", start, stop).tobytes() == values[start:stop].tobytes()


@pytest.mark.parametrize("name", ["x.zarr", "x.zarr.zip"])
def test_arrays_that_zarr_does_not_know_are_listed(tmp_path: Path, name: str) -> None:
    """Objects that are pickled, and codecs that are: nothing of them is decoded, and the others are read."""
    folder = tmp_path / "folder.zarr"
    group = zarr.open_group(folder, mode="w", zarr_format=2)
    group.create_group("train").create_array("loss", data=np.array([0.5, 0.25]))
    for array in ("objects", "shrunk"):
        group.create_array(array, data=np.array([1.0]))
    for array, change in (
        ("objects", {"dtype": "|O", "filters": [{"id": "pickle", "protocol": 5}], "fill_value": None}),
        ("shrunk", {"compressor": {"id": "zfpy"}}),
    ):
        metadata = folder / array / ".zarray"
        metadata.write_text(json.dumps(json.loads(metadata.read_text()) | change))
    path = tmp_path / name
    if name.endswith(".zip"):
        shutil.make_archive(str(tmp_path / "x.zarr"), "zip", folder)
    else:
        folder.rename(path)
    found, notes = read(path)
    assert {key: points["value"].tolist() for key, points in found.items()} == {
        ("train", "loss"): [0.5, 0.25]
    }
    assert [note.partition(": ")[2].partition(" ")[0] for note in notes] == ["objects", "shrunk"]
    assert all(note.startswith(f"{path}: ") and note.endswith(" and is no metric") for note in notes)


def test_damaged_metadata_of_an_array_is_damage(tmp_path: Path) -> None:
    group = zarr.open_group(tmp_path / "x.zarr", mode="w", zarr_format=2)
    group.create_array("loss", data=np.array([0.5]))
    group.create_array("acc", data=np.array([0.5]))
    (tmp_path / "x.zarr" / "acc" / ".zarray").write_text("{")
    with pytest.raises(PackagerError):
        convert(tmp_path / "x.zarr", tmp_path / "out.csv")
