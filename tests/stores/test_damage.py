"""Damaged, foreign and malicious stores: one clear error, and nothing of them is executed."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import netCDF4
import numcodecs
import numpy as np
import pytest
import zarr

from prov4ml_packager.convert import convert
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.metric_table import MetricTable
from prov4ml_packager.stores import detect_format, open_store, write_store


def read_all(path: Path) -> None:
    with open_store(path) as table:
        for series in table.series:
            series.points()


def message(path: Path) -> str:
    with pytest.raises(PackagerError) as caught:
        read_all(path)
    text = str(caught.value)
    assert text.startswith(str(path))
    assert "\n" not in text
    return text.removeprefix(f"{path}: ")


def edit_json(path: Path, change: Callable[[dict[str, object]], object]) -> None:
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def test_zarr_missing_chunk(stores: Path) -> None:
    (stores / "metrics.zarr/TRAINING/value/c.0").unlink()
    assert message(stores / "metrics.zarr") == "TRAINING/value: 1 chunks belong here, and 0 are there"


def test_zarr_renamed_chunk(stores: Path) -> None:
    chunk = stores / "metrics.zarr/TRAINING/value/c.0"
    chunk.rename(chunk.with_name("c.7"))
    assert message(stores / "metrics.zarr") == "TRAINING/value/c.0: this chunk is missing"


@pytest.mark.parametrize("position", [0, 20, -1])
def test_zarr_flipped_bit(stores: Path, position: int) -> None:
    chunk = stores / "metrics.zarr/TRAINING/value/c.0"
    content = bytearray(chunk.read_bytes())
    content[position] ^= 4
    chunk.write_bytes(content)
    assert message(stores / "metrics.zarr").startswith("TRAINING/value, points 0 to 5: is damaged: ")


def test_zarr_missing_variable(stores: Path) -> None:
    (stores / "metrics.zarr/TRAINING/rank/zarr.json").unlink()
    assert message(stores / "metrics.zarr").startswith("TRAINING/rank: is damaged: ")


@pytest.mark.parametrize("form", ["3", "2", "zip"])
def test_zarr_missing_group(form: str, tmp_path: Path, small_table: MetricTable) -> None:
    """Of a group that is gone nothing is left but what the metadata of the root tells of it."""
    path = tmp_path / ("m.zarr.zip" if form == "zip" else "m.zarr")
    write_store(small_table, path, zarr_format=2 if form == "2" else 3)
    if form == "zip":
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                if not name.startswith("TRAINING/"):
                    archive.writestr(name, content)
    else:
        shutil.rmtree(path / "TRAINING")
    assert message(path) == "TRAINING: the group is missing, with all its series"
    notes: list[str] = []
    convert(path, tmp_path / "out.nc", salvage=True, note=notes.append)
    assert notes == [
        f"{path}: TRAINING: the group is missing, with all its series",
        f"{path}: 5 of 7 points are lost, 2 were read",
    ]


def test_zarr_huge_shape_is_not_allocated(stores: Path) -> None:
    edit_json(stores / "metrics.zarr/TRAINING/value/zarr.json", lambda one: one.update(shape=[1 << 60]))
    assert "chunks belong here, and 1 are there" in message(stores / "metrics.zarr")


def test_zarr_huge_chunk_is_not_allocated(stores: Path) -> None:
    def change(one: dict[str, object]) -> None:
        one["shape"] = [1 << 50]
        one["chunk_grid"] = {"name": "regular", "configuration": {"chunk_shape": [1 << 50]}}

    edit_json(stores / "metrics.zarr/TRAINING/metric/zarr.json", change)
    assert message(stores / "metrics.zarr").startswith("TRAINING")


@pytest.mark.parametrize(
    ("filters", "text"),
    [
        (["vlen-utf8", "pickle"], "TRAINING/metric: codecs ['pickle'] are not read"),
        (["pickle"], "TRAINING/metric: is damaged: No Zarr data type found"),
    ],
)
def test_zarr_of_format_2_never_unpickles(
    tmp_path: Path, small_table: MetricTable, filters: list[str], text: str
) -> None:
    path = write_store(small_table, tmp_path / "m.zarr", zarr_format=2)
    ran = tmp_path / "ran"

    class Attack:
        def __reduce__(self) -> tuple[object, ...]:
            return Path.touch, (ran,)

    edit_json(
        path / "TRAINING/metric/.zarray",
        lambda one: one.update(filters=[{"id": name} for name in filters], compressor=None),
    )
    attack = numcodecs.Pickle().encode(np.array([Attack(), Attack()], dtype=object))
    (path / "TRAINING/metric/0").write_bytes(attack)
    assert message(path).startswith(text)
    assert not ran.exists()


def test_zarr_wrong_type(stores: Path) -> None:
    edit_json(stores / "metrics.zarr/TRAINING/value/zarr.json", lambda one: one.update(data_type="int64"))
    assert message(stores / "metrics.zarr") == "TRAINING/value: has the type int64"


def test_zarr_of_someone_else(tmp_path: Path) -> None:
    zarr.create_group(str(tmp_path / "m.zarr")).create_array("a", data=np.zeros(3))
    assert message(tmp_path / "m.zarr") == (
        "is no metric store of prov4ml: the root attribute `format` is not 'prov4ml metric store'"
    )


def test_netcdf_of_a_name_that_is_not_utf_8(tmp_path: Path, small_table: MetricTable) -> None:
    path = write_store(small_table, tmp_path / os.fsdecode(b"bad\xff.nc"))
    assert message(path) == "cannot be opened: the library takes no path that is not UTF-8; rename it"


def refused(*arguments: Path) -> str:
    """Return what `convert` says where permissions count: for root they do only without its capabilities."""
    drop = [
        "setpriv",
        "--bounding-set=-dac_override,-dac_read_search",
        "--inh-caps=-dac_override,-dac_read_search",
    ]
    command = [sys.executable, "-m", "prov4ml_packager", "convert", *map(str, arguments), "--to", "csv"]
    done = subprocess.run(
        [*(drop if os.geteuid() == 0 else []), *command], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 2
    return done.stderr.removeprefix("prov4ml-pack: error: ")


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root may read everything")
@pytest.mark.parametrize(
    ("closed", "said"),
    [
        ("metrics.zarr", "metrics.zarr: cannot be read: Permission denied"),
        (
            "metrics.zarr/TRAINING/value/c.0",
            "metrics.zarr: TRAINING/value, points 0 to 5: cannot be read: Permission denied",
        ),
        ("metrics.nc", "metrics.nc: cannot be read: Permission denied"),
        ("metrics.csv", "metrics.csv: cannot be read: Permission denied"),
    ],
)
def test_what_may_not_be_read_is_not_damaged(stores: Path, closed: str, said: str) -> None:
    source = stores / closed.split("/")[0]
    (stores / closed).chmod(0)
    try:
        assert refused(source, stores / "out.csv") == f"{stores}/{said}\n"
        if closed == "metrics.zarr":
            assert refused(stores, stores.parent / "out") == f"{stores}/{said}\n"
    finally:
        (stores / closed).chmod(0o755)


def test_a_later_version(stores: Path) -> None:
    with netCDF4.Dataset(stores / "metrics.nc", "a") as root:
        root.format_version = np.int64(2)
    assert message(stores / "metrics.nc") == (
        "has version 2 of the format, and this program reads up to 1; update prov4ml"
    )


def test_contradicting_sizes(stores: Path) -> None:
    with netCDF4.Dataset(stores / "metrics.nc", "a") as root:
        root["TRAINING/row_size"][:] = [4, 2]
    assert message(stores / "metrics.nc").startswith(
        "TRAINING: row_size adds up to 6 points, and the variables have"
    )


def test_netcdf_missing_variable(tmp_path: Path) -> None:
    with netCDF4.Dataset(tmp_path / "m.nc", "w") as root:
        root.setncatts({"format": "prov4ml metric store", "format_version": np.int64(1)})
        root.createGroup("run")
    assert message(tmp_path / "m.nc") == "run/metric: the variable is missing"


@pytest.mark.parametrize("name", ["metrics.nc", "metrics.zarr.zip"])
def test_cut_short(name: str, stores: Path) -> None:
    content = (stores / name).read_bytes()
    (stores / name).write_bytes(content[: len(content) // 2])
    assert "damaged" in message(stores / name)


def test_netcdf_flipped_bits(stores: Path) -> None:
    path = stores / "metrics.nc"
    content = bytearray(path.read_bytes())
    step = 97
    failures: list[str] = []
    for position in range(0, len(content), step * 8):
        damaged = bytearray(content)
        damaged[position] ^= 16
        path.write_bytes(damaged)
        try:
            read_all(path)
        except PackagerError as error:
            failures.append(str(error))
    assert failures
    assert all(text.startswith(str(path)) for text in failures)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "is no metric store: neither Zarr, NetCDF-4 nor a CSV that begins with `context`"),
        (b"PK\x03\x04nonsense", "is a damaged zip file: File is not a zip file"),
        (b"\x89HDF\r\n\x1a\n", "is damaged: "),
    ],
)
def test_what_is_no_store(tmp_path: Path, content: bytes, text: str) -> None:
    (tmp_path / "m.zarr").write_bytes(content)
    assert message(tmp_path / "m.zarr").startswith(text)


def test_a_zip_of_something_else(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    assert message(tmp_path / "m.zip") == (
        "is a zip file without zarr.json or .zgroup at its root, so no Zarr store"
    )


def test_a_directory_that_is_no_store_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "m.zarr").mkdir()
    (tmp_path / "m.zarr" / "thesis.txt").write_text("mine")
    with pytest.raises(PackagerError, match="is a directory that is no Zarr store, so it is not replaced"):
        write_store(MetricTable(()), tmp_path / "m.zarr")
    assert (tmp_path / "m.zarr" / "thesis.txt").read_text() == "mine"
    assert message(tmp_path / "m.zarr") == "is a directory without zarr.json or .zgroup, so no metric store"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a.zarr", "zarr"),
        ("a.ZARR.ZIP", "zarr"),
        ("a.nc", "netcdf"),
        ("a.nc4", "netcdf"),
        ("a.csv", "csv"),
        ("a.tsv", "csv"),
    ],
)
def test_format_by_name(name: str, found: str) -> None:
    assert detect_format(Path("nowhere") / name) == found


def test_format_by_content(stores: Path) -> None:
    for name, found in (
        ("metrics.zarr", "zarr"),
        ("metrics.zarr.zip", "zarr"),
        ("metrics.nc", "netcdf"),
        ("metrics.csv", "csv"),
    ):
        (stores / name).rename(stores / "unnamed")
        assert detect_format(stores / "unnamed") == found
        (stores / "unnamed").rename(stores / name)


def test_a_name_that_says_nothing() -> None:
    with pytest.raises(PackagerError) as caught:
        detect_format(Path("metrics.parquet"))
    assert str(caught.value) == (
        "metrics.parquet: the name does not say which metric store it is; "
        "end it in .zarr, .zarr.zip, .nc, .nc4, .netcdf, .csv, .tsv, .csv.gz, .csv.zst, or name the format"
    )
