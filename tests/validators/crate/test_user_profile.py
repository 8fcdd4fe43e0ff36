"""Profiles that users write."""

from collections.abc import Callable
from pathlib import Path

import pytest

from prov4ml_validators import Severity, Unreadable, validate
from prov4ml_validators.crate.user_profile import read_user_profile

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
[[rule]]
id = "one-author"
type = "root"
property = "author"
max = 1
pattern = "^https://orcid[.]org/"
"""

RULE = 'name = "lab"\n[[rule]]\nid = "a"\nproperty = "x"\ntype = "File"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "lab.toml"
    path.write_text(text)
    return path


def test_rules_hold_in_addition(make_crate: Callable[..., Path], tmp_path: Path) -> None:
    report = validate(make_crate(), profile=str(write(tmp_path, GOOD)))
    (finding,) = report.findings
    assert (finding.rule, finding.severity, finding.help) == ("user/lab/card", Severity.SHOULD, "write one")
    assert finding.message == '"script.py" has no softwareHelp'
    assert finding.location.pointer == "/@graph/7"
    assert report.profiles == ("ro-crate-1.1", "process-run-crate-0.5", "user/lab")


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


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = = 1", r"lab\.toml: no TOML \(.*line 1, column 8.*\); correct it"),
        ("[[rule]]", r'lab\.toml: the profile has no name; add name = "lab"'),
        ('name = "Lab!"', "the profile has no name"),
        ('name = "lab"', r"the profile has no rules; add a table \[\[rule\]\]"),
        ('name = "lab"\nrules = 1', "unknown key rules; known are name and"),
        ('name = "lab"\n[[rule]]\nproperty = "x"', "rule 1: id is missing; add id"),
        ('name = "lab"\n[[rule]]\nid = "a"', r"rule 1 \(a\): property is missing; add property"),
        ('name = "lab"\n[[rule]]\nid = "a"\nproperty = "x"', r"rule 1 \(a\): no entity is selected"),
        ('name = "lab"\n[[rule]]\nid = "A b"\nproperty = "x"', "the id has other characters"),
        ('name = "lab"\n[[rule]]\nid = "a"\nproperty = "x"\ntype = "File"', "the rule asks for nothing"),
        (RULE + 'min = 2\nmax = 1', "min and max contradict"),
        (RULE + 'min = true', "min has the wrong type"),
        ('name = "lab"\n[[rule]]\nid = "a"\nproperty = "x"\ntype = [1]\nmin = 1', "type is no list of names"),
        (RULE + 'min = 1\nwhat = 1', "unknown key what"),
        (RULE + 'pattern = "("', "pattern is no regular expression"),
        (RULE + 'min = 1\nseverity = "HARD"', "the severity is HARD"),
    ],
)  # fmt: skip
def test_wrong_profile_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(Unreadable, match=message):
        read_user_profile(write(tmp_path, text))


def test_same_id_twice(tmp_path: Path) -> None:
    rule = '[[rule]]\nid = "a"\nproperty = "x"\ntype = "File"\nmin = 1\n'
    with pytest.raises(Unreadable, match="user/lab/a is there twice"):
        read_user_profile(write(tmp_path, f'name = "lab"\n{rule}{rule}'))


def test_absent_profile(make_crate: Callable[..., Path]) -> None:
    with pytest.raises(Unreadable, match=r"none\.toml: cannot be read"):
        validate(make_crate(), profile="none.toml")
