"""The PROV document of a run, checked against what PROV-DM, PROV-JSON and PROV-CONSTRAINTS ask."""

import json
import math
import re
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from prov4ml_packager.metric_table import sorted_table
from prov4ml_packager.provenance import build_document, document_warnings, write_document
from prov4ml_packager.record import ContextRecord, RunRecord

from .sample_run import (
    SECOND,
    START,
    UUID,
    a_four_rank_run,
    a_hostile_run,
    a_parameter,
    a_rank,
    a_run,
    a_series,
)

STORE = "packaged/metrics.zarr"
ELEMENTS = ("entity", "activity", "agent")
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

RUNS = [
    pytest.param(a_run(), id="one rank"),
    pytest.param(a_four_rank_run(), id="four ranks"),
    pytest.param(a_hostile_run(), id="hostile"),
    pytest.param(replace(a_hostile_run(), user_namespace="www.example.org"), id="hostile, user namespace"),
]


def relations(document: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    return [
        (kind, record)
        for kind, records in document.items()
        if kind not in ("prefix", *ELEMENTS)
        for record in records.values()
    ]


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [one for key, inner in value.items() for one in (key, *texts(inner))]
    if isinstance(value, list):
        return [one for inner in value for one in texts(inner)]
    return [value] if isinstance(value, str) else []


def moment(text: str) -> datetime:
    parsed = datetime.fromisoformat(text)
    assert parsed.tzinfo is not None
    return parsed


@pytest.mark.parametrize("run", RUNS)
class TestAnyRun:
    def test_every_prefix_is_an_absolute_iri(self, run: RunRecord) -> None:
        for iri in build_document(run)["prefix"].values():
            assert re.fullmatch(r"(https?://[^\s<>\"]+|urn:uuid:[0-9a-f-]{36})?[#/]", iri), iri

    def test_no_id_is_two_things_and_every_name_is_an_ncname(self, run: RunRecord) -> None:
        document = build_document(run)
        seen = Counter(
            key for kind in document if kind != "prefix" for key in document[kind] if not key.startswith("_:")
        )
        assert {key: count for key, count in seen.items() if count > 1} == {}
        assert [key for key in seen if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*(?<!\.)", key)] == []

    def test_no_reference_dangles(self, run: RunRecord) -> None:
        document = build_document(run)
        declared = {key for kind in ELEMENTS for key in document[kind]}
        for kind, record in relations(document):
            for key, target in record.items():
                if key != "prov:time":
                    assert target in declared, (kind, record)
        for activity in document["activity"].values():
            if "dcterms:isPartOf" in activity:
                assert activity["dcterms:isPartOf"]["$"] in document["activity"]

    def test_the_roles_of_a_relation_have_the_right_kind(self, run: RunRecord) -> None:
        document = build_document(run)
        for _, record in relations(document):
            for role, kind in (
                ("prov:activity", "activity"),
                ("prov:entity", "entity"),
                ("prov:agent", "agent"),
                ("prov:collection", "entity"),
                ("prov:generatedEntity", "entity"),
                ("prov:usedEntity", "entity"),
            ):
                assert role not in record or record[role] in document[kind]

    def test_entities_are_generated_once_and_never_used_before(self, run: RunRecord) -> None:
        document = build_document(run)
        generations = Counter(record["prov:entity"] for record in document["wasGeneratedBy"].values())
        assert set(generations.values()) == {1}
        assert not generations.keys() & {record["prov:entity"] for record in document["used"].values()}

    def test_events_lie_in_their_activity_and_activities_in_the_run(self, run: RunRecord) -> None:
        activities = build_document(run)["activity"]
        spans = {
            key: (moment(one["prov:startTime"]), moment(one["prov:endTime"]))
            for key, one in activities.items()
        }
        for start, end in spans.values():
            assert start <= end
        for key, activity in activities.items():
            if "dcterms:isPartOf" in activity:
                start, end = spans[activity["dcterms:isPartOf"]["$"]]
                assert start <= spans[key][0]
                assert spans[key][1] <= end
        for kind, record in relations(build_document(run)):
            if "prov:time" in record:
                start, end = spans[record["prov:activity"]]
                assert start <= moment(record["prov:time"]) <= end, (kind, record)

    def test_nothing_of_the_host_that_no_one_logged(self, run: RunRecord) -> None:
        content = json.dumps(build_document(run))
        assert "/home/someone" not in content
        assert "hunter2" not in content

    def test_text_fits_xml_and_json_is_strict(self, run: RunRecord) -> None:
        document = build_document(run, store=STORE)
        assert [one for one in texts(document) if NOT_XML.search(one) or "\r" in one] == []
        json.dumps(document, allow_nan=False).encode("utf-8")

    def test_the_same_run_gives_the_same_document(self, run: RunRecord) -> None:
        assert json.dumps(build_document(run, store=STORE)) == json.dumps(build_document(run, store=STORE))


def test_the_run_is_an_activity_with_formal_times_and_its_error() -> None:
    run = build_document(a_four_rank_run())["activity"]["run"]
    assert run["prov:startTime"] == "2026-01-01T00:00:00.123456+00:00"
    assert run["prov:endTime"] == "2026-01-01T00:01:40.123456+00:00"
    assert run["prov4ml:status"] == "failed"
    assert (run["prov4ml:errorType"], run["prov4ml:errorMessage"]) == ("ValueError", "bad\nbatch")
    assert run["prov:label"] == "digits 0"


def test_contexts_are_part_of_the_run_and_clipped_to_it() -> None:
    activities = build_document(a_run())["activity"]
    validation = activities["context.VALIDATION"]
    assert validation["dcterms:isPartOf"] == {"$": "run", "type": "xsd:QName"}
    assert validation["prov:endTime"] == activities["run"]["prov:endTime"]
    assert {"$": "prov4ml:Validation", "type": "xsd:QName"} in validation["prov:type"]


def test_a_context_lasts_as_long_as_the_contexts_inside_it() -> None:
    contexts = (
        ContextRecord("outer", None, START + 10 * SECOND, START + 11 * SECOND),
        ContextRecord("inner", "outer", START + 5 * SECOND, START + 20 * SECOND),
    )
    activities = build_document(a_run(contexts=contexts))["activity"]
    assert activities["context.inner"]["dcterms:isPartOf"]["$"] == "context.outer"
    for edge in ("prov:startTime", "prov:endTime"):
        assert activities["context.outer"][edge] == activities["context.inner"][edge]


def test_contexts_in_a_circle_are_part_of_the_run() -> None:
    contexts = (ContextRecord("a1", "b1", START, START), ContextRecord("b1", "a1", START, START))
    activities = build_document(a_run(contexts=contexts))["activity"]
    assert [activities[f"context.{name}"]["dcterms:isPartOf"]["$"] for name in ("a1", "b1")] == ["run", "run"]


def test_agents_are_the_user_and_the_logger() -> None:
    document = build_document(a_run())
    assert document["agent"]["user"] == {
        "prov:label": "ada",
        "prov:type": {"$": "prov:Person", "type": "xsd:QName"},
    }
    assert document["agent"]["logger"]["prov:type"]["$"] == "prov:SoftwareAgent"
    assert [one["prov:agent"] for one in document["wasAssociatedWith"].values()] == ["user", "logger"]
    assert list(document["actedOnBehalfOf"].values()) == [
        {"prov:delegate": "logger", "prov:responsible": "user", "prov:activity": "run"}
    ]


def test_ranks_are_activities_only_where_there_are_several() -> None:
    assert [key for key in build_document(a_run())["activity"] if key.startswith("rank")] == []
    document = build_document(a_four_rank_run())
    killed = document["activity"]["rank.3"]
    assert killed["prov4ml:host"] == "node3"
    assert killed["prov4ml:status"] == "unfinished"
    assert killed["prov:endTime"] == document["activity"]["run"]["prov:endTime"]
    used = {(one["prov:activity"], one["prov:entity"]) for one in document["used"].values()}
    shared = {(f"rank.{rank}", "environment") for rank in (0, 1, 3)}
    assert shared | {("rank.2", "environment-2")} <= used
    generated = {one["prov:entity"]: one["prov:activity"] for one in document["wasGeneratedBy"].values()}
    assert generated["metric.run.energy.rank2"] == "rank.2"
    assert generated["metric.TRAINING.loss.rank2"] == "context.TRAINING"


def test_parameters_are_used_unless_logged_as_no_input() -> None:
    document = build_document(a_run())
    used = {one["prov:entity"]: one["prov:activity"] for one in document["used"].values()}
    assert used["param.lr"] == "run"
    assert used["param.TRAINING.epochs"] == "context.TRAINING"
    assert "param.best" not in used
    assert "param.best" in {one["prov:entity"] for one in document["wasGeneratedBy"].values()}


def test_names_that_would_join_to_one_identifier_stay_apart() -> None:
    parameters = (a_parameter("b.c", 1, context="a"), a_parameter("c", 2, context="a.b"))
    document = build_document(a_run(parameters=parameters))
    found = {key: one["prov:label"] for key, one in document["entity"].items() if key.startswith("param.")}
    assert found == {"param.a.b.c": "b.c", "param.a.b.c-2": "c"}


def test_an_artifact_logged_twice_is_two_entities_and_an_input_is_used() -> None:
    document = build_document(a_run())
    entities = document["entity"]
    assert [key for key in entities if key.startswith("artifact.")] == [
        "artifact.plot",
        "artifact.plot-2",
        "artifact.config",
    ]
    assert entities["artifact.plot"]["prov4ml:path"] == "artifacts/plot.png"
    assert entities["artifact.plot"]["prov4ml:size"] == {"$": "1234", "type": "xsd:int"}
    key, _, name = entities["artifact.plot"]["prov4ml:attributeName"].partition("=")
    assert name == "sub title"
    assert entities["artifact.plot"][f"attr:{key}"] == {"$": "x", "type": "xsd:string"}
    assert entities["artifact.plot"]["attr:dpi"] == {"$": "300", "type": "xsd:int"}
    assert "artifact.config" in {one["prov:entity"] for one in document["used"].values()}


def test_model_versions_are_derived_one_from_the_other() -> None:
    assert list(build_document(a_run())["wasDerivedFrom"].values()) == [
        {"prov:generatedEntity": "model_version.net.2", "prov:usedEntity": "model_version.net.1"}
    ]


def test_a_metric_carries_its_statistics_and_its_store_but_no_points() -> None:
    metric = build_document(a_run(), store=STORE)["entity"]["metric.TRAINING.loss"]
    values = {key: metric[f"prov4ml:{key}"]["$"] for key in ("count", "first", "last", "min", "max", "mean")}
    mean = repr(math.fsum([1.0, 0.5, 0.25]) / 3)
    assert values == {"count": "4", "first": "1.0", "last": "0.25", "min": "0.25", "max": "1.0", "mean": mean}
    assert metric["prov4ml:store"] == STORE
    assert metric["prov4ml:lastTime"] == {"$": "2026-01-01T00:00:13.123456+00:00", "type": "xsd:dateTime"}


def test_an_empty_series_has_a_count_and_no_values() -> None:
    metric = build_document(a_run())["entity"]["metric.run.never"]
    assert metric["prov4ml:count"] == {"$": "0", "type": "xsd:int"}
    assert "prov4ml:last" not in metric


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, ("true", "xsd:boolean")),
        (5, ("5", "xsd:int")),
        (2**31, ("2147483648", "xsd:long")),
        (2**63, ("9223372036854775808", "xsd:integer")),
        (0.1, ("0.1", "xsd:double")),
        (-0.0, ("-0.0", "xsd:double")),
        (math.nan, ("NaN", "xsd:double")),
        (-math.inf, ("-INF", "xsd:double")),
        ("5", ("5", "xsd:string")),
        (None, ("null", "rdf:JSON")),
        ([1, "\ud800"], ('[1, "\\ud800"]', "rdf:JSON")),
    ],
)
def test_values_carry_their_type(value: Any, expected: tuple[str, str]) -> None:
    document = build_document(a_run(parameters=(a_parameter("p", value),)))
    assert document["entity"]["param.p"]["prov:value"] == dict(zip(("$", "type"), expected, strict=True))


OWN = f"urn:uuid:{UUID}#"


@pytest.mark.parametrize(
    ("given", "expected", "warns"),
    [
        (None, OWN, False),
        ("", OWN, False),
        ("https://example.org/lab#", "https://example.org/lab#", False),
        ("https://example.org/lab", "https://example.org/lab/", True),
        ("www.example.org", "http://www.example.org/", True),
        ("localhost:8080/x", "http://localhost:8080/x/", True),
        ("urn:example:lab", "urn:example:lab#", True),
        ("not a uri", OWN, True),
        ('x" y', OWN, True),
        ("http://", OWN, True),
        ("http://a/<b>", OWN, True),
        ("http://a/%zz", OWN, True),
        ("C:\\runs", OWN, True),
        ("javascript:alert(1)", OWN, True),
        ("http://www.w3.org/ns/prov#", OWN, True),
        ("http://a/\u202ex", OWN, True),
        ("http://a/\ud800", OWN, True),
        ("../../etc", OWN, True),
        ("torch", OWN, True),
    ],
)
def test_the_default_namespace_is_the_users_where_that_is_an_iri(
    given: str | None, expected: str, warns: bool
) -> None:
    run = a_run(user_namespace=given)
    assert build_document(run)["prefix"]["default"] == expected
    assert bool(document_warnings(run)) is warns


def test_the_warning_says_what_was_made_of_a_namespace() -> None:
    assert document_warnings(a_run(user_namespace="www.example.org")) == (
        "prov_user_namespace 'www.example.org' was completed to 'http://www.example.org/'",
    )
    assert document_warnings(a_run(user_namespace="not a uri")) == (
        f"prov_user_namespace 'not a uri' is no absolute IRI of your own; {OWN} is used",
    )


def test_two_runs_in_one_namespace_share_no_identifier() -> None:
    first = a_run(user_namespace="http://example.org/")
    second = replace(first, uuid="7d3b4a10-6a0e-4a43-8a0a-000000000001")
    names = [{key for kind in ELEMENTS for key in build_document(run)[kind]} for run in (first, second)]
    assert not names[0] & names[1]


def test_a_clock_that_was_set_back_does_not_turn_the_run_around() -> None:
    run = build_document(a_run(start=START, end=START - SECOND, ranks=(a_rank(),)))["activity"]["run"]
    assert run["prov:startTime"] < run["prov:endTime"]


def test_writing_is_atomic_and_readable(tmp_path: Any) -> None:
    document = build_document(a_hostile_run(), store=STORE)
    target = tmp_path / "deep" / "prov.json"
    write_document(document, target)
    content = target.read_bytes()
    assert json.loads(content) == document
    assert content.endswith(b"\n}\n")
    assert b'\n  "prefix": {' in content
    assert "emoji 🦆".encode() in content
    write_document(document, target)
    assert target.read_bytes() == content
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_document({"entity": {"e": {"x": math.nan}}}, target)
    assert [path.name for path in target.parent.iterdir()] == ["prov.json"]
    assert target.read_bytes() == content


def test_ten_thousand_series_take_seconds() -> None:
    series = [a_series(f"m{index}", [1.0, 2.0]) for index in range(10_000)]
    run = a_run(metrics=sorted_table(series))
    started = time.process_time()
    document = build_document(run)
    assert time.process_time() - started < 10
    assert len([key for key in document["entity"] if key.startswith("metric.")]) == 10_000


def test_every_term_is_documented() -> None:
    documentation = (Path(__file__).resolve().parents[2] / "docs" / "provenance.md").read_text(
        encoding="utf-8"
    )
    documents = [build_document(run, store=STORE) for run in (a_run(), a_four_rank_run(), a_hostile_run())]
    terms = {term for one in documents for text in texts(one) for term in re.findall(r"^prov4ml:\w+$", text)}
    assert len(terms) > 60
    assert {term for term in terms if f"`{term}`" not in documentation} == set()
    for iri in documents[0]["prefix"].values():
        assert iri == OWN or f"`{iri}`" in documentation
