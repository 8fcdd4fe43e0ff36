"""The text and JSON forms of a report."""

import json
from dataclasses import replace

from prov4ml_validators import FORMATTERS, Finding, Location, Report, Severity, format_json, format_text

from .samples import ALL, BAD, GOOD, HOSTILE, LOST


def test_text() -> None:
    assert format_text([BAD, GOOD, LOST], Severity.MUST) == (
        "runs/a: not valid (run-directory, run-directory-1; 1 MUST, 1 SHOULD)\n"
        "  MUST   json/syntax\n"
        "         a/events.jsonl:3:7 /x: it is\\u000abroken\n"
        "         fix: mend it\n"
        "  SHOULD family/two\n"
        "         it is odd\n"
        "b.json: valid (prov-json; no findings)\n"
        "c.zip: could not be read (unreadable; 1 MUST)\n"
        "  MUST   input/unreadable\n"
        "         no zip archive\n"
        "         fix: package again\n"
        "1 of 3 valid at MUST: 2 MUST, 1 SHOULD\n"
    )


def test_text_groups_the_findings_of_a_rule_by_their_fix() -> None:
    def finding(message: str, help: str = "mend it") -> Finding:
        return Finding("a/b", Severity.MUST, message, Location(line=4), help)

    report = Report("x", "prov-json", (), (finding("1"), finding("2", "other"), finding("3")))
    assert format_text([report]).splitlines()[1:-1] == [
        "  MUST   a/b",
        "         4: 1",
        "         4: 3",
        "         fix: mend it",
        "  MUST   a/b",
        "         4: 2",
        "         fix: other",
    ]


def test_colour_only_if_asked() -> None:
    assert "\033[" not in format_text([BAD, LOST, GOOD])
    coloured = format_text([BAD, LOST, GOOD], colour=True)
    assert "\033[31mMUST  \033[0m json/syntax" in coloured
    assert "\033[32mvalid\033[0m" in coloured
    assert coloured.replace("\033[31m", "").replace("\033[32m", "").replace("\033[33m", "").replace(
        "\033[0m", ""
    ) == format_text([BAD, LOST, GOOD])


def test_json() -> None:
    document = json.loads(format_json([BAD, GOOD, LOST], Severity.MUST))
    assert document["valid"] is False
    assert document["results"][0]["findings"][0] == {
        "rule": "json/syntax",
        "severity": "must",
        "message": "it is\nbroken",
        "pointer": "/x",
        "line": 3,
        "column": 7,
        "help": "mend it",
        "file": "a/events.jsonl",
    }
    assert document["results"][1] == {
        "path": "b.json", "kind": "prov-json", "profiles": [], "valid": True, "findings": [],
    }  # fmt: skip
    assert (document["results"][2]["kind"], document["results"][2]["valid"]) == ("unreadable", False)


def test_severity_decides_validity_and_lists_the_rest() -> None:
    odd = replace(BAD, findings=BAD.findings[1:])
    assert json.loads(format_json([odd], Severity.MUST))["valid"] is True
    assert json.loads(format_json([odd], Severity.SHOULD))["valid"] is False
    assert len(json.loads(format_json([odd], Severity.MUST))["results"][0]["findings"]) == 1


def test_verdicts_are_a_list_of_path_and_valid() -> None:
    assert json.loads(FORMATTERS["verdicts"]([BAD, GOOD], Severity.MUST)) == [
        {"path": "runs/a", "valid": False},
        {"path": "b.json", "valid": True},
    ]


def test_hostile_names_are_ascii_in_json_and_harmless_in_text() -> None:
    text = format_text([HOSTILE])
    assert all(char.isprintable() for char in text.replace("\n", ""))
    assert text.count("\n") == 5
    for form in ("json", "verdicts", "sarif"):
        assert FORMATTERS[form]([HOSTILE], Severity.MUST).isascii()
    assert json.loads(format_json([HOSTILE]))["results"][0]["path"] == HOSTILE.path
    assert json.loads(FORMATTERS["verdicts"]([HOSTILE], Severity.MUST))[0]["path"] == HOSTILE.path


def test_every_format_ends_its_output_with_a_line_break() -> None:
    assert list(FORMATTERS) == ["text", "json", "sarif", "junit", "github", "verdicts"]
    for form in FORMATTERS.values():
        assert form(ALL, Severity.MUST).endswith("\n")
        assert form([], Severity.MUST).endswith("\n")
