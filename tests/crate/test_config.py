"""Options from files: people, licence, and messages that name the key."""

import json
import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from prov4ml_packager.cli.main import run as run_command
from prov4ml_packager.crate import Author, Contact, CrateOptions, Organization, build_crate, load_crate_config
from prov4ml_packager.crate.template import template_text, write_template
from prov4ml_packager.errors import PackagerError
from prov4ml_validators import validate

from .builders import FULL, make_run

TOML = """
[tool.prov4ml.crate]
name = "A title"
license = "CC-BY-4.0"
url = "https://example.org/code"
keywords = ["one", "two"]
compression = "zstd"
spec = "1.2"
with_raw = true
publisher = { name = "Institute", url = "https://example.org/" }
funder = [{ name = "Foundation", ror = "05dxps055" }, "Ada's mother"]
citation = ["10.1234/one", "https://example.org/two"]
identifier = "doi:10.5281/zenodo.1"
contact = "ada@example.org"
[[tool.prov4ml.crate.author]]
name = "Ada Lovelace"
orcid = "0000-0002-1825-0097"
affiliation = { name = "University", ror = "03yrm5c26" }
"""

CFF = """
cff-version: 1.2.0
title: Cited title
abstract: What it is about.
license: MIT
doi: 10.1234/five
date-released: 2024-01-01
repository-code: https://example.org/repo
keywords: [alpha]
authors:
  - given-names: Ada
    family-names: Lovelace
    orcid: https://orcid.org/0000-0002-1825-0097
    affiliation: University
    email: ada@example.org
  - name: The Team
"""

ADA = Author(
    "Ada Lovelace",
    "https://orcid.org/0000-0002-1825-0097",
    Organization("University", "https://ror.org/03yrm5c26"),
)


def test_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(TOML)
    expected = CrateOptions(
        name="A title", license="CC-BY-4.0", url="https://example.org/code", keywords=("one", "two"),
        compression="zstd", spec="1.2", with_raw=True, authors=(ADA,),
        publisher=Organization("Institute", "https://example.org/"), contact=Contact(None, "ada@example.org"),
        funders=(Organization("Foundation", "https://ror.org/05dxps055"), Organization("Ada's mother")),
        citations=("10.1234/one", "https://example.org/two"), identifier="doi:10.5281/zenodo.1",
    )  # fmt: skip
    assert load_crate_config(tmp_path / "pyproject.toml") == expected
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert load_crate_config(start=tmp_path / "a" / "b") == expected


def test_a_toml_file_of_its_own_needs_no_table(tmp_path: Path) -> None:
    (tmp_path / "crate.toml").write_text('license = "MIT"\nauthor = "Ada"\n')
    assert load_crate_config(tmp_path / "crate.toml") == CrateOptions(license="MIT", authors=(Author("Ada"),))


def test_citation_is_the_base_and_the_table_goes_before_it(tmp_path: Path) -> None:
    (tmp_path / "CITATION.cff").write_text(CFF)
    cited = load_crate_config(start=tmp_path)
    assert cited.name == "Cited title"
    assert cited.description == "What it is about."
    assert cited.license == "MIT"
    assert cited.url == "https://example.org/repo"
    assert cited.citations == ("10.1234/five",)
    assert cited.contact == Contact("Ada Lovelace", "ada@example.org")
    assert [author.name for author in cited.authors] == ["Ada Lovelace", "The Team"]
    assert cited.authors[0].orcid == ADA.orcid
    (tmp_path / "pyproject.toml").write_text(TOML)
    both = load_crate_config(start=tmp_path)
    assert both.name == "A title"
    assert both.authors == (ADA,)
    assert both.description == "What it is about."


def test_the_search_ends_at_the_repository(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(TOML)
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    assert load_crate_config(start=tmp_path / "repo") == CrateOptions()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "licence = 'MIT'",
            "licence: is not known; the keys are author, bag, citation, compression, contact, ",
        ),
        ("license = 3", "license: must be a text in quotes"),
        ("keywords = 'one'", "keywords: must be a list of texts"),
        ("with_raw = 'yes'", "with_raw: must be true or false"),
        ("author = [{ orcid = '0000-0002-1825-0097' }]", 'author[0]: has no name; add name = "Given Family"'),
        (
            "author = [{ name = 'A', orcid = '12' }]",
            "author[0].orcid: '12' is no ORCID (0000-0000-0000-0000)",
        ),
        ("author = [7]", "author[0]: must be a text or a table"),
        ("publisher = { name = 'A', ror = 'x' }", "publisher.ror: 'x' is no ROR (https://ror.org/…)"),
        ("a = ", "is no TOML: "),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "crate.toml"
    path.write_text(text)
    with pytest.raises(PackagerError) as caught:
        load_crate_config(path)
    assert str(caught.value).startswith(f"{path}: {message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "compression = 'rar'",
            "compression 'rar' is not known; choose stored or deflate or bzip2 or lzma or zstd",
        ),
        ("spec = '2.0'", "RO-Crate version '2.0' is not known; choose 1.1 or 1.2 or 1.3"),
        ("profile = 'other'", "profile 'other' is not known; choose process or workflow or provenance"),
        (
            "spec = '1.2'\nprofile = 'process'",
            "no run profile was made for RO-Crate 1.2; choose --spec 1.1 or 1.3",
        ),
        ("url = 'ftp:x'", "url: 'ftp:x' is no http(s) URL"),
        ("citation = ['10.1/a', 'b']", "citation: 'b' is no http(s) URL and no DOI"),
        ("keywords = ['one', ' ']", "keywords: one is empty; leave it out"),
    ],
)
def test_choices_that_do_not_exist(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "crate.toml"
    path.write_text(text)
    with pytest.raises(PackagerError) as caught:
        load_crate_config(path)
    assert str(caught.value) == f"{path}: {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "repository-code: git@example.org:a.git",
            "repository-code: 'git@example.org:a.git' is no http(s) URL",
        ),
        ("url: example.org", "url: 'example.org' is no http(s) URL"),
        ("doi: to come", "doi: 'to come' is no http(s) URL and no DOI"),
    ],
)
def test_a_citation_file_that_leads_nowhere(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "CITATION.cff"
    path.write_text(text)
    with pytest.raises(PackagerError) as caught:
        load_crate_config(path)
    assert str(caught.value) == f"{path}: {message}"


@pytest.mark.parametrize(
    ("option", "value", "why"),
    [
        ("--url", "ftp:x", "'ftp:x' is no http(s) URL"),
        ("--citation", "bar", "'bar' is no http(s) URL and no DOI"),
        ("--keyword", " ", "one is empty; leave it out"),
    ],
)
def test_what_leads_nowhere_on_the_command_line_is_said_with_its_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, why: str
) -> None:
    (tmp_path / "crate.toml").write_text("url = 'https://example.org/'\n")
    arguments = ["crate", "run", "-o", "c.zip", "--config", str(tmp_path / "crate.toml"), option, value]
    assert run_command(arguments) == 2
    assert capsys.readouterr().err == (
        f"prov4ml-pack: error: Invalid value for '{option}': {why}; see prov4ml-pack crate --help\n"
    )


def test_yaml_tags_make_no_objects(tmp_path: Path) -> None:
    path = tmp_path / "CITATION.cff"
    path.write_text("title: !!python/object/apply:os.getcwd []\n")
    with pytest.raises(PackagerError, match="title: must be a text in quotes"):
        load_crate_config(path)


def test_the_example_in_the_manual_is_read(tmp_path: Path, project: Path) -> None:
    page = (project / "docs" / "crates.md").read_text(encoding="utf-8")
    path = tmp_path / "pyproject.toml"
    path.write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    options = load_crate_config(path)
    assert [author.orcid for author in options.authors] == [ADA.orcid]
    assert options.publisher == Organization("Example Institute", "https://ror.org/05dxps055")
    assert options.contact == Contact("Ada Lovelace", "ada@example.org")


def filled(template: str) -> str:
    """Return the template with every example in force."""
    return re.sub(r"(?m)^# (?=[a-z]+ = |\[\[)", "", template)


def test_the_template_says_nothing_until_it_is_filled_in(tmp_path: Path) -> None:
    path = write_template(tmp_path / "pyproject.toml")
    assert load_crate_config(path) == CrateOptions()
    path.write_text(filled(path.read_text()))
    options = load_crate_config(path)
    unset = {field.name for field in fields(CrateOptions) if getattr(options, field.name) in (None, ())}
    assert unset == {"bagged", "hidden_names"}  # which are no choices of a user in a file
    assert options.authors[0].name == "Ada Lovelace"


def test_the_template_goes_behind_what_is_in_a_file_and_never_twice(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text('[project]\nname = "mine"')
    path.chmod(0o640)
    write_template(path)
    assert path.read_text() == '[project]\nname = "mine"\n\n' + template_text()
    assert path.stat().st_mode & 0o777 == 0o640
    with pytest.raises(PackagerError) as caught:
        write_template(path)
    assert str(caught.value) == f"{path}: has a table [tool.prov4ml.crate] already; fill it in"
    (tmp_path / "broken.toml").write_text("[")
    with pytest.raises(PackagerError, match=r"broken\.toml: is no TOML: "):
        write_template(tmp_path / "broken.toml")
    assert (tmp_path / "broken.toml").read_text() == "["


def test_funders_citations_and_identifier_are_entities_of_the_crate(tmp_path: Path) -> None:
    options = replace(
        FULL,
        funders=(Organization("Foundation", "https://example.org/f"), Organization("Ada's mother")),
        citations=("doi:10.1234/one", "https://example.org/two"),
        identifier="10.5281/zenodo.1",
    )
    crate = build_crate([make_run(tmp_path / "run_1")], tmp_path / "c", options)
    document = json.loads((crate / "ro-crate-metadata.json").read_text())
    entities = {one["@id"]: one for one in document["@graph"]}
    root = entities["./"]
    assert [entities[one["@id"]]["name"] for one in root["funder"]] == ["Foundation", "Ada's mother"]
    assert [one["@id"] for one in root["citation"]] == [
        "https://doi.org/10.1234/one",
        "https://example.org/two",
    ]
    assert root["identifier"] == "https://doi.org/10.5281/zenodo.1"
    assert validate(crate).is_valid()
    later = build_crate([make_run(tmp_path / "run_2")], tmp_path / "later", replace(options, spec="1.2"))
    graph = json.loads((later / "ro-crate-metadata.json").read_text())["@graph"]
    (identifier,) = [one for one in graph if one["@id"] == "https://doi.org/10.5281/zenodo.1"]
    assert (identifier["@type"], identifier["propertyID"], identifier["value"]) == (
        "PropertyValue",
        "https://registry.identifiers.org/registry/doi",
        "doi:10.5281/zenodo.1",
    )
