"""What a record is told of a crate: each field where InvenioRDM has it, and nothing that it does not know."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from prov4ml_packager.cli.main import run
from prov4ml_packager.deposit import deposit_metadata
from prov4ml_packager.deposit.languages import language_code
from prov4ml_packager.deposit.people import split_name
from prov4ml_packager.deposit.rights import rights, spdx_identifier
from prov4ml_packager.errors import PackagerError

from .invenio_schema import problems

CRATE = Path("c.zip")


def document(*entities: dict[str, Any], **root: Any) -> dict[str, Any]:
    """Return the metadata of a small crate of another tool."""
    given = {
        "@id": "./",
        "@type": "Dataset",
        "name": "A crate",
        "datePublished": "2026",
        "author": {"@id": "#ada"},
        **root,
    }
    ada = {"@id": "#ada", "@type": "Person", "name": "Ada Lovelace"}
    descriptor = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"},
    }
    return {
        "@context": "https://w3id.org/ro/crate/1.2/context",
        "@graph": [descriptor, given, ada, *entities],
    }


def metadata(*entities: dict[str, Any], with_identifiers: bool = True, **root: Any) -> dict[str, Any]:
    body = deposit_metadata(document(*entities, **root), CRATE, with_identifiers=with_identifiers)
    assert problems(body) == []
    found: dict[str, Any] = body["metadata"]
    return found


def test_all_that_our_crate_says(made: Path) -> None:
    with zipfile.ZipFile(made) as archive:
        body = deposit_metadata(json.loads(archive.read("ro-crate-metadata.json")), made)
    assert problems(body) == []
    assert body["access"] == {"record": "public", "files": "public"}
    assert body["files"] == {"enabled": True}
    found = body["metadata"]
    assert found["resource_type"] == {"id": "dataset"}
    assert found["title"] == "Digits, classified"
    assert found["creators"] == [
        {
            "person_or_org": {
                "type": "personal",
                "family_name": "Lovelace",
                "given_name": "Ada",
                "identifiers": [{"scheme": "orcid", "identifier": "0000-0002-1825-0097"}],
            },
            "affiliations": [{"id": "03yrm5c26"}],
        }
    ]
    assert found["publication_date"] == "2025-06-15"  # the end of the run
    assert found["description"] == "<p>A run that classifies handwritten digits.</p>"
    assert found["rights"] == [{"id": "cc-by-4.0"}]
    assert found["subjects"] == [{"subject": "machine learning"}, {"subject": "digits"}]
    assert found["publisher"] == "Example Institute"
    assert found["identifiers"] == [{"identifier": "10.5281/zenodo.1234567", "scheme": "doi"}]
    assert found["funding"] == [{"funder": {"id": "01y2jtd41"}}, {"funder": {"name": "A friend"}}]
    assert found["formats"] == ["application/zip"]
    assert found["dates"] == [{"date": "2025-06-15", "type": {"id": "created"}}]
    assert found["additional_descriptions"] == [
        {
            "description": "<p>The file digits.zip is an RO-Crate 1.1: ro-crate-metadata.json in it "
            "describes "
            "each of its files and how they came about, and ro-crate-preview.html shows it. It follows "
            "Process "
            "Run Crate.</p>",
            "type": {"id": "technical-info"},
        }
    ]
    related = {
        (one["identifier"], one["scheme"], one["relation_type"]["id"]) for one in found["related_identifiers"]
    }
    assert {
        ("10.1234/article", "doi", "references"),
        ("https://example.org/page", "url", "references"),
    } <= related
    assert [one for one in found["related_identifiers"] if one["relation_type"]["id"] == "iscompiledby"] == [
        {
            "identifier": "https://github.com/example/digits/tree/0123456789abcdef0123456789abcdef01234567",
            "scheme": "url",
            "relation_type": {"id": "iscompiledby"},
            "resource_type": {"id": "software"},
        }
    ]


def test_names_in_place_of_identifiers(made: Path) -> None:
    with zipfile.ZipFile(made) as archive:
        given = json.loads(archive.read("ro-crate-metadata.json"))
    body = deposit_metadata(given, made, with_identifiers=False)
    assert problems(body) == []
    assert body["metadata"]["creators"][0]["affiliations"] == [{"name": "Example University"}]
    assert body["metadata"]["funding"][0] == {"funder": {"name": "Example Foundation"}}
    assert body["metadata"]["rights"] == [
        {
            "title": {"en": "Creative Commons Attribution 4.0 International"},
            "link": "https://spdx.org/licenses/CC-BY-4.0",
        }
    ]


def test_texts_become_html_and_nothing_in_them_is_html() -> None:
    text = "First <script>alert(1)</script> & more\nsecond line\n\nnext paragraph"
    assert metadata(description=text)["description"] == (
        "<p>First &lt;script&gt;alert(1)&lt;/script&gt; &amp; more<br>second line</p><p>next paragraph</p>"
    )


def test_creators_of_other_tools() -> None:
    people = [
        {"@id": "#1", "@type": "Person", "givenName": "Jan", "familyName": "van der Berg"},
        {"@id": "#2", "@type": "Organization", "name": "Lab", "identifier": "https://ror.org/03yrm5c26"},
        {"@id": "#3", "@type": ["Person"], "name": "A", "affiliation": "Somewhere",
         "identifier": "https://orcid.org/0000-0002-1825-0098"},
        {"@id": "#4", "@type": "Person"},
    ]  # fmt: skip
    found = metadata(*people, author=[{"@id": one["@id"]} for one in people], creator="Grace Hopper")[
        "creators"
    ]
    assert found == [
        {"person_or_org": {"type": "personal", "family_name": "van der Berg", "given_name": "Jan"}},
        {
            "person_or_org": {
                "type": "organizational",
                "name": "Lab",
                "identifiers": [{"scheme": "ror", "identifier": "03yrm5c26"}],
            }
        },
        # An ORCID whose last digit is wrong is nobody's.
        {"person_or_org": {"type": "personal", "family_name": "A"}, "affiliations": [{"name": "Somewhere"}]},
        {"person_or_org": {"type": "personal", "family_name": "Hopper", "given_name": "Grace"}},
    ]


def test_contributors_grants_and_languages() -> None:
    grant = {
        "@id": "#g",
        "@type": "Grant",
        "name": "A grant",
        "identifier": "246686",
        "funder": {"@id": "#f"},
    }
    funder = {"@id": "#f", "@type": "Organization", "name": "Example Foundation"}
    found = metadata(
        grant,
        funder,
        funding={"@id": "#g"},
        funder=[{"@id": "#f"}],
        contributor={"@id": "#ada"},
        inLanguage=["en-GB", "deu", "none of these"],
        version=2,
    )
    assert found["funding"] == [
        {"funder": {"name": "Example Foundation"}, "award": {"number": "246686", "title": {"en": "A grant"}}}
    ]
    assert found["contributors"] == [
        {
            "person_or_org": {"type": "personal", "family_name": "Lovelace", "given_name": "Ada"},
            "role": {"id": "other"},
        }
    ]
    assert found["languages"] == [{"id": "eng"}, {"id": "deu"}]
    assert found["version"] == "2"


def test_keywords_in_one_text() -> None:
    assert metadata(keywords="a, b,,a")["subjects"] == [{"subject": "a"}, {"subject": "b"}]


def test_a_crate_that_says_it_has_no_licence() -> None:
    licence = {"@id": "#no-licence", "@type": "CreativeWork", "name": "No licence stated"}
    assert "rights" not in metadata(licence, license={"@id": "#no-licence"})


@pytest.mark.parametrize(
    ("address", "identifier"),
    [
        ("https://spdx.org/licenses/CC-BY-4.0", "CC-BY-4.0"),
        ("http://spdx.org/licenses/MIT.html", "MIT"),
        ("https://creativecommons.org/licenses/by-nc-sa/4.0/", "CC-BY-NC-SA-4.0"),
        ("https://creativecommons.org/licenses/by/4.0/legalcode", "CC-BY-4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://opensource.org/licenses/BSD-3-Clause", "BSD-3-Clause"),
        ("https://www.apache.org/licenses/LICENSE-2.0", "Apache-2.0"),
        ("https://example.org/licence", None),
    ],
)
def test_licences_by_their_addresses(address: str, identifier: str | None) -> None:
    assert spdx_identifier({"@id": address}) == identifier


def test_a_licence_of_ones_own() -> None:
    entity = {"@id": "https://example.org/licence", "name": "Ours"}
    expected = {"title": {"en": "Ours"}, "link": "https://example.org/licence"}
    assert rights(entity, with_identifiers=True) == expected


@pytest.mark.parametrize(
    ("name", "given", "family"),
    [
        ("Ada Lovelace", "Ada", "Lovelace"),
        ("Lovelace, Ada", "Ada", "Lovelace"),
        ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
        ("Jan Peter van der Berg", "Jan Peter", "van der Berg"),
        ("Plato", None, "Plato"),
        ("Van Morrison", "Van", "Morrison"),
        ("", None, ""),
    ],
)
def test_names(name: str, given: str | None, family: str) -> None:
    assert split_name(name) == (given, family)


@pytest.mark.parametrize(
    ("tag", "code"), [("en", "eng"), ("pt_BR", "por"), ("gsw", "gsw"), ("xx", None), ("English", None)]
)
def test_languages(tag: str, code: str | None) -> None:
    assert language_code(tag) == code


@pytest.mark.parametrize(
    ("root", "message"),
    [
        (
            {"name": "ab"},
            "c.zip: ./: has no name of 3 characters or more; prov4ml-pack update CRATE --set name=...",
        ),
        (
            {"author": []},
            "c.zip: ./: has no author, and a record must have one; package again with --author 'NAME "
            "<ORCID>'",
        ),
        (
            {"datePublished": "soon"},
            "c.zip: ./: has no date of publication that can be understood (soon); "
            "prov4ml-pack update CRATE --set datePublished=2026-01-31",
        ),
    ],
)
def test_what_a_record_must_have(root: dict[str, Any], message: str) -> None:
    with pytest.raises(PackagerError) as caught:
        metadata(**root)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "value", [None, 7, [], {}, [[]], [{"@id": 7}], {"@id": []}, "x", [None, "x"], {"@value": "x"}]
)
@pytest.mark.parametrize(
    "name", ["author", "license", "keywords", "funder", "funding", "citation", "inLanguage", "identifier",
             "publisher", "contributor", "description", "conformsTo", "isBasedOn", "version"]
)  # fmt: skip
def test_odd_values_are_no_bugs(name: str, value: Any) -> None:
    given = document(**{name: value})
    given["@graph"].append({"@id": "#run", "@type": "CreateAction", "object": value, "startTime": value})
    if name == "author" and value not in ("x", [None, "x"], {"@value": "x"}):
        with pytest.raises(PackagerError, match="has no author, and a record must have one"):
            deposit_metadata(given, CRATE)
    else:
        assert problems(deposit_metadata(given, CRATE)) == []


def test_the_command_prints_or_writes_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["deposit", "digits.zip"]) == 0
    printed, err = capsys.readouterr()
    assert err == ""
    assert problems(json.loads(printed)) == []
    assert run(["deposit", "digits.zip", "-o", "deposit.json", "--resource-type", "model"]) == 0
    assert capsys.readouterr().out == "deposit.json\n"
    written = json.loads((here / "deposit.json").read_text(encoding="utf-8"))
    assert written["metadata"]["resource_type"] == {"id": "model"}
    assert run(["deposit", "digits.zip", "--metadata", "deposit.json"]) == 0
    assert json.loads(capsys.readouterr().out) == written


def test_text_that_is_no_text_is_escaped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    licence = {"@id": "https://spdx.org/licenses/MIT", "@type": "CreativeWork", "name": "MIT"}
    description = "é \ud800 \x9b31m \x7f"
    content = document(
        {**licence, "description": "A licence."},
        description=description,
        license={"@id": licence["@id"]},
        datePublished="2026-01-31",
    )
    (tmp_path / "ro-crate-metadata.json").write_text(json.dumps(content))
    assert run(["deposit", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert r'"<p>é \ud800 \u009b31m \u007f</p>"' in out
    assert json.loads(out)["metadata"]["description"] == f"<p>{description}</p>"
    assert run(["deposit", str(tmp_path), "-o", str(tmp_path / "d.json")]) == 0
    assert (tmp_path / "d.json").read_text(encoding="utf-8") == out
