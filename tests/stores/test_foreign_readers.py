"""What other people's programs read: the calls of docs/metric-stores.md, and every bit behind them."""

import re
import subprocess
from pathlib import Path

import numpy as np
import pandas
import pytest
import xarray
import zarr

from prov4ml_packager.metric_table import POINT_DTYPE, MetricTable, series_from_points, sorted_table
from prov4ml_packager.stores import write_store

BITS = np.array(
    [0x7FF8000000000000, 0xFFF8000000000000, 0x7FF0000000000001, 0x7FF0000000000000, 0xFFF0000000000000,
     0x8000000000000000, 0, 1, 0x4340000000000001, 0x479E000000000000],
    np.uint64,
)  # fmt: skip
"""NaN of three kinds, infinities, both zeros, a subnormal, 2**53 + 2, and netCDF's default fill value."""
TIMES = np.array([0, 1, -1, 1_795_000_000_123_456_789, (1 << 62) + 1] * 2, np.int64)
FILES = ["metrics.zarr", "metrics.nc", "metrics-2.zarr"]

SNIPPETS = re.findall(
    r"```python\n(.*?)```",
    (Path(__file__).resolve().parents[2] / "docs" / "metric-stores.md").read_text(encoding="utf-8"),
    re.DOTALL,
)


@pytest.fixture
def bits(tmp_path: Path) -> Path:
    points = np.empty(len(BITS), POINT_DTYPE)
    points["step"] = TIMES[::-1]
    points["time"] = TIMES
    points["value"] = BITS.view(np.float64)
    table = sorted_table([series_from_points(points, metric="NA", context="TRAINING")])
    for name in ("metrics.zarr", "metrics.nc", "metrics.csv"):
        write_store(table, tmp_path / name)
    write_store(table, tmp_path / "metrics-2.zarr", zarr_format=2)
    return tmp_path


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_the_documented_calls(number: int, stores: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(stores)
    names: dict[str, object] = {}
    exec(SNIPPETS[number], names)
    if "values" in names:
        logged = [0.5, float("inf"), -0.0, 2.0**53 + 2, 0.25]
        assert np.array(names["values"]).tobytes() == np.array(logged).tobytes()
    elif "loss" in names:
        assert np.array(names["loss"]).tolist() == [0.5, float("inf"), 0.0, 2.0**53 + 2]
    else:
        assert isinstance(names["tree"], xarray.DataTree)
    for opened in names.values():
        if isinstance(opened, xarray.DataTree | xarray.Dataset):
            opened.close()


def test_every_call_is_in_the_page() -> None:
    page = "".join(SNIPPETS)
    for call in ("open_datatree(", "open_dataset(", "zarr.open(", "ZipStore(", "read_csv("):
        assert call in page


@pytest.mark.parametrize("name", FILES)
def test_xarray_reads_every_bit(name: str, bits: Path) -> None:
    engine = {"engine": "zarr"} if name.endswith("zarr") else {}
    with xarray.open_datatree(bits / name, **engine) as tree:
        training = tree["TRAINING"]
        assert training["value"].values.view(np.uint64).tolist() == BITS.tolist()
        assert training["time"].dtype == np.dtype("datetime64[ns]")
        assert training["time"].values.astype(np.int64).tolist() == TIMES.tolist()
        assert training["step"].values.tolist() == TIMES[::-1].tolist()
        assert training["metric"].values.tolist() == ["NA"]
        assert training["unit"].values.tolist() == [""]
        assert set(training["value"].coords) == {"step", "time"}
        assert tree.attrs["Conventions"] == "CF-1.11"


@pytest.mark.parametrize("name", ["metrics.zarr", "metrics-2.zarr"])
def test_zarr_reads_every_bit(name: str, bits: Path) -> None:
    group = zarr.open(bits / name, mode="r")["TRAINING"]
    assert group["value"][:].view(np.uint64).tolist() == BITS.tolist()
    assert group["time"][:].tolist() == TIMES.tolist()
    assert group["metric"][:].tolist() == ["NA"]


def test_pandas_reads_every_bit(bits: Path) -> None:
    table = pandas.read_csv(
        bits / "metrics.csv",
        keep_default_na=False,
        na_values={"value": ["NaN"]},
        dtype={"context": str, "metric": str, "source": str},
    )
    assert table["value"].isna().tolist() == [True] * 3 + [False] * 7
    assert table["value"].to_numpy()[3:].view(np.uint64).tolist() == BITS[3:].tolist()
    assert table["time"].tolist() == TIMES.tolist()
    assert table["metric"].unique().tolist() == ["NA"]


def test_files_do_not_grow_with_series(tmp_path: Path) -> None:
    points = np.zeros(1, POINT_DTYPE)
    counts = []
    for number in (1, 600):
        table = sorted_table([series_from_points(points, metric=f"m{index}") for index in range(number)])
        path = write_store(table, tmp_path / f"{number}.zarr")
        counts.append(sum(1 for file in path.rglob("*") if file.is_file()))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", ["metrics.zarr", "metrics.nc"])
def test_an_empty_table_opens(name: str, tmp_path: Path) -> None:
    path = write_store(MetricTable((), {"experiment": "e"}), tmp_path / name)
    with xarray.open_datatree(path) as tree:
        assert tree.attrs["experiment"] == "e"
        assert list(tree.children) == []


@pytest.mark.system("ncdump")
def test_ncdump(stores: Path) -> None:
    header = subprocess.run(
        ["ncdump", "-h", "metrics.nc"], cwd=stores, check=True, capture_output=True, text=True
    ).stdout
    assert "group: TRAINING {" in header
    assert "double value(point) ;" in header
    assert 'time:units = "nanoseconds since 1970-01-01T00:00:00Z" ;' in header
    assert 'row_size:sample_dimension = "point" ;' in header
    assert ':format = "prov4ml metric store" ;' in header
    assert "_FillValue" not in header
    special = subprocess.run(
        ["ncdump", "-hs", "metrics.nc"], cwd=stores, check=True, capture_output=True, text=True
    ).stdout
    assert 'value:_NoFill = "true" ;' in special
