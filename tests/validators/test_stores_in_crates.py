"""Metric stores of every format in every kind of crate, against what the crate's document says of them."""

import json
import math
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from prov4ml_packager.metric_table import POINT_DTYPE, series_from_points, sorted_table
from prov4ml_packager.store_summaries import MetricStoreReader
from prov4ml_packager.stores import write_store
from prov4ml_validators import Finding, Severity, store_places, validate

STORES = ["metrics.zarr", "metrics.zarr.zip", "metrics.nc", "metrics.csv"]
KINDS = ["directory", "zip", "tar.gz", "tar"]
TERMS = "https://w3id.org/prov4ml/terms#"


def make_folder(folder: Path, store: str, *, count: int = 3, last: str = "0.25") -> Path:
    points = np.zeros(3, POINT_DTYPE)
    points["value"] = [1.0, math.nan, 0.25]
    loss = series_from_points(points, metric="loss", context="TRAINING")
    (folder / "packaged").mkdir(parents=True)
    write_store(sorted_table([loss]), folder / "packaged" / store)
    attributes = {
        "prov:label": "loss", "t:context": "TRAINING", "t:store": f"packaged/{store}",
        "t:count": count, "t:last": {"$": last, "type": "xsd:double"},
    }  # fmt: skip
    document = {"prefix": {"t": TERMS, "e": "https://example.org/"}, "entity": {"e:loss": attributes}}
    (folder / "packaged" / "prov.json").write_text(json.dumps(document, indent=1))
    graph = [
        {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"},
         "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"}},
        {"@id": "./", "@type": "Dataset", "name": "x", "hasPart": [{"@id": "packaged/"}]},
        {"@id": "packaged/", "@type": "Dataset", "name": "p"},
    ]  # fmt: skip
    metadata = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}
    (folder / "ro-crate-metadata.json").write_text(json.dumps(metadata))
    return folder


def pack(folder: Path, kind: str) -> Path:
    if kind == "directory":
        return folder
    target = folder.with_name(f"crate.{kind}")
    if kind == "zip":
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                archive.write(path, path.relative_to(folder).as_posix())
    else:
        with tarfile.open(target, "w:gz" if kind.endswith("gz") else "w") as archive:
            archive.add(folder, ".")
    shutil.rmtree(folder)
    return target


def store_findings(path: Path) -> list[Finding]:
    report = validate(path, store_reader=MetricStoreReader())
    assert report.kind == "ro-crate"
    return [one for one in report.findings if one.rule.startswith("store/")]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("store", STORES)
def test_a_store_is_compared(tmp_path: Path, kind: str, store: str) -> None:
    assert store_findings(pack(make_folder(tmp_path / "crate", store), kind)) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("store", STORES)
def test_what_differs_is_found(tmp_path: Path, kind: str, store: str) -> None:
    found = store_findings(pack(make_folder(tmp_path / "crate", store, count=4, last="0.5"), kind))
    assert [(one.rule, one.message) for one in found] == [
        ("store/count", '"loss" has 3 points in its store, not 4'),
        ("store/last-value", 'the store\'s last value of "loss" is 0.25, not 0.5'),
    ]
    assert {(one.location.file, one.location.line) for one in found} == {("packaged/prov.json", 7)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("store", STORES)
def test_a_damaged_store_is_found(tmp_path: Path, kind: str, store: str) -> None:
    folder = make_folder(tmp_path / "crate", store)
    file = folder / "packaged" / store
    if file.is_dir():
        file /= "zarr.json"
    file.write_bytes(file.read_bytes()[:40])
    assert [one.rule for one in store_findings(pack(folder, kind))] == ["store/unreadable"]


@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_large_store_is_not_copied(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_places, "LARGEST_STORE", 10)
    (found,) = store_findings(pack(make_folder(tmp_path / "crate", "metrics.zarr"), kind))
    assert (found.rule, found.severity) == ("store/not-checked", Severity.MAY)
    assert found.message.startswith('"packaged/metrics.zarr" not checked: it is larger than')
    assert found.help == "unpack the crate, and validate the folder"


def test_no_more_stores_are_copied_than_a_run_has(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "crate", "metrics.csv")
    prov = folder / "packaged" / "prov.json"
    document = json.loads(prov.read_text())
    one = document["entity"].pop("e:loss")
    for number in range(store_places.MOST_STORES + 2):
        shutil.copy(folder / "packaged/metrics.csv", folder / f"packaged/{number}.csv")
        document["entity"][f"e:{number}"] = {**one, "t:store": f"packaged/{number}.csv"}
    prov.write_text(json.dumps(document))
    assert [one.rule for one in store_findings(pack(folder, "zip"))] == ["store/not-checked"] * 2


def outside(folder: Path) -> None:
    shutil.move(folder / "packaged/metrics.csv", folder.parent / "metrics.csv")
    (folder / "packaged/metrics.csv").symlink_to(folder.parent / "metrics.csv")


def above(folder: Path) -> None:
    prov = folder / "packaged" / "prov.json"
    prov.write_text(prov.read_text().replace("packaged/metrics.csv", "../metrics.csv"))
    shutil.move(folder / "packaged/metrics.csv", folder.parent / "metrics.csv")


@pytest.mark.parametrize("kind", ["directory", "tar"])
@pytest.mark.parametrize("hide", [outside, above])
def test_nothing_outside_a_crate_is_opened(tmp_path: Path, kind: str, hide: Callable[[Path], None]) -> None:
    folder = make_folder(tmp_path / "crate", "metrics.csv", count=4)
    hide(folder)
    assert store_findings(pack(folder, kind)) == []


def test_without_a_reader_it_says_so(tmp_path: Path) -> None:
    report = validate(pack(make_folder(tmp_path / "crate", "metrics.csv"), "zip"))
    assert [one.message for one in report.findings if one.rule.startswith("store/")] == [
        '"packaged/metrics.csv" not checked: needs [pack]'
    ]


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    assert store_findings(pack(make_folder(tmp_path / "crate", "metrics.zarr", count=4), "zip"))
    assert list(scratch.iterdir()) == []
