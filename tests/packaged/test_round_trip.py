"""A run that is read from its document and store gives the same document again: nothing is lost."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prov4ml_packager.packaged import OpenStores, read_packaged
from prov4ml_packager.provenance import build_document, write_document
from prov4ml_packager.record import FileRecord, ImportRecord, RepairRecord, RunRecord
from prov4ml_packager.stores import StoreFormat, write_store

from ..provenance.sample_run import (
    START,
    UUID,
    VALUES,
    a_file,
    a_four_rank_run,
    a_hostile_run,
    a_parameter,
    a_rank,
    a_run,
)
from ..reader.raw_writer import run_file

STORES: dict[StoreFormat, str] = {"zarr": "metrics.zarr", "netcdf": "metrics.nc", "csv": "metrics.csv"}


def packaged(run: RunRecord, folder: Path, form: StoreFormat | None = "csv") -> dict[str, Any]:
    """Write what a crate holds of a run, without any copy of a logged file; return its document."""
    (folder / "packaged").mkdir(parents=True)
    logger = {"name": run.logger_name, "version": run.logger_version}
    facts = run_file(
        uuid=run.uuid, experiment=run.experiment, run_id=run.run_id, created=run.created, logger=logger,
        user_namespace=run.user_namespace, world_size=run.world_size, name=run.name,
        collect_all_processes=run.collect_all_processes,
    )  # fmt: skip
    (folder / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    if form is not None:
        write_store(run.metrics, folder / "packaged" / STORES[form])
    document = build_document(run, store=f"packaged/{STORES[form or 'csv']}")
    write_document(document, folder / "packaged" / "prov.json")
    for path in {
        entity["prov4ml:path"] for entity in document["entity"].values() if "prov4ml:path" in entity
    }:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    return document


def imported(run: RunRecord) -> RunRecord:
    source = FileRecord(None, "/data/mlruns", "directory", 17, None, 3)
    repairs = (RepairRecord("prov-json/x", "a time: put right", ("one", "two")),)
    record = ImportRecord(
        "mlflow", "2.9", START, "prov4ml", "0.1.0", "abc", (source, replace(source, kind="file", files=1)),
        ("metrics", "tags"), ("images",), repairs, "5f0c6a52-5b0f-4c8e-9d0a-3a6f8f1f2b12",
    )  # fmt: skip
    return replace(run, imported=record, logger_name="mlflow", tags={"note": "x", "a b": [1]}, name="dry run")


def plain_paths(run: RunRecord) -> RunRecord:
    """Paths and the UUID as the logger writes them, no context without a name, everything else hostile."""
    datasets = tuple(replace(one, file=a_file(), context=one.context or None) for one in run.datasets)
    versions = tuple(replace(one, file=a_file(), context=one.context or None) for one in run.model_versions)
    code = (replace(run.source_code[0], files=(a_file(),), script="artifacts/model.pt"),)
    return replace(run, uuid=UUID, datasets=datasets, model_versions=versions, source_code=code)


def with_every_value(run: RunRecord) -> RunRecord:
    parameters = tuple(a_parameter(f"p{place}", value) for place, value in enumerate(VALUES))
    return replace(run, parameters=parameters)


RUNS: dict[str, Callable[[], RunRecord]] = {
    "finished": a_run,
    "ranks": a_four_rank_run,
    "hostile": lambda: plain_paths(a_hostile_run()),
    "imported": lambda: imported(a_run()),
    "values": lambda: with_every_value(a_run()),
    "namespace": lambda: a_run(user_namespace="https://example.org/runs#"),
    "bare": lambda: replace(
        a_run(), ranks=(), contexts=(), artifacts=(), models=(), model_versions=(), datasets=(), ports=(),
        source_code=(), commands=(), final_metrics=(), parameters=(), status="unfinished",
    ),
    "script": lambda: a_run(source_code=(), ranks=(a_rank(user=None, devices=({"name": "TPU"},)),)),
}  # fmt: skip


@pytest.mark.parametrize("kind", RUNS)
def test_the_document_is_the_same_again(tmp_path: Path, kind: str, stores: OpenStores) -> None:
    document = packaged(RUNS[kind](), tmp_path / "run")
    read = read_packaged(tmp_path / "run", stores)
    again = build_document(read.record, store="packaged/metrics.csv")
    for entity in [*document["entity"].values(), *again["entity"].values()]:
        if "prov4ml:repaired" in entity:  # how often stands in its text, and is not counted again
            entity["prov4ml:repaired"] = entity["prov4ml:repaired"]["$"].removesuffix(" (0)")
    assert json.dumps(again) == json.dumps(document)


@pytest.mark.parametrize("form", STORES)
def test_points_come_from_the_store(tmp_path: Path, form: StoreFormat, stores: OpenStores) -> None:
    run = a_run()
    packaged(run, tmp_path / "run", form)
    read = read_packaged(tmp_path / "run", stores)
    stores.close()  # they are opened again
    for series, own in zip(read.record.metrics.series, run.metrics.series, strict=True):
        assert series.points().tobytes() == own.points().tobytes()
    stores.close()
    assert read.missing == ("the command line", "what the logger warned of")


def test_without_a_store_the_figures_are_those_of_the_document(tmp_path: Path, stores: OpenStores) -> None:
    packaged(a_run(), tmp_path / "run", None)
    read = read_packaged(tmp_path / "run", stores)
    assert read.missing[-1] == "the metric store, so that there are no curves"
    series, figures = next(one for one in read.series if one[0].metric == "loss")
    assert (series.context, series.count, figures.count) == ("TRAINING", 0, 4)
    assert (figures.first, figures.last, figures.minimum, figures.maximum) == (1.0, 0.25, 0.25, 1.0)
    assert figures.total is None


def test_a_damaged_store_is_named(tmp_path: Path, stores: OpenStores) -> None:
    packaged(a_run(), tmp_path / "run")
    store = tmp_path / "run/packaged/metrics.csv"
    store.write_bytes(store.read_bytes()[:-9] + b"not a number\n")
    read = read_packaged(tmp_path / "run", stores)
    assert read.missing[-1].startswith("a metric store that can be read (metrics.csv ")
    assert read.missing[-1].endswith("), so that there are no curves")
    assert next(figures.count for one, figures in read.series if one.metric == "loss") == 4


def test_few_stores_are_open_at_a_time(tmp_path: Path) -> None:
    stores = OpenStores(most=2)
    runs = []
    for number in range(5):
        packaged(a_run(), tmp_path / str(number), "netcdf")
        runs.append(read_packaged(tmp_path / str(number), stores))
    assert len(stores._open) == 2
    assert {one.record.metrics.series[0].points().tobytes() for one in runs} == {
        a_run().metrics.series[0].points().tobytes()
    }
    stores.close()
