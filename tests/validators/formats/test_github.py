"""GitHub's workflow commands, read back as the runner reads them."""

import re
from pathlib import Path

from prov4ml_validators import FORMATTERS, Finding, Location, Report, Severity

from .samples import ALL, BAD, EVERY_CHARACTER, HOSTILE

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def unescape(text: str) -> str:
    for escaped, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escaped, char)
    return text


def read(line: str) -> tuple[str, dict[str, str], str]:
    match = COMMAND.fullmatch(line)
    assert match, line
    command, properties, message = match.groups()
    pairs = (one.partition("=") for one in properties.split(","))
    return command, {key: unescape(value) for key, _, value in pairs}, unescape(message)


def github(*reports: Report) -> list[str]:
    return FORMATTERS["github"](reports, Severity.MUST).splitlines()


def test_a_file_with_its_line() -> None:
    finding = Finding("a/b", Severity.MUST, "5% is\nodd", Location(None, "/x", 3, 7), "mend it")
    assert github(Report("a,b:c.json", "prov-json", (), (finding,))) == [
        "::error file=a%2Cb%3Ac.json,line=3,col=7,title=a/b::5%25 is%0Aodd (at /x)%0Afix: mend it",
        "0 of 1 valid at MUST: 1 MUST",
    ]


def test_weights_are_commands() -> None:
    findings = tuple(Finding("a/b", one, "m") for one in Severity)
    lines = github(Report("x", "prov-json", (), findings))
    assert [read(line)[0] for line in lines[:-1]] == ["notice", "warning", "error"]


def test_a_member_of_an_archive_is_in_the_message(tmp_path: Path) -> None:
    finding = Finding("a/b", Severity.MUST, "m", Location("x/y", None, 3))
    _, properties, message = read(github(Report("x.zip", "ro-crate", (), (finding,)))[0])
    assert (properties, message) == ({"file": "x.zip", "title": "a/b"}, "x/y:3: m")
    _, properties, message = read(github(Report(str(tmp_path), "ro-crate", (), (finding,)))[0])
    assert properties == {"file": str(tmp_path / "x/y"), "line": "3", "title": "a/b"}
    assert message == "m"


def test_no_name_can_end_a_command_or_begin_one() -> None:
    lines = github(*ALL)
    assert len(lines) == 1 + sum(len(report.findings) for report in ALL)
    command, properties, message = read(github(HOSTILE)[0])
    assert (command, properties["title"]) == ("error", "json/syntax")
    assert set(properties) == {"file", "title"}
    assert properties["file"].endswith("]]>&<\"'%:,")
    assert all(char in message for char in EVERY_CHARACTER if char.isprintable())
    assert BAD.findings[0].message in read(github(BAD)[0])[2]
