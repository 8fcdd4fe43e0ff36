"""`prov4ml-pack validate`: what is searched, which rules count, who says so, and the order of it all."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from prov4ml_packager.cli.main import run
from prov4ml_packager.cli.validate_command import command

from ..reader.raw_writer import make_run, small_run

GOOD = '{"prefix": {"ex": "http://example.org/"}, "entity": {"ex:a": {}}}'
BAD = '{"entities": {}}'
CURATION = {f"curation-{name}" for name in ("description", "instrument", "status")}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()  # the search for a configuration ends here
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def verdicts(capsys: pytest.CaptureFixture[str], *arguments: str, status: int) -> tuple[dict[str, bool], str]:
    assert run(["validate", *arguments, "--format", "verdicts"]) == status
    out, err = capsys.readouterr()
    return {one["path"]: one["valid"] for one in json.loads(out)}, err


def fixture_crate(here: Path, project: Path, to: str) -> Path:
    target = here / to
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(project / "fixtures/format-1/crates/finished_0.zip", target)
    return target


def test_a_directory_is_searched(here: Path, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small_run(here / "a" / "runs" / "one")
    fixture_crate(here, project, "a/crates/x.zip")
    write(here / "a" / "crates" / "open" / "ro-crate-metadata.json", BAD)
    write(here / "a" / "crates" / "open" / "inside" / "prov.json", BAD)  # a part of the crate
    write(here / "a" / "docs" / "some.json", GOOD)
    write(here / "a" / "docs" / "package.json", '{"name": "x", "agent": "y"}')
    write(here / "a" / "docs" / "broken.json", '{"entity": ')
    write(here / "a" / ".hidden" / "prov.json", BAD)
    shutil.make_archive(str(here / "a" / "docs" / "other"), "zip", here / "a" / "docs")
    os.symlink(here / "a" / "crates", here / "a" / "link")
    os.symlink(here / "a" / "docs" / "some.json", here / "a" / "link.json")
    found, err = verdicts(capsys, "a", status=1)
    assert found == {
        os.path.join("a", "crates", "open"): False,
        os.path.join("a", "crates", "x.zip"): True,
        os.path.join("a", "docs", "some.json"): True,
        os.path.join("a", "runs", "one"): True,
    }
    assert list(found) == sorted(found)
    assert err == "a: found 1 run, 2 crates, 1 PROV-JSON document\n"


def test_a_ring_of_links_is_not_followed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / "a" / "prov.json", GOOD)
    os.symlink(here / "a", here / "a" / "again")
    assert verdicts(capsys, "a", status=0)[0] == {os.path.join("a", "prov.json"): True}


def test_nothing_found_is_2_and_the_rest_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "empty").mkdir()
    write(here / "good.json", GOOD)
    write(here / "bad.prov.json", BAD)
    found, err = verdicts(capsys, "empty", "good.json", "gone", "bad.prov.json", status=2)
    assert found == {"empty": False, "good.json": True, "gone": False, "bad.prov.json": False}
    assert list(found) == ["empty", "good.json", "gone", "bad.prov.json"]
    assert err == (
        "prov4ml-pack: error: empty: holds no crate, no run and no PROV-JSON document; give their path\n"
        "prov4ml-pack: error: gone: no such file or directory; check the path\n"
    )


def test_a_path_given_twice_is_checked_once(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / "a" / "prov.json", GOOD)
    name = os.path.join("a", "prov.json")
    assert run(["validate", name, "a", name, "--format", "verdicts"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"path": name, "valid": True}]


def test_processes_tell_the_same_in_the_same_order(
    here: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(20):
        write(here / "many" / f"{number:02}" / "prov.json", BAD if number % 3 else GOOD)
    fixture_crate(here, project, "many/x.zip")
    write(here / "many" / "y.zip", "no archive")
    told = {}
    for jobs in ("1", "3"):
        assert run(["validate", "many", "--jobs", jobs, "--format", "json"]) == 2
        told[jobs] = capsys.readouterr()
    assert told["1"] == told["3"]
    assert len(json.loads(told["1"].out)["results"]) == 22


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        ([], ["prov-json/unknown-section", "prov-json/undeclared-prefix"]),
        (["--ignore", "prov-json/unknown-section"], ["prov-json/undeclared-prefix"]),
        (["--select", "prov-json/un*"], ["prov-json/unknown-section", "prov-json/undeclared-prefix"]),
        (["--select", "prov-json/*", "--ignore", "*/undeclared-*"], ["prov-json/unknown-section"]),
        (["--select", "json/syntax"], []),
    ],
)
def test_rules_are_selected_and_ignored(
    here: Path, capsys: pytest.CaptureFixture[str], options: list[str], rules: list[str]
) -> None:
    write(here / "prov.json", '{"entity": {"no:a": {}}, "entities": {}}')
    assert run(["validate", "prov.json", "--format", "json", *options]) == (1 if rules else 0)
    document = json.loads(capsys.readouterr().out)
    assert {finding["rule"] for finding in document["results"][0]["findings"]} == set(rules)
    assert document["valid"] == (not rules)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), set()),
        (("--severity", "should"), set()),
        (("--select", "ro-crate-1.1/*"), set()),
        (("--select", "ro-crate-1.1/may-curation-*"), CURATION | {"curation-start-time"}),
        (("--severity", "may", "--select", "ro-crate-1.1/may-curation-start-time"), {"curation-start-time"}),
        (("--severity", "may", "--ignore", "*-time"), CURATION | {"root-distribution"}),
    ],
)
def test_what_a_crate_may_have_is_told_when_asked_for(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], expected: set[str]
) -> None:
    graph = [
        {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"},
         "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"}},
        {"@id": "./", "@type": "Dataset", "name": "Digits", "description": "One run",
         "datePublished": "2026-01-31", "license": "MIT"},
        {"@id": "#published", "@type": "UpdateAction", "name": "Published", "object": {"@id": "./"}},
    ]  # fmt: skip
    document = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}
    write(here / "x" / "ro-crate-metadata.json", json.dumps(document))
    status = run(["validate", "x", "--format", "json", *arguments])
    found = [one["rule"] for one in json.loads(capsys.readouterr().out)["results"][0]["findings"]]
    optional = {rule.partition("/may-")[2] for rule in found if "/may-" in rule}
    assert (status == 1) == ("may" in arguments or "should" in arguments)
    assert optional == expected


def test_what_cannot_be_read_cannot_be_ignored(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verdicts(capsys, "gone", "--ignore", "*", status=2)[0] == {"gone": False}


@pytest.mark.parametrize("option", ["--select", "--ignore", "--explain"])
def test_an_unknown_rule_is_2_and_names_its_neighbours(
    here: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    write(here / "prov.json", GOOD)
    assert run(["validate", "prov.json", option, "prov-json/unknown-sektion"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(
        "prov4ml-pack: error: no rule matches 'prov-json/unknown-sektion'; near are prov-json/unknown-section"
    )
    assert err.endswith("; see prov4ml-pack validate --help\n")


def test_explain_needs_no_path(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "--explain", "prov-json/undeclared-prefix"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(
        "prov-json/undeclared-prefix (MUST)\n  Every prefix that a name uses is declared.\n"
    )
    assert err == ""


def configure(here: Path, *lines: str) -> None:
    write(here / "pyproject.toml", "\n".join(["[tool.prov4ml.validate]", *lines, ""]))


def test_the_project_says_what_the_command_line_leaves_open(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(here, 'severity = "should"', 'ignore = ["prov-json/unknown-section"]')
    write(here / "below" / "prov.json", BAD)
    monkeypatch.chdir(here / "below")
    assert verdicts(capsys, "prov.json", status=0)[0] == {"prov.json": True}
    assert verdicts(capsys, "prov.json", "--ignore", "json/*", status=1)[0] == {"prov.json": False}
    configure(here, 'select = ["json/*"]')
    assert verdicts(capsys, "prov.json", status=0)[0] == {"prov.json": True}
    assert verdicts(capsys, "prov.json", "--select", "prov-json/*", status=1)[0] == {"prov.json": False}


def test_the_severity_of_the_project_holds_until_told_otherwise(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_run(here / "killed")
    configure(here, 'severity = "may"')
    assert verdicts(capsys, "killed", status=1)[0] == {"killed": False}
    assert verdicts(capsys, "killed", "--severity", "must", status=0)[0] == {"killed": True}


def test_the_profile_of_the_project_is_that_of_crates(
    here: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crate = fixture_crate(here, project, "x.zip").name
    configure(here, 'profile = "ro-crate-1.2"')
    for options, profile in (([], "ro-crate-1.2"), (["--profile", "ro-crate-1.3"], "ro-crate-1.3")):
        run(["validate", crate, "--format", "json", *options])
        assert json.loads(capsys.readouterr().out)["results"][0]["profiles"][0] == profile


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("severty = 'must'", ".severty: is not known; the keys are ignore, profile, select, severity"),
        ("severity = 'high'", ".severity: must be one of must, should, may"),
        ("severity = 3", ".severity: must be one of must, should, may"),
        ("ignore = 'json/*'", '.ignore: must be a list of rules, such as ["ro-crate-1.1/*"]'),
        ("select = [1]", '.select: must be a list of rules, such as ["ro-crate-1.1/*"]'),
        ("profile = ['x']", ".profile: must be the name of a profile"),
    ],
)
def test_a_wrong_table_is_2_and_names_file_and_key(
    here: Path, capsys: pytest.CaptureFixture[str], line: str, message: str
) -> None:
    configure(here, line)
    write(here / "prov.json", GOOD)
    assert run(["validate", "prov.json"]) == 2
    out, err = capsys.readouterr()
    file = here / "pyproject.toml"
    assert (out, err) == ("", f"prov4ml-pack: error: {file}: tool.prov4ml.validate{message}\n")


def test_an_unknown_rule_of_the_project_names_the_file(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(here, 'ignore = ["json/sintax"]')
    assert run(["validate", "prov.json"]) == 2
    assert capsys.readouterr().err.startswith(
        f"prov4ml-pack: error: {here / 'pyproject.toml'}: no rule matches 'json/sintax'; near are json/syntax"
    )


def test_a_broken_pyproject_is_2_only_where_it_speaks_of_prov4ml(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here / "prov.json", GOOD)
    write(here / "pyproject.toml", "[tool.other\n")
    assert run(["validate", "prov.json"]) == 0
    write(here / "pyproject.toml", "[tool.prov4ml.validate\n")
    capsys.readouterr()
    assert run(["validate", "prov.json"]) == 2
    assert capsys.readouterr().err.startswith(f"prov4ml-pack: error: {here / 'pyproject.toml'}: is no TOML: ")


def test_the_nearest_table_counts_and_the_search_ends_at_git(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(here, 'select = ["json/*"]')
    write(here / "prov.json", BAD)
    write(here / "a" / "pyproject.toml", "[tool.prov4ml.crate]\n")
    write(here / "a" / "b" / ".git", "")
    monkeypatch.chdir(here / "a")
    assert run(["validate", "../prov.json"]) == 0
    monkeypatch.chdir(here / "a" / "b")
    assert run(["validate", "../../prov.json"]) == 1


@pytest.mark.parametrize(
    ("terminal", "no_color", "coloured"),
    [(True, None, True), (True, "", True), (True, "1", False), (False, None, False)],
)
def test_colour_is_for_terminals_that_want_it(
    here: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    terminal: bool,
    no_color: str | None,
    coloured: bool,
) -> None:
    write(here / "prov.json", BAD)
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color is not None:
        monkeypatch.setenv("NO_COLOR", no_color)
    assert run(["validate", "prov.json"]) == 1
    assert ("\033[31mnot valid\033[0m" in capsys.readouterr().out) == coloured
    assert run(["validate", "prov.json", "--format", "json"]) == 1
    assert "\033" not in capsys.readouterr().out


def test_every_format_is_offered() -> None:
    (option,) = [one for one in command.params if one.name == "form"]
    choices: Any = option.type
    assert list(choices.choices) == ["text", "json", "sarif", "junit", "github", "verdicts"]
