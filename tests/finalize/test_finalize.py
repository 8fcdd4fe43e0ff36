"""`packaged/` as a whole: made from any run, replaced in one step, current or stale."""

import gc
import hashlib
import json
import os
import struct
from pathlib import Path

import numpy as np
import pytest

import prov4ml_packager.finalize as module
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.finalize import finalize, find_store, is_current
from prov4ml_packager.finalize_many import ensure_all_finalized
from prov4ml_packager.reader import read_run
from prov4ml_packager.stores import open_store

from ..reader.raw_writer import RawRank, make_run, small_run


def raw_digests(run: Path) -> dict[str, tuple[str, int]]:
    return {
        str(path.relative_to(run)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in run.rglob("*")
        if path.is_file() and "packaged" not in path.relative_to(run).parts
    }


@pytest.mark.parametrize("to", ["zarr", "netcdf", "csv", None])
def test_products_agree_with_the_run(tmp_path: Path, to: module.StoreFormat | None) -> None:
    run = small_run(tmp_path / "run")
    before = raw_digests(run)
    made = finalize(run, to=to, graph=True, svg=True)
    assert raw_digests(run) == before
    assert made.store.name == {"zarr": "metrics.zarr", "netcdf": "metrics.nc"}.get(to or "", "metrics.csv")
    document = json.loads(made.prov.read_text(encoding="utf-8"))
    assert f"packaged/{made.store.name}" in made.prov.read_text(encoding="utf-8")
    assert document["activity"]
    assert made.dot is not None
    assert made.dot.read_text(encoding="utf-8").startswith("digraph")
    assert made.svg is not None
    assert b"<svg" in made.svg.read_bytes()
    with open_store(made.store) as table:
        original = read_run(run).metrics
        assert [(s.identity, s.unit, s.count) for s in table.series] == [
            (s.identity, s.unit, s.count) for s in original.series
        ]
        for ours, theirs in zip(original.series, table.series, strict=True):
            assert ours.points().tobytes() == theirs.points().tobytes()


def test_only_what_was_asked_for(tmp_path: Path) -> None:
    run = small_run(tmp_path / "run")
    finalize(run, graph=True)
    made = finalize(run, svg=True, to="netcdf")
    assert sorted(path.name for path in made.packaged.iterdir()) == ["graph.svg", "metrics.nc", "prov.json"]
    assert made.dot is None
    assert sorted(path.name for path in run.iterdir()) == ["artifacts", "packaged", "rank_0", "run.json"]


@pytest.mark.parametrize(("count", "name"), [(500, "metrics.zarr"), (501, "metrics.zarr.zip")])
def test_many_series_are_one_file(tmp_path: Path, count: int, name: str) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run)
    for number in range(1, count + 1):
        rank.series(number, f"m{number}")
        rank.point(number, 0, float(number))
    made = finalize(run, to="zarr")
    assert made.store.name == name
    assert find_store(made.packaged) == made.store
    with open_store(made.store) as table:
        assert {one.metric: one.points()["value"].tolist() for one in table.series} == {
            f"m{number}": [float(number)] for number in range(1, count + 1)
        }


def test_a_killed_run_with_nothing_in_it(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    made = finalize(run)
    assert made.record.status == "unfinished"
    assert made.prov.is_file()


def test_a_failure_leaves_the_old_products(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = small_run(tmp_path / "run")
    old = finalize(run).prov.read_bytes()

    def broken(*_: object, **__: object) -> None:
        raise PackagerError("no")

    monkeypatch.setattr(module, "write_document", broken)
    with pytest.raises(PackagerError):
        finalize(run, to="netcdf")
    assert (run / "packaged" / "prov.json").read_bytes() == old
    assert sorted(path.name for path in run.iterdir()) == ["artifacts", "packaged", "rank_0", "run.json"]


def test_points_from_a_temporary_file_make_the_same_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = []
    for name, memory_points in (("memory", 10**6), ("disk", 0)):
        run = make_run(tmp_path / name)
        rank = RawRank(run)
        random = np.random.default_rng(7)
        for series in range(1, 8):
            rank.series(series, f"m{series}")
        numbers = random.integers(1, 8, 5000)
        rank.raw_points(
            b"".join(
                struct.pack("<IIqqd", n, 0, step, step * 7, step / 3)
                for step, n in enumerate(numbers.tolist())
            )
        )
        record = read_run(run, memory_points=memory_points)
        made = module.finalize_record(record, to="csv")
        stores.append(made.store.read_bytes())
    assert stores[0] == stores[1]
    assert stores[0].count(b"\n") == 5001
    gc.collect()


def test_current_until_something_changes(tmp_path: Path) -> None:
    run = small_run(tmp_path / "run")
    assert not is_current(read_run(run))
    (record,) = ensure_all_finalized([run])
    assert is_current(record)
    made = (run / "packaged" / "prov.json").stat()
    ensure_all_finalized([run])
    assert (run / "packaged" / "prov.json").stat().st_ino == made.st_ino
    later = made.st_mtime_ns + 10**9
    os.utime(run / "rank_0" / "metrics.bin", ns=(later, later))
    assert not is_current(read_run(run))
    ensure_all_finalized([run])
    assert (run / "packaged" / "prov.json").stat().st_ino != made.st_ino


@pytest.mark.parametrize("lost", ["prov.json", "metrics.csv"])
def test_a_product_that_is_gone_is_made_again(tmp_path: Path, lost: str) -> None:
    run = small_run(tmp_path / "run")
    ensure_all_finalized([run])
    (run / "packaged" / lost).unlink()
    assert not is_current(read_run(run))
    ensure_all_finalized([run])
    assert (run / "packaged" / lost).is_file()


def test_an_unfinished_run_is_never_current(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    RawRank(run)
    finalize(run)
    assert find_store(run / "packaged") is not None
    assert not is_current(read_run(run))


def test_an_error_names_the_product_and_not_the_temporary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = small_run(tmp_path / "run")

    def full(table: object, path: Path, **_: object) -> Path:
        raise PackagerError("cannot be written: No space left on device", path=path)

    monkeypatch.setattr(module, "write_store", full)
    with pytest.raises(PackagerError) as caught:
        finalize(run, to="csv")
    assert (
        str(caught.value) == f"{run / 'packaged' / 'metrics.csv'}: cannot be written: No space left on device"
    )
