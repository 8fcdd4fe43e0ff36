"""`repair`: each kind of repair by itself, and that whatever is readable ends up without a MUST."""

import json
from pathlib import Path
from typing import Any

import prov.model
import pytest

from prov4ml_packager.cli.main import run as run_command
from prov4ml_packager.repair import RepairedDocument, repair_document, write_repaired
from prov4ml_validators.json_text import decode_json
from prov4ml_validators.prov_json import check_prov_json

RUN = {"prov-ml:type": "LearningExecution"}


def repaired(path: Path) -> RepairedDocument:
    """Repair a document, and hold the result against the validator and the `prov` library."""
    result = repair_document(path)
    text = json.dumps(result.document)
    findings = check_prov_json(decode_json(text.encode("utf-8"), path=""))
    assert [one for one in findings if one.severity.name == "MUST"] == []
    prov.model.ProvDocument.deserialize(content=text, format="json").get_provn()
    return result


def repair(tmp_path: Path, document: Any) -> tuple[dict[str, Any], dict[str, tuple[str, ...]]]:
    path = tmp_path / "document.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    result = repaired(path)
    rules: dict[str, tuple[str, ...]] = {}
    for one in result.repairs:
        rules[one.rule] = rules.get(one.rule, ()) + one.subjects
    return result.document, rules


def test_a_sound_document_stays_as_it_is(tmp_path: Path) -> None:
    document = {
        "prefix": {"ex": "http://example.org/"},
        "entity": {"ex:e": {"prov:label": "e", "ex:n": {"$": "1", "type": "xsd:int"}}},
        "activity": {"ex:a": {"prov:startTime": "2026-01-01T00:00:00+00:00"}},
        "agent": {"ex:p": {"prov:type": {"$": "prov:Person", "type": "prov:QUALIFIED_NAME"}}},
        "used": {"ex:u": {"prov:activity": "ex:a", "prov:entity": "ex:e"}},
    }
    assert repair(tmp_path, document) == (document, {})


def test_namespaces_become_absolute(tmp_path: Path) -> None:
    prefixes = {
        "xsd_1": "http://www.w3.org/2000/10/XMLSchema#",
        "prov-ml": "prov-ml",
        "mine": "mine",
        "default": "www.example.org",
    }
    entity = {"a": {"prov-ml:x": {"$": "1", "type": "xsd_1:int"}, "mine:y": "text"}}
    document, rules = repair(tmp_path, {"prefix": prefixes, "entity": entity})
    assert document["prefix"]["prov-ml"] == "https://w3id.org/prov4ml/prov-ml#"
    assert document["prefix"]["default"] == "http://www.example.org/"
    assert document["prefix"]["mine"].startswith("urn:uuid:")
    assert "xsd_1" not in document["prefix"]
    assert document["entity"]["a"]["prov-ml:x"] == {"$": "1", "type": "xsd:int"}
    assert set(rules["namespace"]) == {"xsd_1", "prov-ml prov-ml", "mine mine", "default www.example.org"}


def test_a_default_namespace_that_is_no_host_is_a_urn(tmp_path: Path) -> None:
    document, _ = repair(tmp_path, {"prefix": {"default": "torch"}, "entity": {"a": {}}})
    assert document["prefix"]["default"].startswith("urn:uuid:")


def test_names_without_a_namespace_get_one_and_odd_ones_are_encoded(tmp_path: Path) -> None:
    document, rules = repair(tmp_path, {"entity": {"a b": {}, "opt:lr": {}, "prov-ml:c": {}}})
    assert set(document["entity"]) == {"a%20b", "opt%3Alr", "prov-ml:c"}
    assert rules["prefix"] == ("prov-ml",)
    assert set(rules["name"]) == {"a b", "opt:lr"}


def test_one_identifier_declared_twice_is_one_record(tmp_path: Path) -> None:
    entity = {"a": [{"prov:label": "x"}, {"prov:label": "x", "prov:value": "y"}]}
    document, rules = repair(tmp_path, {"entity": entity})
    assert document["entity"] == {"a": {"prov:label": "x", "prov:value": "y"}}
    assert rules["declared-twice"] == ("a",)


def test_one_identifier_for_metrics_of_two_contexts_is_two(tmp_path: Path) -> None:
    document, _ = repair(
        tmp_path,
        {
            "entity": {
                "MSE": [{"prov-ml:context": "Context.TRAINING"}, {"prov-ml:context": "Context.TESTING"}]
            },
            "activity": {"Context.TRAINING": {}, "Context.TESTING": {}},
            "wasGeneratedBy": {
                "_:1": {"prov:entity": "MSE", "prov:activity": "Context.TRAINING"},
                "_:2": {"prov:entity": "MSE", "prov:activity": "Context.TESTING"},
            },
        },
    )
    assert {name: body["prov-ml:context"] for name, body in document["entity"].items()} == {
        "MSE": "TRAINING",
        "MSE_TESTING": "TESTING",
    }
    assert [(one["prov:entity"], one["prov:activity"]) for one in document["wasGeneratedBy"].values()] == [
        ("MSE", "Context.TRAINING"),
        ("MSE_TESTING", "Context.TESTING"),
    ]


def test_an_activity_as_trigger_is_the_starter(tmp_path: Path) -> None:
    document, rules = repair(
        tmp_path,
        {
            "activity": {"run": {}, "epoch_0": {}},
            "wasStartedBy": {"_:1": {"prov:activity": "epoch_0", "prov:trigger": "run"}},
        },
    )
    (start,) = document["wasStartedBy"].values()
    assert start == {"prov:activity": "epoch_0", "prov:starter": "run"}
    assert rules["activity-as-trigger"] == ("wasStartedBy(epoch_0, run)",)


def test_a_trigger_that_nothing_declares_is_told_by_its_other_roles(tmp_path: Path) -> None:
    document, _ = repair(
        tmp_path,
        {
            "wasStartedBy": {"_:1": {"prov:activity": "epoch_0", "prov:trigger": "run"}},
            "used": {"_:2": {"prov:activity": "run", "prov:entity": "x"}},
        },
    )
    (start,) = document["wasStartedBy"].values()
    assert start["prov:starter"] == "run"


def test_self_membership_is_left_out(tmp_path: Path) -> None:
    member = {"_:1": {"prov:collection": "a", "prov:entity": "a"}}
    document, rules = repair(tmp_path, {"entity": {"a": {}}, "hadMember": member})
    assert "hadMember" not in document
    assert rules["self-relation"] == ("a",)


def test_artifacts_of_other_runs_are_left_out_with_their_relations(tmp_path: Path) -> None:
    own, foreign = "prov/mine_0/artifacts/a.pth", "prov/other_4/artifacts/a.pth"
    document, rules = repair(
        tmp_path,
        {
            "entity": {
                "mine": {"prov-ml:type": "Experiment", "prov-ml:artifact_uri": "prov/mine_0/artifacts"},
                own: {"prov-ml:artifact_path": own},
                foreign: {"prov-ml:artifact_path": foreign},
                "elsewhere": {"prov-ml:artifact_path": "data/x/artifacts/a"},
            },
            "activity": {"r": RUN},
            "wasGeneratedBy": {
                "_:1": {"prov:entity": own, "prov:activity": "r"},
                "_:2": {"prov:entity": foreign, "prov:activity": "r"},
            },
        },
    )
    assert set(document["entity"]) == {"mine", own, "elsewhere"}
    assert [one["prov:entity"] for one in document["wasGeneratedBy"].values()] == [own]
    assert rules["other-run"] == (foreign,)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.001", {"$": "0.001", "type": "xsd:double"}),
        ("7850", {"$": "7850", "type": "xsd:int"}),
        ("3000000000", {"$": "3000000000", "type": "xsd:long"}),
        ("np.float64(0.5)", {"$": "0.5", "type": "xsd:double"}),
        ("tensor(0.25, device='cuda:0')", {"$": "0.25", "type": "xsd:double"}),
        ("nan", {"$": "NaN", "type": "xsd:double"}),
        ("True", {"$": "true", "type": "xsd:boolean"}),
        ("Context.TRAINING", "TRAINING"),
        ("Adam", "Adam"),
        ("1.10.2", "1.10.2"),
        ("[1, 2.5, nan]", {"$": '[1, 2.5, "NaN"]', "type": "rdf:JSON"}),
        ("[0, 0, 0, ..., 4, 4, 4]", "[0, 0, 0, ..., 4, 4, 4]"),
    ],
)
def test_text_becomes_the_value_that_it_was(tmp_path: Path, text: str, value: object) -> None:
    document, _ = repair(tmp_path, {"entity": {"p": {"prov-ml:parameter_value": text}}})
    assert document["entity"]["p"]["prov-ml:parameter_value"] == value


def test_none_is_left_out_and_identifiers_stay_text(tmp_path: Path) -> None:
    entity = {"p": {"prov-ml:creation_epoch": "None", "prov-ml:run_id": "0", "prov-ml:version": "1.10"}}
    document, rules = repair(tmp_path, {"entity": entity})
    assert document["entity"]["p"] == {"prov-ml:run_id": "0", "prov-ml:version": "1.10"}
    assert rules["python-text"] == ("creation_epoch of p",)


def test_epochs_with_a_decimal_point_are_the_epochs(tmp_path: Path) -> None:
    document, rules = repair(
        tmp_path,
        {
            "activity": {"run": RUN, "epoch_3": {}, "epoch_3.0": {"prov:label": "x"}, "val_epoch_1.0": {}},
            "entity": {"m": {}},
            "wasStartedBy": {
                "_:1": {"prov:activity": "epoch_3", "prov:trigger": "run"},
                "_:2": {"prov:activity": "epoch_3.0", "prov:trigger": "run"},
            },
            "wasGeneratedBy": {"g": {"prov:entity": "m", "prov:activity": "epoch_3.0"}},
        },
    )
    assert set(document["activity"]) == {"run", "epoch_3", "val_epoch_1"}
    assert len(document["wasStartedBy"]) == 1
    assert document["wasGeneratedBy"]["g"]["prov:activity"] == "epoch_3"
    assert rules["epoch-twice"] == ("epoch_3.0", "val_epoch_1.0")


def test_several_generations_become_one_with_a_part_each(tmp_path: Path) -> None:
    document, rules = repair(
        tmp_path,
        {
            "entity": {"loss": {"prov-ml:name": "Loss"}},
            "activity": {"epoch_0": {}, "epoch_1": {}},
            "wasGeneratedBy": {
                "g0": {"prov:entity": "loss", "prov:activity": "epoch_0"},
                "g1": {"prov:entity": "loss", "prov:activity": "epoch_1"},
            },
        },
    )
    generated = {one["prov:entity"]: one["prov:activity"] for one in document["wasGeneratedBy"].values()}
    assert generated == {"loss": "epoch_0", "loss_epoch_0": "epoch_0", "loss_epoch_1": "epoch_1"}
    assert len(document["wasGeneratedBy"]) == 3
    assert {
        (one["prov:specificEntity"], one["prov:generalEntity"])
        for one in document["specializationOf"].values()
    } == {("loss_epoch_0", "loss"), ("loss_epoch_1", "loss")}
    assert document["entity"]["loss_epoch_1"] == {"prov:label": "Loss of epoch_1"}
    assert rules["several-generations"] == ("loss",)


def test_agents_are_persons_and_the_logger_acts_for_them(tmp_path: Path) -> None:
    document, _ = repair(
        tmp_path,
        {
            "prefix": {"default": "http://example.org/"},
            "agent": {"ada": {}},
            "entity": {"e": {"prov-ml:type": "Experiment", "prov-ml:run_id": "0", "prov-ml:user_id": "ada"}},
            "activity": {"e_execution": RUN},
            "wasAssociatedWith": {"_:1": {"prov:activity": "e_execution", "prov:agent": "ada"}},
        },
    )
    assert document["agent"]["ada"]["prov:type"] == {"$": "prov:Person", "type": "prov:QUALIFIED_NAME"}
    assert document["agent"]["yProv4ML"]["prov:type"]["$"] == "prov:SoftwareAgent"
    assert "prov-ml:user_id" not in document["entity"]["e"]
    (delegation,) = document["actedOnBehalfOf"].values()
    assert delegation == {
        "prov:delegate": "yProv4ML",
        "prov:responsible": "ada",
        "prov:activity": "e_execution",
    }


def test_times_are_where_prov_json_has_them(tmp_path: Path) -> None:
    document, rules = repair(
        tmp_path,
        {
            "entity": {
                "execution_start_time": {"prov-ml:parameter_value": "1700000000.5"},
                "m": {"prov:generatedAtTime": "2023-11-14T23:13:21"},
            },
            "activity": {
                "r": {**RUN, "yprov:time_zone": "UTC+0100", "prov:endedAtTime": "2023-11-14T23:13:30"},
            },
            "wasGeneratedBy": {"g": {"prov:entity": "m", "prov:activity": "r"}},
        },
    )
    assert document["activity"]["r"]["prov:startTime"] == "2023-11-14T22:13:20.500000+00:00"
    assert document["activity"]["r"]["prov:endTime"] == "2023-11-14T22:13:30+00:00"
    assert document["wasGeneratedBy"]["g"]["prov:time"] == "2023-11-14T22:13:21+00:00"
    assert "prov:generatedAtTime" not in document["entity"]["m"]
    assert {"run-times", "time-attribute", "time-zone"} <= set(rules)


def test_an_activity_starts_before_what_it_made(tmp_path: Path) -> None:
    document, rules = repair(
        tmp_path,
        {
            "activity": {"t": {"prov:startTime": "2026-01-01T00:00:09Z"}},
            "entity": {"m": {}},
            "wasGeneratedBy": {
                "g": {"prov:entity": "m", "prov:activity": "t", "prov:time": "2026-01-01T00:00:02Z"}
            },
        },
    )
    assert document["activity"]["t"]["prov:startTime"] == "2026-01-01T00:00:02+00:00"
    assert rules["time-order"] == ("t",)


def test_epochs_get_the_times_of_their_points(tmp_path: Path) -> None:
    document, _ = repair(
        tmp_path,
        {
            "entity": {
                "m": {
                    "prov-ml:metric_epoch_list": "[0, 0, 1]",
                    "prov-ml:metric_value_list": "[1.0, 2.0, 3.0]",
                    "prov-ml:metric_timestamp_list": "[1700000000000, 1700000001000, 1700000002000]",
                }
            },
            "activity": {"epoch_0": {}, "epoch_1": {}},
            "wasGeneratedBy": {
                "g0": {"prov:entity": "m", "prov:activity": "epoch_0"},
                "g1": {"prov:entity": "m", "prov:activity": "epoch_1"},
            },
        },
    )
    assert document["activity"]["epoch_0"] == {
        "prov:startTime": "2023-11-14T22:13:20+00:00",
        "prov:endTime": "2023-11-14T22:13:21+00:00",
    }


def test_parameters_are_used_and_roles_belong_to_relations(tmp_path: Path) -> None:
    parameter = {"prov:type": "provml:HyperParameter", "prov:value": "0.1", "prov:role": "output"}
    document, _ = repair(
        tmp_path,
        {
            "prefix": {"provml": "prov-ml"},
            "entity": {"lr": parameter},
            "activity": {"r": {}},
            "wasGeneratedBy": {"_:1": {"prov:entity": "lr", "prov:activity": "r"}},
        },
    )
    (usage,) = document["used"].values()
    assert usage == {"prov:activity": "r", "prov:entity": "lr", "prov:role": "input"}
    assert "prov:role" not in document["entity"]["lr"]
    assert document["entity"]["lr"]["prov:type"] == {
        "$": "provml:HyperParameter",
        "type": "prov:QUALIFIED_NAME",
    }


def test_an_entity_with_the_name_of_an_activity_gets_another(tmp_path: Path) -> None:
    document, _ = repair(
        tmp_path,
        {
            "entity": {"x": {}},
            "activity": {"x": {}},
            "used": {"_:1": {"prov:activity": "x", "prov:entity": "x"}},
        },
    )
    assert set(document["entity"]) == {"x_entity"}
    (usage,) = document["used"].values()
    assert usage == {"prov:activity": "x", "prov:entity": "x_entity"}


def test_what_json_forbids_is_read_all_the_same(tmp_path: Path) -> None:
    text = (
        '\ufeff{"entity": {"a": {"prov:value": NaN, "prov:value": 1}}, "entity": {"b": {"prov:label": null}},'
        ' "nonsense": 1, "used": {"_:1": {"prov:activity": 3}}}'
    )
    document, rules = repair(tmp_path, text)
    assert document["entity"] == {"a": {"prov:value": [{"$": "NaN", "type": "xsd:double"}, 1]}, "b": {}}
    assert "nonsense" in rules["structure"]


def test_what_no_repair_puts_right_is_left_out_and_named(tmp_path: Path) -> None:
    """A circle of derivations: each entity would be generated before itself (PROV-CONSTRAINTS 42)."""
    document, rules = repair(
        tmp_path,
        {
            "prefix": {"default": "http://example.org/"},
            "entity": {"a": {}, "b": {}},
            "wasDerivedFrom": {
                "_:1": {"prov:generatedEntity": "a", "prov:usedEntity": "b"},
                "_:2": {"prov:generatedEntity": "b", "prov:usedEntity": "a"},
            },
        },
    )
    assert set(document["entity"]) == {"a", "b"}
    assert len(document.get("wasDerivedFrom", {})) < 2
    assert [rule for rule in rules if rule.startswith("left-out")] == ["left-out prov-constraints/c42"]


@pytest.mark.parametrize("folder", ["yprov4ml-documents", "prov-json-documents", "prov-constraints/cases"])
def test_every_readable_document_is_repaired(shared: Path, folder: str) -> None:
    paths = sorted((shared / "data" / folder).glob("*.json"))
    assert paths
    for path in paths:
        if path.name != "manifest.json" and path.stat().st_size < 1_000_000:
            repaired(path)


def test_the_same_document_gives_the_same_bytes(shared: Path, tmp_path: Path) -> None:
    path = shared / "data" / "yprov4ml-documents" / "provgraph_3B.json"
    write_repaired(path, tmp_path / "a.json")
    write_repaired(path, tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_a_repaired_document_needs_no_repair(shared: Path, tmp_path: Path) -> None:
    path = shared / "data" / "yprov4ml-documents" / "bert_imdb_0.0005.json"
    write_repaired(path, tmp_path / "bert_imdb_0.0005.json")
    assert repair_document(tmp_path / "bert_imdb_0.0005.json").repairs == ()


def test_what_the_command_prints(shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = shared / "data" / "yprov4ml-documents" / "provgraph_3B.json"
    target = tmp_path / "repaired.json"
    assert run_command(["repair", str(path), "-o", str(target)]) == 0
    out, err = capsys.readouterr()
    assert out == f"{target}\n"
    assert err.splitlines()[:2] == [
        "one identifier that is declared several times is one entity: 3B_2N",
        "an activity that is the trigger of wasStartedBy is its starter:"
        " wasStartedBy(epoch_0, 3B_2N_execution)",
    ]
    assert run_command(["validate", str(target)]) == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "line 1, column 2: is no JSON (Expecting property name enclosed in double quotes)"),
        (b"[]", "is no PROV-JSON: it has neither a prefix nor a record"),
        (b'{"a": 1}', "is no PROV-JSON: it has neither a prefix nor a record"),
        (b'{"entity": "\xff"}', "is no text in UTF-8 (byte 12)"),
        (b"\xff\xfe{\x00}\xd8", "is no text in UTF-16 (byte 4)"),
        (b'{"entity": ' + b"9" * 5000, "is no JSON that can be read (a number has more than 4,300 digits)"),
        (
            b'{"entity": {"a": {"b": ' + b"[" * 200 + b"]" * 200 + b"}}}",
            "is no JSON that can be read (nested too deeply)",
        ),
        (b'{"entity":' + b"[" * 100_000, "is no JSON that can be read (nested too deeply)"),
    ],
)
def test_bad_input_is_one_line_and_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, message: str
) -> None:
    path = tmp_path / "document.json"
    path.write_bytes(content)
    assert run_command(["repair", str(path), "-o", str(tmp_path / "out.json")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"prov4ml-pack: error: {path}: {message}")
    assert err.count("\n") == 1
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_a_document_in_any_unicode_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "document.json"
    path.write_bytes('{"prefix": {"ex": "http://e.org/"}, "entity": {"ex:é": {}}}'.encode(encoding))
    assert repaired(path).document["entity"] == {"ex:é": {}}


def test_points_in_a_list_of_json_keep_their_order_and_their_nulls(tmp_path: Path) -> None:
    values = [1.0, None, 1.0, {"$": "2", "type": "xsd:int"}]
    document, rules = repair(tmp_path, {"entity": {"a": {"prov-ml:metric_value_list": values}}})
    assert document["entity"]["a"]["prov-ml:metric_value_list"] == {
        "$": '[1.0, null, 1.0, "2"]',
        "type": "rdf:JSON",
    }
    assert rules["nested-value"] == ("a",)


def test_records_that_differ_in_points_are_apart(tmp_path: Path) -> None:
    def record(value: str) -> dict[str, str]:
        return {"prov-ml:type": "Metric", "prov-ml:metric_value_list": value}

    same, _ = repair(tmp_path, {"entity": {"a": [record("[1, 2]"), record("[1, 2]")]}})
    assert set(same["entity"]) == {"a"}
    other, rules = repair(tmp_path, {"entity": {"a": [record("[1, 2]"), record("[1, 3]")]}})
    assert set(other["entity"]) == {"a", "a_2"}
    assert rules["declared-twice"] == ("a",)


def test_a_document_is_not_replaced_by_its_repair(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "document.json"
    path.write_text('{"entity": {"a": {}}}')
    assert run_command(["repair", str(path), "-o", str(path)]) == 2
    assert path.read_text() == '{"entity": {"a": {}}}'
    assert capsys.readouterr().err == (
        f"prov4ml-pack: error: {path}: is the document itself; give another name with -o\n"
    )
