"""Documents that are not as we write them: one line that names the place, or what is there is shown."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prov4ml_packager.errors import PackagerError
from prov4ml_packager.packaged import OpenStores, read_packaged

from ..provenance.sample_run import a_run
from .test_round_trip import packaged

Change = Callable[[dict[str, Any]], Any]
HINT = "; check it with prov4ml-pack validate"
CASES: dict[str, tuple[Change, str]] = {
    "other maker": (
        lambda one: one["prefix"].pop("prov4ml"),
        "is no PROV document that prov4ml made",
    ),
    "no run": (
        lambda one: one["activity"].pop("run"),
        "activity: has 0 records of type prov4ml:Run, and a run has one",
    ),
    "no end": (
        lambda one: one["activity"]["run"].pop("prov:endTime"),
        "activity run: attribute prov:endTime is missing",
    ),
    "no time": (
        lambda one: one["activity"]["run"].update({"prov:startTime": "soon"}),
        "activity run: attribute prov:startTime is no xsd:dateTime: 'soon'",
    ),
    "status": (
        lambda one: one["activity"]["run"].update({"prov4ml:status": "lost"}),
        "activity run: attribute prov4ml:status is none of finished, failed, unfinished",
    ),
    "twice": (
        lambda one: one["entity"]["param.lr"].update({"prov:value": ["1", "2"]}),
        "entity param.lr: attribute prov:value is there 2 times",
    ),
    "no value": (
        lambda one: one["entity"]["param.lr"].update({"prov:value": {"$": []}}),
        "entity param.lr: attribute prov:value is no value of PROV-JSON",
    ),
    "digits": (
        lambda one: one["entity"]["param.lr"].update({"prov:value": {"$": "1" * 9999, "type": "xsd:int"}}),
        f"entity param.lr: attribute prov:value is no whole number: {'1' * 40!r}",
    ),
    "deep": (
        lambda one: one["entity"]["param.lr"].update(
            {"prov:value": {"$": "[" * 100_000, "type": "rdf:JSON"}}
        ),
        f"entity param.lr: attribute prov:value is no JSON: {'[' * 40!r}",
    ),
    "path": (
        lambda one: one["entity"]["artifact.plot"].update({"prov4ml:path": "artifacts/../../x"}),
        "entity artifact.plot: attribute prov4ml:path is no plain relative path",
    ),
    "elsewhere": (
        lambda one: one["entity"]["artifact.plot"].update({"prov4ml:path": "packaged/prov.json"}),
        "entity artifact.plot: attribute prov4ml:path is not below artifacts/",
    ),
    "digest": (
        lambda one: one["entity"]["artifact.plot"].update({"prov4ml:sha256": "<b>"}),
        "entity artifact.plot: attribute prov4ml:sha256 is no digest in lower-case hex",
    ),
    "devices": (
        lambda one: one["entity"]["environment"].update({"prov4ml:device": "999999 × x"}),
        "entity environment: attribute prov4ml:device counts more than 1000 devices",
    ),
    "size": (
        lambda one: one["entity"]["artifact.plot"].update(
            {"prov4ml:size": {"$": "9" * 400, "type": "xsd:int"}}
        ),
        f"entity artifact.plot: attribute prov4ml:size is no number of 64 bits: {'9' * 40!r}",
    ),
    "layers": (
        lambda one: one["entity"]["model.net"].update({"prov4ml:layers": {"$": "[1]", "type": "rdf:JSON"}}),
        "entity model.net: attribute prov4ml:layers is no list of objects",
    ),
    "port": (
        lambda one: one["entity"]["input.1"].update({"prov:label": "first"}),
        "entity input.1: attribute prov:label is no input or output with its number",
    ),
    "records": (lambda one: one.update({"used": []}), "used: is no JSON object"),
    "record": (lambda one: one["entity"].update({"x": []}), "entity x: is no JSON object"),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_named_by_its_place(tmp_path: Path, case: str, stores: OpenStores) -> None:
    change, message = CASES[case]
    document = packaged(a_run(), tmp_path / "run")
    change(document)
    path = tmp_path / "run/packaged/prov.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(PackagerError) as caught:
        read_packaged(tmp_path / "run", stores)
    assert str(caught.value) == f"{path}: {message}{HINT}"


def test_what_others_added_is_passed_over(tmp_path: Path, stores: OpenStores) -> None:
    document = packaged(a_run(), tmp_path / "run")
    own = read_packaged(tmp_path / "run", stores).record
    document["prefix"]["ex"] = "http://example.org/"
    document["entity"]["ex:more"] = {"prov:type": "ex:Thing", "ex:size": 5}
    document["entity"]["param.lr"]["ex:note"] = ["a", "b"]
    document["wasInfluencedBy"] = {"_:i": {"prov:influencee": "ex:more", "prov:influencer": "run"}}
    (tmp_path / "run/packaged/prov.json").write_text(json.dumps(document), encoding="utf-8")
    assert read_packaged(tmp_path / "run", stores).record == own
