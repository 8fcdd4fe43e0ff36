"""Imported runs all the way to a crate; `make import-proof` does it for all documents and many variants."""

import json
from pathlib import Path

import pytest

from .made_up import make_up, write
from .pipeline import check_import, check_independently, check_made_up, check_repair
from .variants import base_document, variant

SMALL = [
    "MetricsType.NETCDF_False_None_0",
    "MetricsType.TXT_True_None_1",
    "prov_MetricsType.NETCDF_False_GR0_0",
    "provgraph_3B",
]


@pytest.mark.parametrize("name", ["yprov4ml-documents/" + name + ".json" for name in SMALL])
def test_documents_become_valid_crates(shared: Path, tmp_path: Path, name: str) -> None:
    crates = check_import(shared / "data" / name, tmp_path, ("csv",))
    check_independently(crates, shared)


@pytest.mark.parametrize(("kind", "form"), [("csv", "netcdf"), ("nc", "zarr"), ("zarr", "csv")])
def test_runs_become_valid_crates(shared: Path, tmp_path: Path, kind: str, form: str) -> None:
    source = shared / "data" / "yprov4ml-runs" / f"{kind}_experiment_0"
    check_independently(check_import(source, tmp_path, (form,)), shared)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_readable_is_imported_and_repaired(shared: Path, tmp_path: Path, seed: int) -> None:
    paths = sorted((shared / "data" / "yprov4ml-documents").glob("*.json"))
    base = base_document(paths[seed % len(paths)])
    path = tmp_path / "document.json"
    path.write_text(json.dumps(variant(base, 1000 + seed)), encoding="utf-8")
    check_repair(path)
    check_import(path, tmp_path, ("csv",), crate=False)


@pytest.mark.parametrize("seed", range(1000, 1030))
def test_every_value_of_a_made_up_run_comes_over(tmp_path: Path, seed: int) -> None:
    made = make_up(seed)
    source = write(made, tmp_path / "source", seed)
    check_import(source, tmp_path, (("zarr", "netcdf", "csv")[seed % 3],), crate=seed % 10 == 0)
    check_made_up(made, tmp_path / "runs")
