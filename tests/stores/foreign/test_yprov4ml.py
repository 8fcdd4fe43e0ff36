"""yProv4ML's stores: the runs that it wrote, and what its names and numbers become."""

import csv
import struct
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray
import zarr

from prov4ml_packager.errors import PackagerError
from prov4ml_packager.stores.foreign.yprov4ml import (
    SeriesNames,
    find_yprov4ml_stores,
    is_yprov4ml_store,
    names_from_file,
    read_yprov4ml_series,
    read_yprov4ml_table,
)


def expected(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Epochs, values and milliseconds, read with the libraries that the formats belong to."""
    if path.suffix == ".csv":
        with path.open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        return (
            np.array([int(row["epoch"]) for row in rows]),
            np.array([float(row["value"]) for row in rows]),
            np.array([int(row["timestep"]) for row in rows]),
        )
    if path.suffix == ".zarr":
        group = zarr.open_group(str(path), mode="r")
        return tuple(group[name][:] for name in ("epochs", "values", "timestamps"))
    with xarray.open_dataset(path, decode_cf=False) as dataset:
        return tuple(dataset[name].values for name in ("epochs", "values", "timestamps"))


@pytest.mark.parametrize("kind", ["csv", "nc", "zarr"])
def test_the_runs_that_yprov4ml_wrote(kind: str, shared: Path) -> None:
    stores = find_yprov4ml_stores(shared / f"data/yprov4ml-runs/{kind}_experiment_0")
    table = read_yprov4ml_table(stores)
    assert [(one.context, one.metric, one.source, one.rank) for one in table.series] == [
        ("training", "Accuracy", None, 0),
        ("training", "Loss", None, 0),
        ("validation", "Loss", None, 0),
    ]
    assert [path.name.partition("_None")[0] for path in stores] == [
        "Accuracy_training",
        "Loss_training",
        "Loss_validation",
    ]
    for series, path in zip(table.series, stores, strict=True):
        epochs, values, times = expected(path)
        points = series.points()
        assert series.count == len(points) == len(epochs) > 0
        assert points["step"].tolist() == epochs.tolist()
        assert points["value"].tolist() == values.tolist()
        assert points["time"].tolist() == [int(time) * 1_000_000 for time in times]
        assert series.read(2, 4).tobytes() == points[2:4].tobytes()


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("Loss_training_None_GR0.csv", SeriesNames("Loss", "training")),
        ("my_loss_validation_gpu_GR12.zarr", SeriesNames("my_loss", "validation", "gpu", 12)),
        ("MSE_train5_Context.TRAINING_GR0.nc", SeriesNames("MSE_train5", "TRAINING")),
        ("MSE_Context.TRAINING_custom_metric_GR1.nc", SeriesNames("MSE", "TRAINING", "custom_metric", 1)),
        ("loss.csv", SeriesNames("loss")),
    ],
)
def test_names_of_files(name: str, names: SeriesNames) -> None:
    assert names_from_file(Path("metrics_GR0") / name) == names


def write_csv(path: Path, *rows: str, header: str = "epoch,value,timestep") -> Path:
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_names_that_a_document_says_win(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a_b_c_d_GR0.csv", "0,1.5,1749030969133")
    names = SeriesNames("a_b", "c_d", None, 3)
    assert read_yprov4ml_series(path, names).identity == ("c_d", "a_b", "", 3)


def test_any_separator_and_special_values(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "m_c_None_GR0.csv",
        "0;nan;1749030969133",
        "1.0;-inf;1749030969134",
        header="epoch;value;timestep",
    )
    points = read_yprov4ml_series(path).points()
    assert points["step"].tolist() == [0, 1]
    assert np.isnan(points["value"][0])
    assert points["value"][1] == -np.inf


def test_float32_becomes_the_same_number(tmp_path: Path) -> None:
    with netCDF4.Dataset(tmp_path / "m_c_None_GR0.nc", "w", format="NETCDF3_CLASSIC") as root:
        root.createDimension("time", None)
        for name, kind, values in (
            ("epochs", "i4", [0, 7]),
            ("values", "f4", [0.1, 16777217.0]),
            ("timestamps", "f8", [1749030969.25, 1749030969.5]),
        ):
            root.createVariable(name, kind, ("time",))[:] = values
    points = read_yprov4ml_series(tmp_path / "m_c_None_GR0.nc").points()
    single = [struct.unpack("f", struct.pack("f", value))[0] for value in (0.1, 16777217.0)]
    assert points["value"].tolist() == single
    assert points["time"].tolist() == [1749030969_250_000_000, 1749030969_500_000_000]


def test_zarr_of_format_2(tmp_path: Path) -> None:
    path = tmp_path / "MSE_Context.TRAINING_GR0.zarr"
    group = zarr.create_group(str(path), zarr_format=2)
    for name, values in (
        ("epochs", np.arange(5, dtype="<i4")),
        ("values", np.linspace(0, 1, 5, dtype="<f4")),
        ("timestamps", np.arange(1749030969133, 1749030969138)),
    ):
        group.create_array(name, data=values, chunks=(2,))
    points = read_yprov4ml_series(path).points()
    assert points["value"].tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert points["time"][4] == 1749030969137_000_000


def test_zeros_that_zarr_does_not_store_are_zeros(tmp_path: Path) -> None:
    path = tmp_path / "m_c_None_GR0.zarr"
    group = zarr.create_group(str(path))
    for name, values in (("epochs", [0, 0]), ("values", [0.0, 0.0]), ("timestamps", [1749030969133] * 2)):
        group.create_array(name, data=np.array(values), config={"write_empty_chunks": False})
    assert not (path / "values/c/0").exists()
    assert read_yprov4ml_series(path).points()["value"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (["0,1.0,1749030969133", "1,oops,1749030969133"], "line 3: the value 'oops' is no number"),
        (["0,1.0,1749030969133", "1,2.0"], "line 3: 2 fields, and there are 3 columns"),
        (["0.5,1.0,1749030969133"], "epoch, value 0: 0.5 is no whole number, and a step has to be one"),
        (["0,1.0,1e40"], "timestep, value 0: 1e+40 is no time that fits into 64 bits"),
        (['0,1.0,"1749030969133'], "line 2: a quote is opened and never closed"),
    ],
)
def test_a_damaged_csv_says_where(tmp_path: Path, rows: list[str], problem: str) -> None:
    path = write_csv(tmp_path / "m_c_None_GR0.csv", *rows)
    with pytest.raises(PackagerError) as caught:
        read_yprov4ml_series(path).points()
    assert str(caught.value) == f"{path}: {problem}"


def test_what_is_no_such_store(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "m.csv", "1,2", header="a,b")
    assert not is_yprov4ml_store(path)
    with pytest.raises(PackagerError, match=r"m\.csv: is no metric store of yProv4ML; such"):
        read_yprov4ml_series(path)


def test_columns_of_different_lengths(tmp_path: Path) -> None:
    group = zarr.create_group(str(tmp_path / "m_c_None_GR0.zarr"))
    for name, count in (("epochs", 2), ("values", 3), ("timestamps", 3)):
        group.create_array(name, data=np.zeros(count))
    with pytest.raises(PackagerError, match="the columns differ in length"):
        read_yprov4ml_series(tmp_path / "m_c_None_GR0.zarr")


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_csv_of_before_3_has_the_names_in_its_first_line(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "my_loss_Context.TRAINING_GR2.csv"
    lines = [
        ["my_loss", "Context.TRAINING", "None"],
        ["0", "1.5", "1749112161000"],
        ["1", "nan", "1749112162000"],
    ]
    path.write_text("".join(separator.join(line) + "\n" for line in lines))
    series = read_yprov4ml_series(path)
    assert (series.metric, series.context, series.source, series.rank) == ("my_loss", "TRAINING", None, 2)
    points = series.points()
    assert points["step"].tolist() == [0, 1]
    assert points["time"].tolist() == [1_749_112_161 * 10**9, 1_749_112_162 * 10**9]
    assert points["value"].tolist()[0] == 1.5


@pytest.mark.parametrize(
    "first", ["a,b,c", "a,Context.X", ",Context.X,None", "a,Context.X,b,c", "a,a,Context.X"]
)
def test_other_first_lines_are_none_of_before_3(tmp_path: Path, first: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"{first}\n0,1.5,1749112161000\n")
    assert not is_yprov4ml_store(path)
