"""SARIF: held against the schema of OASIS, and against what viewers need beyond it."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from jsonschema import Draft7Validator

from prov4ml_validators import FORMATTERS, Finding, Location, Report, Severity, validate
from prov4ml_validators.rules import find_rule

from .samples import ALL, BAD, GOOD, LOST

SCHEMA = json.loads(Path(__file__).with_name("sarif-schema-2.1.0.json").read_text("utf-8"))
PROJECT = Path(__file__).resolve().parents[3]


def checked_sarif(*reports: Report) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(FORMATTERS["sarif"](reports, Severity.MUST))
    checker = Draft7Validator(SCHEMA, format_checker=Draft7Validator.FORMAT_CHECKER)
    assert [error.message for error in checker.iter_errors(log)] == []
    (run,) = log["runs"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert len(result["locations"]) == 1
    return log


def test_the_schema_is_the_one_of_the_standard() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["title"].startswith("Static Analysis Results Format (SARIF) Version 2.1.0")
    assert list(Draft7Validator(SCHEMA).iter_errors({"version": "2.1.0", "runs": [{}]}))


def test_reports_of_every_shape_are_valid() -> None:
    checked_sarif()
    checked_sarif(*ALL)


def test_a_result_has_level_rule_place_and_fix() -> None:
    run = checked_sarif(Report("b.json", "prov-json", (), (BAD.findings[0],)))["runs"][0]
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["results"][0]["level"] == "error"
    assert run["results"][0]["message"]["text"] == "a/events.jsonl:3:7: it is\nbroken\nFix: mend it"
    rule = find_rule("json/syntax")
    assert rule is not None
    (descriptor,) = run["tool"]["driver"]["rules"]
    assert descriptor["shortDescription"]["text"] == rule.sentence
    assert rule.help in descriptor["help"]["text"]
    assert rule.source in descriptor["help"]["markdown"]


def test_levels_are_those_of_the_weights() -> None:
    findings = tuple(Finding(f"x/{one.name}", one, "m") for one in Severity)
    results = checked_sarif(Report("x", "prov-json", (), findings))["runs"][0]["results"]
    assert [one["level"] for one in results] == ["note", "warning", "error"]


def test_a_file_has_a_region_and_a_pointer() -> None:
    finding = Finding("a/b", Severity.MUST, "m", Location(None, "/entity/x", 4, 2))
    (result,) = checked_sarif(Report("docs/b c.json", "prov-json", (), (finding,)))["runs"][0]["results"]
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "docs/b%20c.json"},
                "region": {"startLine": 4, "startColumn": 2},
            },
            "logicalLocations": [{"fullyQualifiedName": "/entity/x", "kind": "element"}],
        }
    ]


def test_a_member_of_a_directory_is_a_file(tmp_path: Path) -> None:
    finding = Finding("a/b", Severity.MUST, "m", Location("rank_0/events.jsonl", None, 4))
    (result,) = checked_sarif(Report(str(tmp_path), "run-directory", (), (finding,)))["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    uri = urlsplit(place["artifactLocation"]["uri"])
    assert (uri.scheme, Path(unquote(uri.path))) == ("file", tmp_path / "rank_0/events.jsonl")
    assert place["region"] == {"startLine": 4}


def test_a_member_of_an_archive_is_named_but_has_no_region() -> None:
    finding = Finding("a/b", Severity.MUST, "m", Location("ro-crate-metadata.json", "/@graph/0", 4, 2))
    (result,) = checked_sarif(Report("x.zip", "ro-crate", (), (finding,)))["runs"][0]["results"]
    assert result["message"]["text"] == "ro-crate-metadata.json:4:2: m"
    assert result["locations"] == [
        {
            "physicalLocation": {"artifactLocation": {"uri": "x.zip"}},
            "logicalLocations": [
                {"fullyQualifiedName": "ro-crate-metadata.json#/@graph/0", "kind": "element"}
            ],
        }
    ]


def test_what_was_unreadable_makes_the_invocation_fail() -> None:
    assert checked_sarif(LOST, GOOD)["runs"][0]["invocations"] == [{"executionSuccessful": False}]
    assert checked_sarif(BAD, GOOD)["runs"][0]["invocations"] == [{"executionSuccessful": True}]


@pytest.mark.parametrize("name", ["a:b.json", "%41.json", "ä #?.json"])
def test_names_are_percent_encoded(name: str) -> None:
    finding = Finding("a/b", Severity.MUST, "m")
    (result,) = checked_sarif(Report(name, "prov-json", (), (finding,)))["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    split = urlsplit(uri)
    assert (split.scheme, split.netloc, split.query, split.fragment) == ("", "", "", "")
    assert unquote(uri) == name


def test_the_findings_on_real_crates_and_runs_are_valid() -> None:
    folder = PROJECT / "fixtures" / "format-1"
    reports = [validate(path) for part in ("crates", "runs") for path in sorted((folder / part).iterdir())]
    results = checked_sarif(*reports)["runs"][0]["results"]
    assert len(results) == sum(len(report.findings) for report in reports) > 0
