"""Profiles that users write."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from prov4ml_validators import Severity, Unreadable, validate
from prov4ml_validators.crate.user_profile import read_user_profile
from prov4ml_validators.explanation import explain
from prov4ml_validators.selection import make_selection

GOOD = """
name = "lab"
[[rule]]
id = "card"
severity = "SHOULD"
sentence = "A script has a manual."
help = "write one"
type = ["SoftwareSourceCode"]
match = '\\.py$'
property = "softwareHelp"
min = 1
value_types = ["CreativeWork"]
wrong = '{"@id": "train.py"}'
right = '{"@id": "train.py", "softwareHelp": {"@id": "manual.md"}}'
[[rule]]
id = "one-author"
type = "root"
property = "author"
max = 1
pattern = "^https://orcid[.]org/"
"""
GOOD_YAML = """
name: lab
rule:
  - id: card
    severity: SHOULD
    sentence: A script has a manual.
    help: write one
    type: [SoftwareSourceCode]
    match: '\\.py$'
    property: softwareHelp
    min: 1
    value_types: [CreativeWork]
    wrong: '{"@id": "train.py"}'
    right: '{"@id": "train.py", "softwareHelp": {"@id": "manual.md"}}'
  - id: one-author
    type: root
    property: author
    max: 1
    pattern: "^https://orcid[.]org/"
"""

RULE = 'name = "lab"\n[[rule]]\nid = "a"\nproperty = "x"\ntype = "File"\n'
RULE_YAML = "name: lab\nrule:\n  - id: a\n    property: x\n    type: File\n"


def write(folder: Path, text: str, name: str = "lab.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("name", "text"), [("lab.toml", GOOD), ("lab.yaml", GOOD_YAML), ("lab.YML", GOOD_YAML)]
)
def test_rules_hold_in_addition(
    make_crate: Callable[..., Path], tmp_path: Path, name: str, text: str
) -> None:
    report = validate(make_crate(), profile=str(write(tmp_path, text, name)))
    (finding,) = report.findings
    assert (finding.rule, finding.severity, finding.help) == ("user/lab/card", Severity.SHOULD, "write one")
    assert finding.message == '"script.py" has no softwareHelp'
    assert finding.location.pointer == "/@graph/7"
    assert report.profiles == ("ro-crate-1.1", "process-run-crate-0.5", "user/lab")


def test_both_forms_say_the_same(tmp_path: Path) -> None:
    toml, yaml = (read_user_profile(write(tmp_path, text, name)) for text, name in (
        (GOOD, "lab.toml"), (GOOD_YAML, "lab.yaml")
    ))  # fmt: skip
    assert [one.rule for one in toml.shapes] == [one.rule for one in yaml.shapes]
    assert [one.expect for one in toml.shapes] == [one.expect for one in yaml.shapes]


@pytest.mark.parametrize(
    ("author", "message"),
    [
        ({"@id": "#me"}, '"./" has the author "#me", which has another form'),
        ([{"@id": "https://orcid.org/1"}, {"@id": "https://orcid.org/2"}], '"./" has 2 values of author'),
    ],
)
def test_cardinality_and_pattern(
    make_crate: Callable[..., Path], tmp_path: Path, author: object, message: str
) -> None:
    crate = make_crate(lambda metadata: metadata["@graph"][1].update(author=author))
    found = validate(crate, profile=str(write(tmp_path, GOOD))).findings
    assert [one.message for one in found if one.rule == "user/lab/one-author"] == [message]


KINDS = {
    "text": ("a", 3),
    "number": (2.5, "2.5"),
    "boolean": (True, 1),
    "reference": ({"@id": "#a"}, "#a"),
    "url": ("https://example.org", "a"),
    "date": ("2026-01-31", "yesterday"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_values(make_crate: Callable[..., Path], tmp_path: Path, kind: str) -> None:
    right, wrong = KINDS[kind]
    first = RULE.replace('"File"', '"root"') + f'value_kind = "{kind}"\n'
    second = first.replace('name = "lab"\n', "").replace('id = "a"', 'id = "b"').replace('"x"', '"y"')
    crate = make_crate(lambda metadata: metadata["@graph"][1].update(x=right, y=wrong))
    findings = validate(crate, profile=str(write(tmp_path, first + second))).findings
    (found,) = [one for one in findings if one.rule.startswith("user/")]
    assert found.rule == "user/lab/b"
    assert found.message.endswith(f", which is no {kind}")


@pytest.mark.parametrize(
    ("allowed", "count"), [('["MIT", "https://spdx.org/licenses/MIT"]', 0), ('["GPL"]', 1)]
)
def test_among(make_crate: Callable[..., Path], tmp_path: Path, allowed: str, count: int) -> None:
    text = RULE.replace('"File"', '"root"').replace('"x"', '"license"') + f"among = {allowed}"
    crate = make_crate(
        lambda metadata: metadata["@graph"][1].update(license={"@id": "https://spdx.org/licenses/MIT"})
    )
    found = validate(crate, profile=str(write(tmp_path, text))).findings
    assert sum(one.rule == "user/lab/a" for one in found) == count


def test_entities_that_others_refer_to(make_crate: Callable[..., Path], tmp_path: Path) -> None:
    text = RULE.replace('type = "File"', 'referenced_by = "instrument"') + "min = 1"
    found = validate(make_crate(), profile=str(write(tmp_path, text))).findings
    assert [one.message for one in found] == ['"https://example.org/tool" has no x']


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = = 1", r"lab\.toml: no TOML \(.*line 1, column 8.*\); correct it"),
        ("[[rule]]", r'lab\.toml: the profile has no name; add name = "lab"'),
        ('name = "Lab!"', "the profile has no name"),
        ('name = "lab"', r"the profile has no rules; add a table \[\[rule\]\]"),
        ('name = "lab"\nrules = 1', "unknown key rules; known are name and"),
        ('name = "lab"\n[[rule]]\nproperty = "x"', 'rule 1: id is missing; add id = "model-card"'),
        ('name = "lab"\n[[rule]]\nid = "a"', r'rule 1 \(a\): property is missing; add property = "sub'),
        ('name = "lab"\n[[rule]]\nid = "a"\nproperty = "x"', r"rule 1 \(a\): no entity is selected"),
        ('name = "lab"\n[[rule]]\nid = "A b"\nproperty = "x"', "the id has other characters"),
        ('name = "lab"\n[[rule]]\nid = "a"\nproperty = "x"\ntype = "File"', "the rule asks for nothing"),
        (RULE + 'min = 2\nmax = 1', "min and max contradict"),
        (RULE + 'min = true', "min has the wrong type; write min = 1"),
        ('name = "lab"\n[[rule]]\nid = "a"\nproperty = "x"\ntype = [1]\nmin = 1', "type is no list of names"),
        (RULE + 'min = 1\nwhat = 1', "unknown key what"),
        (RULE + 'pattern = "("', "pattern is no regular expression"),
        (RULE + 'min = 1\nseverity = "HARD"', "the severity is HARD"),
        (RULE + 'value_kind = "colour"', "the value_kind is colour; write one of text, reference"),
        (RULE + 'value_types = "File"', r'value_types has the wrong type; write value_types = \["File",'),
    ],
)  # fmt: skip
def test_wrong_profile_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(Unreadable, match=message):
        read_user_profile(write(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("name: [", r"lab\.yaml: no YAML \(.*\); correct it", 1),
        ("- 1", "the profile is no table; begin it with name: lab", 1),
        ("rule: []", r'lab\.yaml: the profile has no name; add name: "lab"', None),
        ("name: lab\nrule: []", "the profile has no rules; add a list rule:, each with - id: ...", 2),
        ("name: lab\nname: lab", "name is there twice; take one away", 2),
        (RULE_YAML + "    id: b\n", "id is there twice; take one away", 6),
        (RULE_YAML + "    min: lots\n", r"rule 1 \(a\): min has the wrong type; write min: 1", 6),
        (RULE_YAML + "    min: 1\n    what: 1\n", r"rule 1 \(a\): unknown key what", 7),
        (RULE_YAML + "    min: 1\n  - id: b\n    min: 1\n", r"rule 2 \(b\): property is missing", 7),
        (RULE_YAML + "    pattern: '('\n", "pattern is no regular expression", 6),
    ],
)
def test_wrong_yaml_is_refused_with_its_line(
    tmp_path: Path, text: str, message: str, line: int | None
) -> None:
    with pytest.raises(Unreadable, match=message) as caught:
        read_user_profile(write(tmp_path, text, "lab.yaml"))
    assert caught.value.location.line == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (RULE + "min = true", 6),
        (RULE + 'min = 1\n[[rule]]\nid = "b"\nmin = 1', 7),
        (RULE + "min = 1\n[[rule]]\nid = 3", 8),
        ('name = "lab"\nrules = 1', 2),
    ],
)
def test_wrong_toml_names_its_line(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(Unreadable) as caught:
        read_user_profile(write(tmp_path, text))
    assert caught.value.location.line == line


def test_yaml_runs_nothing(tmp_path: Path) -> None:
    text = "name: !!python/object/apply:os.system ['touch done']\n"
    with pytest.raises(Unreadable, match="no YAML"):
        read_user_profile(write(tmp_path, text, "lab.yaml"))


def test_yaml_without_pyyaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(
        Unreadable, match=r"needs PyYAML; pip install 'prov4ml\[validate\]' \(PyYAML\), or write"
    ):
        read_user_profile(write(tmp_path, GOOD_YAML, "lab.yaml"))


def test_same_id_twice(tmp_path: Path) -> None:
    rule = '[[rule]]\nid = "a"\nproperty = "x"\ntype = "File"\nmin = 1\n'
    with pytest.raises(Unreadable, match="user/lab/a is there twice"):
        read_user_profile(write(tmp_path, f'name = "lab"\n{rule}{rule}'))


def test_absent_profile(make_crate: Callable[..., Path]) -> None:
    with pytest.raises(Unreadable, match=r"none\.toml: cannot be read"):
        validate(make_crate(), profile="none.toml")


def test_explain_shows_the_rules_of_a_profile(tmp_path: Path) -> None:
    text = explain(str(write(tmp_path, GOOD)))
    assert text.startswith(
        "user/lab/card (SHOULD)\n  A script has a manual.\n  Source: profile lab\n  Fix: write one\n"
    )
    assert '  Wrong:\n    {"@id": "train.py"}\n' in text
    assert "user/lab/one-author (MUST)" in text


def test_rules_of_users_can_be_selected() -> None:
    assert "user/lab/card" in make_selection(["user/lab/*"])
