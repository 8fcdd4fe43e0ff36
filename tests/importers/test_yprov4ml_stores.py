"""Damaged metric stores of yProv4ML in an imported run directory."""

import shutil
from collections.abc import Callable
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import zarr

from prov4ml_packager.importers.write import WrittenRun
from prov4ml_packager.reader import read_run

from .yprov4ml_documents import document_of, imported, later_two, sourced_document

STORE = "metrics_GR0/Loss_training_None_GR0"


def damaged_run(shared: Path, tmp_path: Path, kind: str, change: Callable[[Path], None]) -> WrittenRun:
    """Import a copy of a run of 3.x whose store of Loss in training was changed; 318 points were in it."""
    folder = tmp_path / f"{kind}_experiment_0"
    shutil.copytree(shared / "data" / "yprov4ml-runs" / folder.name, folder)
    change(folder / f"{STORE}.{kind}")
    written, _ = imported(folder, tmp_path / "out")
    return written


def points_of(written: WrittenRun) -> list[tuple[int, int, float]]:
    (series,) = [
        one
        for one in read_run(written.directory).metrics.series
        if (one.metric, one.context) == ("Loss", "training")
    ]
    return [tuple(point) for point in series.points().tolist()]


@pytest.mark.parametrize(
    ("change", "kept", "reason", "lost"),
    [
        (lambda rows: [*rows[:-1], rows[-1][:-1]], 318, None, 0),  # only the line break is missing
        (lambda rows: [*rows[:-1], rows[-1][:-4]], 317, "its last row was not written to its end", 1),
        (lambda rows: [*rows[:-1], rows[-1][:9]], 316, "its last row was not written to its end", 2),
        (lambda rows: [*rows[:4], "x,y,z\n", *rows[5:]], 317, "the epoch 'x' is no number", 1),
        (
            lambda rows: [*rows[:4], "0.5" + rows[4][1:], *rows[5:]],
            317,
            "0.5 is no whole number, and a step has to be one",
            1,
        ),
    ],
)
def test_a_damaged_table_keeps_its_good_rows(
    shared: Path,
    tmp_path: Path,
    change: Callable[[list[str]], list[str]],
    kept: int,
    reason: str | None,
    lost: int,
) -> None:
    def spoil(path: Path) -> None:
        path.write_text("".join(change(path.read_text().splitlines(keepends=True))))

    whole = points_of(damaged_run(shared, tmp_path / "whole", "csv", lambda path: None))
    written = damaged_run(shared, tmp_path, "csv", spoil)
    found = points_of(written)
    assert len(found) == kept
    assert set(found) <= set(whole)
    are = "point of it is" if lost == 1 else "points of it are"
    store = f"the store runs/csv_experiment_0/{STORE}.csv"
    note = f"{store} is damaged ({reason}): {lost} {are} lost, {kept} came over"
    assert written.lost == ((note,) if reason else ())
    assert read_run(written.directory).ranks[0].points_lost == lost


def test_a_store_that_cannot_be_read_is_not_said_to_be_absent(shared: Path, tmp_path: Path) -> None:
    def cut(path: Path) -> None:
        path.write_bytes(path.read_bytes()[:3000])

    written = damaged_run(shared, tmp_path, "nc", cut)
    assert points_of(written) == []
    first, second = written.lost
    assert first.startswith(f"the store runs/nc_experiment_0/{STORE}.nc cannot be read (is damaged: ")
    assert str(tmp_path) not in first
    assert second == "the points of Loss in training: the document has none"


def test_a_chunk_that_is_damaged_costs_its_points_and_no_others(shared: Path, tmp_path: Path) -> None:
    def spoil(path: Path) -> None:
        shutil.rmtree(path)
        group = zarr.create_group(path, zarr_format=2)
        group.attrs["name"], group.attrs["context"] = "Loss", "training"
        for name, values in (
            ("epochs", [0] * 30),
            ("values", range(30)),
            ("timestamps", range(10**12, 10**12 + 30)),
        ):
            kind = "f4" if name == "values" else "i8"
            group.create_array(name, data=np.array(values, kind), chunks=(10,))
        (path / "values" / "1").write_bytes(b"damaged")

    written = damaged_run(shared, tmp_path, "zarr", spoil)
    assert [value for _, _, value in points_of(written)] == [*range(10), *range(20, 30)]
    (note,) = written.lost
    assert note.startswith(f"the store runs/zarr_experiment_0/{STORE}.zarr is damaged (")
    assert note.endswith("): 10 points of it are lost, 20 came over")


def test_a_damaged_store_does_not_hide_others_that_the_document_does_not_name(
    shared: Path, tmp_path: Path
) -> None:
    def add(path: Path) -> None:
        whole = path.read_bytes()
        extra = path.parent / "Extra_training_None_GR0.nc"
        extra.write_bytes(whole)
        with netCDF4.Dataset(extra, "a") as store:
            store.setncattr("_name", "Extra")
        (path.parent / "Torn_training_None_GR0.nc").write_bytes(whole[:3000])
        path.write_bytes(whole[:3000])

    written = damaged_run(shared, tmp_path, "nc", add)
    assert "Extra_training_None_GR0.nc: a metric that the document does not name" in written.carried
    torn = [note for note in written.lost if "Torn" in note]
    assert len(torn) == 1
    assert torn[0].startswith("the store Torn_training_None_GR0.nc: is damaged: ")
    assert sum("Loss_training" in note for note in written.lost) == 1


def test_rows_without_a_value_are_counted_and_no_damage(tmp_path: Path) -> None:
    folder = tmp_path / "demo_0"
    (folder / "metrics_GR0").mkdir(parents=True)
    (folder / "metrics_GR0" / "power_GR0.csv").write_text(
        "epoch,value,timestep\n0,None,1767323045000\n1,7.5,1767323046000\n2,None,1767323047000\n"
    )
    written, run = imported(document_of(folder, sourced_document()), tmp_path / "out")
    (series,) = run.metrics.series
    assert series.points()["value"].tolist() == [7.5]
    assert written.lost == ("power: 2 points without a value",)
    assert run.ranks[0].points_lost == 0


def test_a_torn_store_of_the_later_two(tmp_path: Path) -> None:
    folder = later_two(tmp_path)
    store = folder / "metrics_GR0" / "loss_Context.TRAINING_GR0.csv"
    store.write_bytes(store.read_bytes()[:-4])
    written, _ = imported(folder, tmp_path / "out")
    assert written.lost == (
        "the store prov/demo_0/metrics_GR0/loss_Context.TRAINING_GR0.csv is damaged (its last row was not"
        " written to its end): 1 point of it is lost, 1 came over",
    )
