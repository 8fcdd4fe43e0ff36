"""Tables of other programs: CSV with named columns, and datasets that xarray wrote."""

from pathlib import Path

import numpy as np
import pandas
import pytest
import xarray

from prov4ml_packager.convert import convert
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.sources import ReadOptions, open_source
from prov4ml_packager.stores.foreign.column_names import ColumnNames, parse_columns


def read(path: Path, columns: str | None = None, **options: object) -> dict[object, object]:
    chosen = ReadOptions(columns=parse_columns(columns) if columns else None, **options)  # type: ignore[arg-type]
    with open_source(path, chosen) as table:
        return {(one.context, one.metric): one.points().tolist() for one in table.series}


def test_a_wide_csv_with_holes(tmp_path: Path) -> None:
    # As Lightning's CSVLogger writes it.
    path = tmp_path / "metrics.csv"
    path.write_text("epoch,step,train_loss,val_loss\n0,49,0.5,\n0,99,,0.75\n1,149,0.25,\n")
    assert read(path, "step=step,value=train_loss,value=val_loss") == {
        (None, "train_loss"): [(49, 0, 0.5), (149, 0, 0.25)],
        (None, "val_loss"): [(99, 0, 0.75)],
    }


def test_a_long_csv_of_pandas(tmp_path: Path) -> None:
    frame = pandas.DataFrame(
        {
            "phase": ["train", "eval", "train"],
            "name": ["loss", "loss", "f1"],
            "when": ["2026-01-01T00:00:00.25Z", "2026-01-01 00:00:01", "2026-01-01T01:00:02+01:00"],
            "n": [1.0, 2.0, 3.0],
            "v": [0.1, float("inf"), -1e-300],
        }
    )
    frame.to_csv(tmp_path / "log.csv.gz", sep=";", index=False)
    start = 1_767_225_600 * 10**9
    assert read(tmp_path / "log.csv.gz", "context=phase,metric=name,time=when,step=n,value=v") == {
        ("train", "loss"): [(1, start + 250_000_000, 0.1)],
        ("eval", "loss"): [(2, start + 10**9, float("inf"))],
        ("train", "f1"): [(3, start + 2 * 10**9, -1e-300)],
    }


@pytest.mark.parametrize(
    ("unit", "text", "nanoseconds"),
    [
        (None, "1795000000.5", 1_795_000_000_500_000_000),
        (None, "1795000000123", 1_795_000_000_123_000_000),
        ("ns", "12", 12),
        ("us", "12", 12_000),
    ],
)
def test_units_of_time(tmp_path: Path, unit: str | None, text: str, nanoseconds: int) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"t,v\n{text},1\n")
    assert read(path, "time=t,value=v", time_unit=unit) == {(None, "v"): [(0, nanoseconds, 1.0)]}


@pytest.mark.parametrize(
    ("text", "columns", "message"),
    [
        ("a,b\n1,2\n", "value=c", "line 1: there is no column 'c'; there are a, b"),
        ("a,b\n1,x\n", "value=b", "line 2: the b 'x' is no number"),
        ("a,b\n1,2\n3\n", "value=b", "line 3: 1 fields, and there are 2 columns; is ',' the separator?"),
        ("a,b\n1.5,2\n", "step=a,value=b", "line 2: the step '1.5' is no whole number"),
        (
            "a,b\nnoon,2\n",
            "time=a,value=b",
            "line 2: the time 'noon' is neither a number nor ISO 8601; "
            "write it as in 2026-12-31T23:59:59.5+01:00",
        ),
        ("a,a\n1,2\n", "value=a", "line 1: the column 'a' is there twice"),
    ],
)
def test_what_is_wrong_with_a_csv(tmp_path: Path, text: str, columns: str, message: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(PackagerError) as caught:
        read(path, columns)
    assert str(caught.value) == f"{path}: {message}"


def test_a_csv_whose_columns_nobody_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("epoch,loss\n1,2\n")
    with pytest.raises(PackagerError) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path}: is no metric store that is known; its first line is 'epoch, loss'; "
        "if it is a CSV, name its columns: --columns step=epoch,value=loss"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("step=a", "no column is named as value; add value=COLUMN"),
        ("value=a,loss", "'loss' names no column; write ROLE=COLUMN,…"),
        ("value=a,step=b,step=c", "the step is 'b' and 'c'; name one column"),
        ("value=a,value=a", "the value 'a' is named twice; name it once"),
        ("value=a,value=b,metric=c", "with a column of metric names there is one of values"),
    ],
)
def test_what_names_no_columns(text: str, message: str) -> None:
    with pytest.raises(PackagerError) as caught:
        parse_columns(text)
    assert message in str(caught.value)


def test_a_comma_in_the_name_of_a_column() -> None:
    assert parse_columns(r"value=a\,b,step=c") == ColumnNames(("a,b",), step="c")


@pytest.fixture
def dataset() -> xarray.Dataset:
    return xarray.Dataset(
        {
            "loss": ("epoch", [0.5, 0.25, float("nan")], {"units": "1"}),
            "accuracy": ("epoch", np.array([1, 2, 3], np.int32)),
            "image": (("epoch", "pixel"), np.zeros((3, 2))),
            "label": ("epoch", ["a", "b", "c"]),
        },
        coords={
            "epoch": [10, 20, 30],
            "time": ("epoch", np.array(["2026-01-01", "2026-01-02", "2026-01-03T00:00:00.5"], "M8[ns]")),
        },
    )


@pytest.mark.parametrize("name", ["d.zarr", "d2.zarr", "d.nc", "d3.nc"])
def test_a_dataset_of_xarray(tmp_path: Path, dataset: xarray.Dataset, name: str) -> None:
    path = tmp_path / name
    if name.endswith(".zarr"):
        dataset = dataset.drop_vars("label")  # texts of a fixed length are no part of format 3
        dataset.to_zarr(path, zarr_format=2 if name == "d2.zarr" else 3, consolidated=False)
    elif name == "d3.nc":
        dataset.drop_vars("label").to_netcdf(path, engine="netcdf4", format="NETCDF3_64BIT")
    else:
        packed = {"accuracy": {"scale_factor": 0.5, "dtype": "i2", "_FillValue": -9}}
        dataset = dataset.assign(accuracy=dataset["accuracy"].astype(float))
        dataset.to_netcdf(path, engine="netcdf4", encoding=packed)
    day = 86_400 * 10**9
    start = 1_767_225_600 * 10**9
    times = [start, start + day, start + 2 * day + 500_000_000]
    lines: list[str] = []
    with open_source(path, note=lines.append) as table:
        found = {(one.context, one.metric, one.unit): one.points() for one in table.series}
    assert list(found) == [(None, "accuracy", None), (None, "loss", "1")]
    for points in found.values():
        assert points["step"].tolist() == [10, 20, 30]
        assert points["time"].tolist() == times
    assert found[None, "accuracy", None]["value"].tolist() == [1.0, 2.0, 3.0]
    loss = found[None, "loss", "1"]["value"]
    assert loss[:2].tolist() == [0.5, 0.25]
    assert np.isnan(loss[2])
    texts = [f"{path}: label holds texts and is no metric"] if name == "d.nc" else []
    assert lines == [f"{path}: image has 2 dimensions and is no metric", *texts]


def test_groups_are_contexts_and_columns_can_be_named(tmp_path: Path) -> None:
    for group in ("train", "eval"):
        xarray.Dataset({"loss": ("n", [0.5, 0.25]), "when": ("n", [5, 6]), "k": ("n", [7, 8])}).to_netcdf(
            tmp_path / "d.nc", group=group, mode="a"
        )
    rows = [(7, 5_000, 0.5), (8, 6_000, 0.25)]
    assert read(tmp_path / "d.nc", "step=k,time=when,value=loss", time_unit="us") == {
        ("train", "loss"): rows,
        ("eval", "loss"): rows,
    }


def test_a_dataset_without_metrics(tmp_path: Path) -> None:
    xarray.Dataset({"a": (("x", "y"), np.zeros((2, 2)))}).to_netcdf(tmp_path / "d.nc")
    with pytest.raises(PackagerError, match=r"d\.nc: has no numeric variable of one dimension"):
        convert(tmp_path / "d.nc", tmp_path / "m.zarr")


LARGE = 1 << 53


@pytest.mark.parametrize("kind", ["<i8", ">i8", "<u8"])
@pytest.mark.parametrize("name", ["x.zarr", "x.nc"])
def test_whole_numbers_that_no_float_holds_are_counted_first(tmp_path: Path, kind: str, name: str) -> None:
    largest = int(np.iinfo(kind).max)
    values = np.array([1, LARGE, LARGE + 1, LARGE + 2, largest, largest - 1, 7], kind)
    dataset = xarray.Dataset({"count": ("step", values), "loss": ("step", values.astype(np.float64))})
    dataset["count"].attrs["_FillValue"] = largest - 1
    path = tmp_path / name
    dataset.to_zarr(path, zarr_format=2) if name.endswith("zarr") else dataset.to_netcdf(path)
    notes: list[tuple[str, bool]] = []
    target = tmp_path / "y.csv"
    convert(path, target, note=lambda text: notes.append((text, target.exists())))
    assert notes == [(f"{path}: count: 2 whole numbers beyond 2**53 become the nearest 64-bit float", False)]


def test_whole_numbers_of_a_csv_that_no_float_holds(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        f"n,a,b\n1,{LARGE + 1},1e300\n2,-{LARGE},12345678901234567.5\n3,{'9' * 5000},-{'0' * 5000}{LARGE}\n"
    )
    notes: list[str] = []
    with open_source(path, ReadOptions(columns=parse_columns("step=n,value=a,value=b")), notes.append):
        pass
    assert notes == [f"{path}: 2 whole numbers beyond 2**53 become the nearest 64-bit float"]


@pytest.mark.filterwarnings("ignore:Consolidated metadata")
@pytest.mark.parametrize("form", [2, 3, "nc"])
def test_missing_values_of_xarray_are_nan(tmp_path: Path, form: int | str) -> None:
    dataset = xarray.Dataset(
        {"count": ("step", np.array([1, 2, 0], np.int64)), "loss": ("step", np.array([0.5, np.nan, 0.0]))}
    )
    dataset["count"].encoding["_FillValue"] = 2
    dataset["loss"].encoding["_FillValue"] = -9.0
    path = tmp_path / ("x.nc" if form == "nc" else "x.zarr")
    if isinstance(form, int):
        dataset.to_zarr(path, zarr_format=form)  # type: ignore[call-overload]
        opened = xarray.open_zarr(path)
    else:
        dataset.to_netcdf(path)
        opened = xarray.open_dataset(path)
    found = read(path)
    for name in ("count", "loss"):
        expected = opened[name].values
        assert np.isnan(expected).any()
        values = [value for _, _, value in found[(None, name)]]  # type: ignore[attr-defined]
        np.testing.assert_array_equal(values, expected)
    opened.close()
