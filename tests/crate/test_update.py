"""Updates of crates: what they change, what they refuse, and that nothing is ever half done."""

import hashlib
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from prov4ml_packager.cli.main import run as run_command
from prov4ml_packager.crate import Author, Organization, build_crate, unpack_crate
from prov4ml_packager.crate.changed_graph import Changes
from prov4ml_packager.crate.options import COMPRESSIONS, Compression, Spec
from prov4ml_packager.crate.sign import sign_crate
from prov4ml_packager.crate.update import update_crate
from prov4ml_packager.errors import PackagerError
from prov4ml_validators import validate
from prov4ml_validators.report import Severity
from tests.reader.raw_writer import RawRank
from tests.reader.raw_writer import make_run as make_raw_run

from .builders import FULL, make_run
from .test_sign import KEYS, write_key

TIME = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
KINDS = ["c.zip", "c.tar.gz", "c.tar.zst", "c"]


def graph_of(folder: Path) -> dict[str, Any]:
    document = json.loads((folder / "ro-crate-metadata.json").read_text())
    return {one["@id"]: one for one in document["@graph"]}


def opened(crate: Path, target: Path) -> Path:
    return crate if crate.is_dir() else unpack_crate(crate, target)


def files_of(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes.md"
    path.write_text("# What we learnt\n")
    return path


@pytest.mark.parametrize("name", KINDS)
def test_files_come_and_go_and_properties_are_set(tmp_path: Path, notes: Path, name: str) -> None:
    crate = build_crate([make_run(tmp_path / "run_1")], tmp_path / name, FULL)
    before = files_of(opened(crate, tmp_path / "before"))
    changes = Changes(
        TIME,
        add={"notes.md": notes, "docs/second.md": notes},
        remove=["artifacts/plots"],
        properties={"license": "MIT", "name": "Digits, again", "keywords": "digits, notes"},
    )
    update_crate(crate, changes)
    folder = opened(crate, tmp_path / "after")
    after = files_of(folder)
    digest = hashlib.sha256(notes.read_bytes()).hexdigest()
    assert after.keys() - before.keys() == {"notes.md", "docs/second.md"}
    assert before.keys() - after.keys() == {"artifacts/plots/a.txt", "artifacts/plots/deep/b c.txt"}
    changed = {path for path in before.keys() & after.keys() if before[path] != after[path]}
    assert changed == {"ro-crate-metadata.json", "ro-crate-preview.html", "manifest-sha256.txt"}

    entities = graph_of(folder)
    root = entities["./"]
    assert (root["name"], root["keywords"]) == ("Digits, again", ["digits", "notes"])
    assert entities[root["license"]["@id"]]["name"] == "MIT License"
    parts = {one["@id"] for one in root["hasPart"]}
    assert {"notes.md", "docs/second.md", "manifest-sha256.txt"} <= parts
    assert entities["notes.md"]["sha256"] == digest
    assert not [one for one in entities if "plots" in one]
    assert '"@id": "artifacts/plots' not in json.dumps(list(entities.values()))
    manifest = (folder / "manifest-sha256.txt").read_bytes()
    assert entities["manifest-sha256.txt"]["sha256"] == hashlib.sha256(manifest).hexdigest()
    (action,) = [one for one in entities.values() if one["@type"] == "UpdateAction"]
    assert action["endTime"] == "2026-03-04T05:06:07+00:00"
    assert "Removed artifacts/plots/a.txt." in action["description"]
    preview = (folder / "ro-crate-preview.html").read_text()
    assert "<li>Added docs/second.md.</li>" in preview
    assert preview.rstrip().endswith("</html>")
    assert not [one for one in validate(crate).findings if one.severity == Severity.MUST]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".prov4ml")]


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_zip_keeps_its_method_and_the_same_update_gives_the_same_bytes(
    tmp_path: Path, notes: Path, compression: Compression
) -> None:
    run = make_run(tmp_path / "run_1")
    found = set()
    for number in range(2):
        options = replace(FULL, compression=compression)
        crate = build_crate([run], tmp_path / str(number) / "c.zip", options)
        with zipfile.ZipFile(crate) as archive:
            before = {info.filename: info.compress_type for info in archive.infolist()}
        update_crate(crate, Changes(TIME, add={"notes.md": notes}))
        with zipfile.ZipFile(crate) as archive:
            after = {info.filename: info.compress_type for info in archive.infolist()}
        assert {name: after[name] for name in before} == before
        found.add(crate.read_bytes())
    assert len(found) == 1


def test_updates_add_up_and_the_last_word_counts(tmp_path: Path, notes: Path) -> None:
    crate = build_crate([make_run(tmp_path / "run_1")], tmp_path / "c", FULL)
    update_crate(crate, Changes(TIME, add={"notes.md": notes}))
    second = tmp_path / "second.md"
    second.write_text("second")
    update_crate(crate, Changes(TIME.replace(hour=6), remove=["notes.md"], add={"notes.md": second}))
    entities = graph_of(crate)
    assert (crate / "notes.md").read_text() == "second"
    assert entities["notes.md"]["contentSize"] == "6"
    assert len([one for one in entities.values() if one["@type"] == "UpdateAction"]) == 2
    update_crate(crate, Changes(TIME.replace(hour=7), properties={"keywords": ""}))
    assert "keywords" not in graph_of(crate)["./"]
    assert validate(crate).is_valid()


def test_the_previews_copy_of_the_metadata_is_of_the_changed_crate(tmp_path: Path, notes: Path) -> None:
    crate = build_crate([make_run(tmp_path / "run_1")], tmp_path / "crate", FULL)
    update_crate(crate, Changes(TIME, add={"notes.md": notes}, properties={"name": "Again"}))
    page = (crate / "ro-crate-preview.html").read_text()
    copy = json.loads(page.split('<script type="application/ld+json">')[1].split("</script>")[0])
    metadata = json.loads((crate / "ro-crate-metadata.json").read_text())
    manifest = next(one for one in metadata["@graph"] if one["@id"] == "manifest-sha256.txt")
    assert manifest.pop("sha256")
    assert manifest.pop("contentSize")
    assert copy == metadata


DOIS = ("10.5281/zenodo.1", "https://example.org/crate", "doi:10.5281/zenodo.2")


@pytest.mark.parametrize("spec", ["1.1", "1.2", "1.3"])
@pytest.mark.parametrize("citations", [(), ("https://doi.org/10.5281/zenodo.2",)])
def test_identifier_and_licence_are_as_in_a_crate_that_was_made_with_them(
    tmp_path: Path, spec: Spec, citations: tuple[str, ...]
) -> None:
    run = make_run(tmp_path / "run_1")
    options = replace(FULL, spec=spec, citations=citations)
    crate = build_crate([run], tmp_path / "c", options)
    for number, identifier in enumerate(DOIS):
        properties = {"identifier": identifier, "license": ["MIT", "Mine alone", "CC0-1.0"][number]}
        update_crate(crate, Changes(TIME.replace(hour=number), properties=properties))
    made = replace(options, identifier=DOIS[-1], license="CC0-1.0")
    expected = graph_of(build_crate([run], tmp_path / "expected", made))
    found = graph_of(crate)
    assert found["./"]["identifier"] == expected["./"]["identifier"]
    assert found["./"]["license"] == expected["./"]["license"]
    own = {key for key, one in found.items() if one["@type"] == "UpdateAction"} | {
        "https://pypi.org/project/prov4ml/"
    }
    ours, theirs = (
        {key: one for key, one in graph.items() if key not in {*own, "./", "manifest-sha256.txt"}}
        for graph in (found, expected)
    )
    assert {key: ours[key] for key in theirs} == theirs
    assert ours.keys() == theirs.keys()


ADA, BOB = FULL.authors[0], Author("Babbage", affiliation=Organization("Analytical Society"))
PERSON = {"@id": ADA.orcid}


@pytest.mark.parametrize(
    ("people", "agent"),
    [
        ({"author": ADA}, PERSON),
        ({"author": Author("Ada Lovelace")}, PERSON),  # who has no ORCID is known by name
        ({"author": BOB, "author_if_named": ADA}, {"@id": "#person/Babbage"}),
        ({"author_if_named": ADA}, PERSON),
        ({"author_if_named": BOB}, None),
        ({"author_if_named": Author("Ada Lovelace", "https://orcid.org/0000-0001-5109-3700")}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("spec", ["1.1", "1.3"])
def test_an_update_has_who_made_it_as_its_agent(
    tmp_path: Path, notes: Path, people: dict[str, Author], agent: dict[str, str] | None, spec: Spec
) -> None:
    crate = build_crate([make_run(tmp_path / "run_1")], tmp_path / "c", replace(FULL, spec=spec))
    before = graph_of(crate)
    update_crate(crate, Changes(TIME, add={"notes.md": notes}, **people))
    after = graph_of(crate)
    (action,) = [one for one in after.values() if one["@type"] == "UpdateAction"]
    assert action.get("agent") == agent
    new = {one["name"] for key, one in after.items() if key not in before} - {"Update of the crate"}
    is_bob = people.get("author") == BOB
    assert new == {"notes.md", "prov4ml-pack"} | ({"Babbage", "Analytical Society"} if is_bob else set())
    about = [
        one.message
        for one in validate(crate).findings
        if "UpdateAction" in one.message or action["@id"] in one.message
    ]
    assert len(about) == (agent is None), about


def test_an_update_without_new_files_has_the_crate_as_its_result(tmp_path: Path) -> None:
    crate = build_crate([make_run(tmp_path / "run_1")], tmp_path / "c", FULL)
    update_crate(crate, Changes(TIME, properties={"name": "Again"}, author=ADA))
    (action,) = [one for one in graph_of(crate).values() if one["@type"] == "UpdateAction"]
    assert action["result"] == {"@id": "./"}
    assert not [one for one in validate(crate).findings if action["@id"] in one.message]


def test_who_updates_comes_from_the_option_or_the_configuration_but_never_into_a_redacted_crate(
    tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".git").mkdir()  # where the search for a configuration ends
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOGNAME", "babbage")
    Path("pyproject.toml").write_text(
        '[tool.prov4ml.crate]\nlicense = "MIT"\n'
        'author = [{ name = "Ada Lovelace", orcid = "0000-0002-1825-0097" }]\n'
    )
    make_raw_run(tmp_path / "run")
    RawRank(tmp_path / "run").end()
    assert run_command(["crate", "run", "-o", "named"]) == 0
    assert run_command(["crate", "run", "-o", "blind", "--redact", "--author", "Anonymous"]) == 0
    for name, more, agent in [
        ("named", [], "https://orcid.org/0000-0002-1825-0097"),
        ("blind", [], None),
        ("blind", ["--author", "Anonymous"], "#person/Anonymous"),
    ]:  # fmt: skip
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1_800_000_000 + len(more)))
        arguments = ["update", name, "--set", "description=Read this.", "--secrets", "ignore", *more]
        assert run_command(arguments) == 0, capsys.readouterr().err
        actions = [one for one in graph_of(Path(name)).values() if one["@type"] == "UpdateAction"]
        latest = max(actions, key=lambda one: one["endTime"])
        assert latest.get("agent", {}).get("@id") == agent
    assert not [
        path for path in Path("blind").rglob("*") if path.is_file() and b"Lovelace" in path.read_bytes()
    ]
    capsys.readouterr()
    assert run_command(["update", "named", "--set", "name=x", "--author", "Ada <me>"]) == 2
    assert capsys.readouterr().err == (
        "prov4ml-pack: error: Invalid value for '--author': 'Ada <me>' is no 'NAME' or 'NAME <ORCID>'; "
        "see prov4ml-pack update --help\n"
    )


def test_a_signature_is_taken_out_with_a_note(tmp_path: Path, notes: Path) -> None:
    crate = build_crate([make_run(tmp_path / "run_1")], tmp_path / "c.zip", FULL)
    sign_crate(crate, write_key(tmp_path / "keys", KEYS["ed25519"]())[0])
    lines: list[str] = []
    update_crate(crate, Changes(TIME, add={"notes.md": notes}), note=lines.append)
    assert lines == [f"{crate}: the signature is taken out; sign it again with prov4ml-pack sign"]
    with zipfile.ZipFile(crate) as archive:
        assert not [name for name in archive.namelist() if name.endswith(".sig")]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "nothing to change; give --add, --remove or --set"),
    "absent": ({"remove": ["no/such.txt"]}, "no/such.txt: is not in the crate"),
    "everything": ({"remove": ["./"]}, "./: is not in the crate"),
    "metadata": ({"remove": ["manifest-sha256.txt"]}, "manifest-sha256.txt: belongs to the crate itself"),
    "there": (
        {"add": {"run.json": Path("x")}},
        "run.json: is in the crate already; take it out first: --remove run.json",
    ),
    "escape": ({"add": {"../x": Path("x")}}, "../x: cannot be a path in a crate; choose another name"),
    "absolute": ({"add": {"/x": Path("x")}}, "/x: cannot be a path in a crate; choose another name"),
    "device": ({"add": {"CON": Path("x")}}, "CON: cannot be a path in a crate; choose another name"),
    "preview": (
        {"add": {"ro-crate-preview.html": Path("x")}},
        "ro-crate-preview.html: cannot be a path in a crate; choose another name",
    ),
    "structure": (
        {"properties": {"hasPart": "x"}},
        "hasPart: cannot be set; set a property such as name, description or license",
    ),
    "reference": (
        {"properties": {"author": "Ada"}},
        "author: refers to other entities; package again with the option or the configuration for it",
    ),
    "empty keyword": ({"properties": {"keywords": "a, ,b"}}, "keywords: one is empty; leave it out"),
    "no longer valid": (
        {"properties": {"license": ""}},
        "would not be valid: ro-crate-1.1/root-license: ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_done_is_one_line_and_the_crate_stays(tmp_path: Path, case: str) -> None:
    crate = build_crate([make_run(tmp_path / "run_1")], tmp_path / "c.zip", FULL)
    before = crate.read_bytes()
    (tmp_path / "x").write_text("x")
    arguments, message = REFUSED[case]
    if "add" in arguments:
        arguments = {"add": {path: tmp_path / source for path, source in arguments["add"].items()}}
    with pytest.raises(PackagerError) as caught:
        update_crate(crate, Changes(TIME, **arguments))
    assert str(caught.value).startswith(f"{crate}: {message}")
    assert crate.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.zip", "run_1", "x"]


def test_what_is_no_crate_is_refused(tmp_path: Path, notes: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(PackagerError, match=r"folder: has no ro-crate-metadata\.json at its top"):
        update_crate(tmp_path / "folder", Changes(TIME, add={"notes.md": notes}))
    with pytest.raises(PackagerError, match=r"none\.zip: does not exist; give a crate"):
        update_crate(tmp_path / "none.zip", Changes(TIME, add={"notes.md": notes}))
    with zipfile.ZipFile(tmp_path / "plain.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(PackagerError, match=r"plain\.zip: has no ro-crate-metadata\.json at its top"):
        update_crate(tmp_path / "plain.zip", Changes(TIME, add={"notes.md": notes}))


def test_a_crate_of_others_gets_a_manifest_and_keeps_its_faults(tmp_path: Path, notes: Path) -> None:
    crate = tmp_path / "theirs"
    crate.mkdir()
    (crate / "data.csv").write_text("a,b\n")
    document = {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [
            {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"},
             "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"}},
            {"@id": "./", "@type": "Dataset", "name": "Theirs", "hasPart": {"@id": "data.csv"}},
            {"@id": "data.csv", "@type": "File"},
        ],
    }  # fmt: skip
    (crate / "ro-crate-metadata.json").write_text(json.dumps(document))
    assert not validate(crate).is_valid()  # neither licence nor date
    update_crate(crate, Changes(TIME, add={"notes.md": notes}))
    sign_crate(crate, write_key(tmp_path / "keys", KEYS["ed25519"]())[0])
    assert sorted(path.name for path in crate.iterdir()) == [
        "data.csv", "manifest-sha256.txt", "notes.md", "ro-crate-metadata.json", "ro-crate-metadata.json.sig",
    ]  # fmt: skip
