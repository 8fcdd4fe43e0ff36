"""What single versions of yProv4ML write in a way of their own."""

from pathlib import Path
from typing import Any

import pytest

from prov4ml_packager.reader import read_run

from .yprov4ml_documents import SECOND, document_of, imported, later_two, sourced_document


@pytest.mark.parametrize(("zone", "hours"), [("CET+0100", 1), ("-03-0300", -3), ("UTC+0000", 0)])
def test_local_times_are_in_the_zone_of_the_run(tmp_path: Path, zone: str, hours: int) -> None:
    run = {
        "yprov:experiment_name": "demo",
        "yprov:time_zone": zone,
        "prov:startedAtTime": "2026-01-02T03:04:05.000006",
        "prov:endedAtTime": "2026-01-02T03:04:06",
    }
    _, record = imported(document_of(tmp_path, {"activity": {"demo_GR0_0": run}}), tmp_path / "out")
    start = 1_767_323_045_000_006_000 - hours * 3600 * SECOND  # 2026-01-02T03:04:05.000006Z
    assert (record.start, record.end) == (start, start + SECOND - 6000)


def test_what_has_a_source_is_in_the_run_or_its_context_and_keeps_the_source(tmp_path: Path) -> None:
    _, run = imported(document_of(tmp_path, sourced_document()), tmp_path / "out")
    assert [(one.key, one.value, one.context, one.source) for one in run.parameters] == [
        ("lr", 0.5, None, "cfg"),
        ("depth", 3, "fold 1", "cfg"),
    ]
    assert run.commands[0].command == "python train.py"
    assert [(one.name, one.context, one.source) for one in run.artifacts] == [("a.txt", None, "disk")]
    (dataset,) = run.datasets
    assert (dataset.label, dataset.context, dataset.info["source"]) == ("digits", "fold 1", "disk")
    assert [(one.metric, one.context, one.source) for one in run.metrics.series] == [("power", None, "nvml")]
    (context,) = run.contexts
    assert (context.name, context.start) == ("fold 1", run.start + 5 * SECOND)


def test_a_run_of_the_later_two(tmp_path: Path) -> None:
    written, run = imported(later_two(tmp_path), tmp_path / "out")
    assert written.lost == ()
    assert {
        (one.metric, one.context, one.source): [float(value).hex() for value in one.points()["value"]]
        for one in run.metrics.series
    } == {
        ("loss", "TRAINING", None): [(1.5).hex(), "nan"],
        ("loss", "VALIDATION", None): [(0.25).hex(), "inf"],
    }
    assert [(one.key, one.value, one.context) for one in run.parameters] == [
        ("lr", 0.001, None),
        ("flag", True, None),
        ("none", None, None),
        ("layers", "[1, 2]", None),
        ("depth", 3, "TRAINING"),
    ]
    assert run.tags == {}
    assert [(one.name, one.version) for one in run.model_versions] == [("net", 1)]
    assert [(one.name, one.file.path) for one in run.artifacts] == [
        ("final", "artifacts/final.pt"),
        ("a.txt", None),
    ]


def as_three_two_zero(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document in the wording of 3.2.0: labels are identifiers, literals Python's text of them."""
    run = document["activity"]["demo_GR0_0"]
    run["yprov:run_id"] = "{'$': 7, 'type': 'xsd:int'}"
    for activity in document["activity"].values():
        for key in [one for one in activity if one.startswith("prov:")]:
            activity[key] = f"{{'$': '{activity[key]}', 'type': 'xsd:dateTime'}}"
    entities = document["entity"]
    for name, entity in list(entities.items()):
        if "prov:value" in entity:
            del entity["prov:type"]
            entities[entity["prov:label"]] = entities.pop(name)
            for relation in document["used"].values():
                if relation["prov:entity"] == name:
                    relation["prov:entity"] = entity["prov:label"]
        else:
            entity["prov:label"] = name
    return document


def test_the_wording_of_3_2_0_gives_the_same_run(tmp_path: Path) -> None:
    def told(document: dict[str, Any], folder: Path) -> list[Any]:
        folder.mkdir()
        _, run = imported(document_of(folder, document), folder / "out")
        return [
            run.start,
            run.end,
            [(one.key, one.value, one.context, one.source) for one in run.parameters],
            [(one.name, one.context, one.source) for one in run.artifacts],
            [(one.label, one.context, one.info) for one in run.datasets],
            [(one.metric, one.context, one.source) for one in run.metrics.series],
            [(one.name, one.start, one.end) for one in run.contexts],
            [one.command for one in run.commands],
        ]

    older = as_three_two_zero(sourced_document())
    assert told(older, tmp_path / "older") == told(sourced_document(), tmp_path / "newer")
    assert read_run(tmp_path / "older" / "out" / "demo_7").run_id == "7"


def test_literals_that_python_wrote_are_literals(tmp_path: Path) -> None:
    texts = {
        "{'$': 7, 'type': 'xsd:int'}": 7,
        "{'$': '0.5', 'type': 'xsd:double'}": 0.5,
        "{'$': 'a b', 'type': 'xsd:string'}": "a b",
        "{'$': 'None', 'type': 'NoneType'}": None,
        "{'$': '[1, 2]', 'type': 'list'}": "[1, 2]",
        "{'value:': 0.001, 'dtype': 'float'}": 0.001,
        "{'value:': 'Adam', 'dtype': 'str'}": "Adam",
        "{'value:': True, 'dtype': 'bool'}": True,
        "{'x': 1}": "{'x': 1}",
        "{'$': , 'type': 'xsd:int'}": "{'$': , 'type': 'xsd:int'}",
    }
    document = {
        "entity": {
            f"p{number}": {"prov-ml:type": "Parameter", "prov-ml:parameter_value": text}
            for number, text in enumerate(texts)
        }
    }
    _, run = imported(document_of(tmp_path, document), tmp_path / "out")
    assert [one.value for one in run.parameters] == list(texts.values())
