"""The text and JSON forms of a report."""

import json

from prov4ml_validators import (
    FORMATTERS,
    Finding,
    Location,
    Report,
    Severity,
    Unreadable,
    format_json,
    format_text,
    unreadable_report,
)

PLACE = Location("a/events.jsonl", "/x", 3, 7)
BAD = Report(
    "runs/a",
    "run-directory",
    ("run-directory-1",),
    (
        Finding("family/one", Severity.MUST, "it is\nbroken", PLACE, "mend it"),
        Finding("family/two", Severity.SHOULD, "it is odd", Location()),
    ),
)
GOOD = Report("b.json", "prov-json")
LOST = unreadable_report(Unreadable("c.zip", "no zip archive", "package again"))


def test_text() -> None:
    assert format_text([BAD, GOOD, LOST], Severity.MUST) == (
        "runs/a: not valid (run-directory, run-directory-1; 1 MUST, 1 SHOULD)\n"
        "  MUST   family/one  a/events.jsonl:3:7 /x: it is\\u000abroken (mend it)\n"
        "  SHOULD family/two  it is odd\n"
        "b.json: valid (prov-json; no findings)\n"
        "c.zip: could not be read (unreadable; 1 MUST)\n"
        "  MUST   input/unreadable  no zip archive (package again)\n"
        "1 of 3 valid at MUST: 2 MUST, 1 SHOULD\n"
    )


def test_colour_only_if_asked() -> None:
    assert "\033[" not in format_text([BAD])
    assert "\033[31mMUST  \033[0m family/one" in format_text([BAD], colour=True)


def test_json() -> None:
    document = json.loads(format_json([BAD, GOOD, LOST], Severity.MUST))
    assert document["valid"] is False
    assert document["results"][0]["findings"][0] == {
        "rule": "family/one",
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
    odd = Report("x", "prov-json", (), (BAD.findings[1],))
    assert json.loads(format_json([odd], Severity.MUST))["valid"] is True
    assert json.loads(format_json([odd], Severity.SHOULD))["valid"] is False
    assert len(json.loads(format_json([odd], Severity.MUST))["results"][0]["findings"]) == 1


def test_hostile_names_are_ascii_in_json_and_harmless_in_text() -> None:
    report = Report("\udcff\033[2J", "prov-json")
    assert "\033" not in format_text([report])
    assert json.loads(format_json([report]).encode("ascii"))["results"][0]["path"] == "\udcff\033[2J"


def test_registry_names_every_format() -> None:
    assert {name: form([GOOD], Severity.MUST)[-1] for name, form in FORMATTERS.items()} == {
        "text": "\n",
        "json": "\n",
    }
