"""JUnit XML: well formed whatever a name holds, and counted as its readers count."""

from dataclasses import replace
from xml.etree import ElementTree

from prov4ml_validators import FORMATTERS, Report, Severity

from .samples import ALL, BAD, GOOD, HOSTILE, LOST


def junit(*reports: Report, severity: Severity = Severity.MUST) -> ElementTree.Element:
    text = FORMATTERS["junit"](reports, severity)
    assert text.isascii()
    root = ElementTree.fromstring(text)
    for element in (root, *root):
        for count, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
            assert element.get(count) == str(len(list(element.iter(tag))))
    return root


def test_one_case_a_path_and_rule() -> None:
    root = junit(*ALL)
    assert [(case.get("classname"), case.get("name")) for case in root.iter("testcase")][:4] == [
        ("runs/a", "json/syntax"),
        ("runs/a", "family/two"),
        ("b.json", "no rule fails"),
        ("c.zip", "input/unreadable"),
    ]


def test_a_failure_says_what_where_and_how_to_mend_it() -> None:
    (failure,) = junit(BAD).iter("failure")
    assert (failure.get("type"), failure.get("message")) == ("MUST", "it is\nbroken")
    assert failure.text == "runs/a a/events.jsonl:3:7 /x: it is\nbroken\nfix: mend it"


def test_several_findings_of_a_rule_are_one_case() -> None:
    twice = replace(BAD, findings=(BAD.findings[0], BAD.findings[0]))
    root = junit(twice)
    assert root.get("tests") == "1"
    (failure,) = root.iter("failure")
    assert failure.text is not None
    assert failure.text.count("fix: mend it") == 2


def test_below_the_severity_nothing_fails() -> None:
    assert [one.text for one in junit(BAD).iter("system-out")] == ["runs/a: it is odd"]
    assert junit(BAD, severity=Severity.SHOULD).get("failures") == "2"


def test_unreadable_is_an_error_and_no_failure() -> None:
    root = junit(LOST, GOOD)
    assert (root.get("failures"), root.get("errors")) == ("0", "1")


def test_characters_that_xml_does_not_have_are_written_as_numbers() -> None:
    (failure,) = junit(HOSTILE).iter("failure")
    assert failure.text is not None
    for written in ("\\u0000", "\\u001b", "\\ufffe", "\\udcff", "]]>&<\"'%:,", "\U0001f600"):
        assert written in failure.text
