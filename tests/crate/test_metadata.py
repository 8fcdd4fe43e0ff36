"""What the metadata says, read back as plain JSON and compared with the run."""

import hashlib
import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from prov4ml_packager.crate import CrateOptions, Organization, build_crate, unpack_crate
from prov4ml_packager.crate.licences import licence_entity
from prov4ml_packager.crate.options import Author
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.record import ArtifactRecord, FileRecord, RunError

from .builders import COMMIT, FULL, artifact, make_run, rank_record, write_file, write_folder

Graph = dict[str, dict[str, Any]]


def graph_of(folder: Path) -> Graph:
    document = json.loads((folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    identifiers = [entity["@id"] for entity in document["@graph"]]
    assert len(identifiers) == len(set(identifiers))
    return {entity["@id"]: entity for entity in document["@graph"]}


def ids(value: Any) -> set[str]:
    return {one["@id"] for one in (value if isinstance(value, list) else [value])}


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    return build_crate([make_run(tmp_path / "run_1")], tmp_path / "crate", FULL)


def test_descriptor_and_root(crate: Path) -> None:
    graph = graph_of(crate)
    descriptor, root = graph["ro-crate-metadata.json"], graph["./"]
    assert descriptor["@type"] == "CreativeWork"
    assert descriptor["about"] == {"@id": "./"}
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert root["conformsTo"] == {"@id": "https://w3id.org/ro/wfrun/process/0.5"}
    assert root["name"] == "Digits, classified"
    assert root["datePublished"] == "2025-06-15T15:08:10.123+00:00"
    assert root["license"] == {"@id": "https://spdx.org/licenses/CC-BY-4.0"}
    assert graph["https://spdx.org/licenses/CC-BY-4.0"]["name"].startswith("Creative Commons Attribution 4.0")
    assert root["author"] == {"@id": "https://orcid.org/0000-0002-1825-0097"}
    assert root["keywords"] == ["machine learning", "digits"]
    context = json.loads((crate / "ro-crate-metadata.json").read_text())["@context"]
    assert context == [
        "https://w3id.org/ro/crate/1.1/context",
        "https://w3id.org/ro/terms/workflow-run/context",
    ]


def test_action(crate: Path) -> None:
    graph = graph_of(crate)
    action = graph["urn:uuid:12345678-1234-4234-8234-000000000001"]
    assert graph["./"]["mentions"] == {"@id": action["@id"]}
    assert action["@type"] == "CreateAction"
    assert action["actionStatus"] == "http://schema.org/CompletedActionStatus"
    assert "error" not in action
    assert action["startTime"] == "2025-06-15T15:06:40.123+00:00"
    assert action["endTime"] == "2025-06-15T15:08:10.123+00:00"
    assert action["agent"] == {"@id": "https://orcid.org/0000-0002-1825-0097"}
    assert action["description"] == "Run of train.py, finished. Command: train.py --lr 0.1 --token=***"
    software = graph[action["instrument"]["@id"]]
    assert software["@id"] == f"https://github.com/example/digits/tree/{COMMIT}"
    assert software["@type"] == "SoftwareApplication"
    assert software["version"] == COMMIT
    assert graph[software["programmingLanguage"]["@id"]]["version"] == "3.11.7"
    assert ids(software["softwareRequirements"]) == {
        "https://pypi.org/project/numpy/2.1.0/",
        "https://pypi.org/project/scikit-learn/1.5.2/",
    }


def test_objects_and_results(crate: Path) -> None:
    graph = graph_of(crate)
    action = graph["urn:uuid:12345678-1234-4234-8234-000000000001"]
    objects, results = ids(action["object"]), ids(action["result"])
    assert objects | results <= set(graph)
    assert {"artifacts/digits.npz", "artifacts/source/train.py"} <= objects
    made = {
        "artifacts/model/model-v1.bin",
        "artifacts/plots/",
        "packaged/metrics.zarr/",
        "packaged/prov.json",
    }
    assert made <= results
    values = {
        (graph[one]["name"], graph[one]["value"]) for one in objects if graph[one]["@type"] == "PropertyValue"
    }
    assert values == {
        ("lr", 0.1), ("lr", 0.05), ("layers", "[64, 10]"), ("huge", str(2**60)), ("limit", "INF"),
        ("input 1", "threshold"),
    }  # fmt: skip
    values = {
        (graph[one]["name"], graph[one]["value"]) for one in results if graph[one]["@type"] == "PropertyValue"
    }
    assert values == {("loss", 0.5), ("accuracy", 0.25), ("best", 0.97), ("output 1", 0.97)}
    accuracy = next(one for one in graph.values() if one.get("name") == "accuracy")
    assert (accuracy["unitText"], accuracy["minValue"], accuracy["maxValue"]) == ("%", 0.25, 0.25)
    dataset = graph["#dataset/training/digits"]
    assert dataset["@type"] == "CreativeWork"
    assert dataset["@id"] in objects
    assert dataset["identifier"] == "sha256:" + "ab" * 32
    assert "samples: 9" in dataset["description"]


def test_every_file_is_described_with_its_size_and_digest(crate: Path) -> None:
    graph = graph_of(crate)
    found = {str(path.relative_to(crate)) for path in crate.rglob("*") if path.is_file()}
    chunks = {path for path in found if path.startswith("packaged/metrics.zarr/")}
    described = {unquote(key): entity for key, entity in graph.items() if entity["@type"] == "File"}
    assert set(described) == found - chunks - {"ro-crate-metadata.json", "ro-crate-preview.html"}
    for path, entity in described.items():
        data = (crate / path).read_bytes()
        assert entity["sha256"] == hashlib.sha256(data).hexdigest()
        assert entity["contentSize"] == str(len(data))
        assert re.fullmatch(r"[a-z]+/[A-Za-z0-9.+-]+", entity["encodingFormat"])
        assert entity["name"]
        assert entity["description"]
    assert "artifacts/plots/deep/b%20c.txt" in graph
    parts = ids(graph["./"]["hasPart"]) | ids(graph["artifacts/plots/"]["hasPart"])
    assert {key for key, entity in graph.items() if entity["@type"] == "File"} <= parts


def test_manifest_covers_all_but_itself_and_the_metadata(crate: Path) -> None:
    lines = (crate / "manifest-sha256.txt").read_text(encoding="utf-8").splitlines()
    listed = {path: digest for digest, path in (line.split("  ", 1) for line in lines)}
    found = {str(path.relative_to(crate)) for path in crate.rglob("*") if path.is_file()}
    assert set(listed) == found - {"manifest-sha256.txt", "ro-crate-metadata.json"}
    for path, digest in listed.items():
        assert hashlib.sha256((crate / path).read_bytes()).hexdigest() == digest
    assert list(listed) == sorted(listed)


@pytest.mark.parametrize(
    ("status", "error"), [("failed", RunError("ValueError", "bad\nshape", "…")), ("unfinished", None)]
)
def test_runs_that_did_not_finish(tmp_path: Path, status: str, error: RunError | None) -> None:
    run = make_run(tmp_path / "run_1", status=status, error=error)
    action = graph_of(build_crate([run], tmp_path / "crate", FULL))[f"urn:uuid:{run.uuid}"]
    assert action["actionStatus"] == "http://schema.org/FailedActionStatus"
    expected = (
        "ValueError: bad" if error else "The run did not end: it was killed, or a rank of it is missing."
    )
    assert action["error"] == expected


@pytest.mark.parametrize(
    ("spec", "profile"),
    [
        ("1.1", "https://w3id.org/ro/wfrun/process/0.5"),
        ("1.2", None),
        ("1.3", "https://w3id.org/ro/wfrun/process/0.6"),
    ],
)
def test_versions_and_profiles(tmp_path: Path, spec: Any, profile: str | None) -> None:
    notes: list[str] = []
    run = make_run(tmp_path / "run_1")
    crate = build_crate([run], tmp_path / "crate", replace(FULL, spec=spec), note=notes.append)
    graph = graph_of(crate)
    assert graph["ro-crate-metadata.json"]["conformsTo"] == {"@id": f"https://w3id.org/ro/crate/{spec}"}
    assert graph["./"].get("conformsTo") == ({"@id": profile} if profile else None)
    assert ("packaged/metrics.zarr/zarr.json" in graph) == (spec != "1.1")
    assert (graph["artifacts/source/train.py"]["@type"] == "File") == (spec == "1.1")
    note = "RO-Crate 1.3 with Workflow Run RO-Crate 0.6: no released validator checks 0.6 yet"
    assert notes == ([note] if spec == "1.3" else [])


def test_all_that_is_missing_is_said_in_one_line(tmp_path: Path) -> None:
    notes: list[str] = []
    run = make_run(tmp_path / "run_1", ranks=(replace(rank_record(), git=None),))
    graph = graph_of(build_crate([run], tmp_path / "crate", CrateOptions(), note=notes.append))
    assert notes == [
        "no licence, author, publisher with a URL, contact or page of the software given; use --license, "
        "--author, --publisher, --url, or fill in [tool.prov4ml.crate] in pyproject.toml, of which "
        "prov4ml-pack init writes a template"
    ]
    assert graph["./"]["license"] == {"@id": "#no-licence"}
    action = graph[f"urn:uuid:{run.uuid}"]
    assert action["instrument"] == {"@id": "#software/script"}
    assert graph[action["agent"]["@id"]]["name"] == "ada"


UNIVERSITY = Organization("Example University")
KEY = "add to [tool.prov4ml.crate] in pyproject.toml:"
AUTHOR_KEY = "add to [[tool.prov4ml.crate.author]] in pyproject.toml:"


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"license": None}, f'no licence given; {KEY} license = "CC-BY-4.0"'),
        (
            {"authors": ()},
            f'no author given; {KEY} author = [{{ name = "Given Family", orcid = "0000-0000-0000-0000", '
            'affiliation = "Institution" }]',
        ),
        (
            {"publisher": UNIVERSITY},
            f"no publisher with a URL given; {KEY} "
            'publisher = { name = "Institution", url = "https://example.org/" }',
        ),
        (
            {"contact": None},
            f'no contact given; {KEY} contact = {{ name = "Given Family", email = "name@example.org" }}',
        ),
        ({"url": None}, f'no page of the software given; {KEY} url = "https://example.org/software"'),
        (
            {"authors": (Author("Ada", affiliation=UNIVERSITY), Author("Bob", affiliation=UNIVERSITY))},
            f'no ORCID of Ada and Bob given; {AUTHOR_KEY} orcid = "0000-0000-0000-0000"',
        ),
        (
            {"authors": tuple(Author(name, affiliation=UNIVERSITY) for name in ("A", "B", "C", "D"))},
            f'no ORCID of 4 authors given; {AUTHOR_KEY} orcid = "0000-0000-0000-0000"',
        ),
        (
            {"authors": (*FULL.authors, replace(FULL.authors[0], affiliation=None))},
            f"no affiliation of Ada Lovelace given; {AUTHOR_KEY} "
            'affiliation = { name = "…", ror = "https://ror.org/…" }',
        ),
        (
            {"authors": (Author("Ada"),)},
            "no ORCID of Ada or affiliation of Ada given; fill in [tool.prov4ml.crate] in pyproject.toml, "
            "of which prov4ml-pack init writes a template",
        ),
    ],
)
def test_a_single_thing_that_is_missing_is_said_with_the_line_to_add(
    tmp_path: Path, changes: dict[str, Any], line: str
) -> None:
    notes: list[str] = []
    run = make_run(tmp_path / "run_1", ranks=(replace(rank_record(), git=None),))
    build_crate([run], tmp_path / "crate", replace(FULL, **changes), note=notes.append)
    assert notes == [line]


@pytest.mark.parametrize("compression", ["lzma", "zstd"])
def test_rare_compressions_name_their_readers(tmp_path: Path, compression: Any) -> None:
    notes: list[str] = []
    run = make_run(tmp_path / "run_1")
    build_crate([run], tmp_path / "c.zip", replace(FULL, compression=compression), note=notes.append)
    assert len(notes) == 1
    assert notes[0].startswith(f"a zip with {compression} opens in 7-Zip")


def test_compression_is_the_runs_own_by_default(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run_1")
    stored = build_crate([run], tmp_path / "stored.zip", FULL).stat().st_size
    chosen = replace(run, options=replace(run.options, compressor="bzip2"))
    assert build_crate([chosen], tmp_path / "c.zip", FULL).stat().st_size < stored


def test_several_runs_have_a_folder_and_an_action_each(tmp_path: Path) -> None:
    runs = [make_run(tmp_path / f"digits_{number}", number=number) for number in (1, 2)]
    crate = build_crate(runs, tmp_path / "crate", FULL)
    graph = graph_of(crate)
    assert ids(graph["./"]["mentions"]) == {f"urn:uuid:{run.uuid}" for run in runs}
    assert ids(graph["./"]["hasPart"]) == {
        "digits_1/", "digits_2/", "comparison.csv", "comparison.csv-metadata.json", "manifest-sha256.txt"
    }  # fmt: skip
    for run in runs:
        name = run.directory.name
        assert "packaged/prov.json" in {
            path.removeprefix(f"{name}/") for path in ids(graph[f"{name}/"]["hasPart"])
        }
        results = ids(graph[f"urn:uuid:{run.uuid}"]["result"])
        assert all(one.startswith((f"{name}/", f"#{name}/")) for one in results)
        assert (crate / name / "run.json").is_file()


def test_the_same_run_twice_is_refused(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run_1")
    with pytest.raises(PackagerError, match="run_1: is given twice, or is a copy of another run given"):
        build_crate([run, run], tmp_path / "crate", FULL)


def test_raw_files_travel_only_when_asked(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run_1")
    assert not (build_crate([run], tmp_path / "without", FULL) / "rank_0").exists()
    raw = build_crate([run], tmp_path / "with", replace(FULL, with_raw=True))
    assert {path.name for path in (raw / "rank_0").iterdir()} == {"events.jsonl", "metrics.bin"}


def test_only_recorded_files_travel(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run_1")
    (run.directory / "artifacts" / "torn-copy.bin").write_bytes(b"half")
    (run.directory / "notes.txt").write_text("private")
    names = {path.name for path in build_crate([run], tmp_path / "crate", FULL).rglob("*")}
    assert not names & {"torn-copy.bin", "notes.txt"}


def test_files_that_are_gone_or_changed_are_noted(tmp_path: Path) -> None:
    notes: list[str] = []
    run = make_run(tmp_path / "run_1")
    gone, changed = run.directory / "artifacts/digits.npz", run.directory / "artifacts/source/train.py"
    gone.unlink()
    changed.write_bytes(b"other")
    build_crate([run], tmp_path / "crate", FULL, note=notes.append)
    assert notes == [
        f"{gone}: was recorded and is gone; the crate does not have it",
        f"{changed}: is not the file that was logged (its sha256 differs)",
    ]


def evil(path: str) -> tuple[ArtifactRecord, ...]:
    return (artifact("evil", FileRecord(path, "x", "file", 1, None, 1)),)


@pytest.mark.parametrize(
    "path", ["../outside.txt", "artifacts/../../outside.txt", "/etc/passwd", "rank_0/x", "artifacts"]
)
def test_records_that_point_elsewhere_are_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "outside.txt").write_text("secret")
    run = make_run(tmp_path / "run_1", extra=lambda root: evil(path))
    with pytest.raises(PackagerError, match=r"the record names .* which is not below artifacts/"):
        build_crate([run], tmp_path / "crate", FULL)
    assert not (tmp_path / "crate").exists()


@pytest.mark.parametrize(
    "place", ["artifacts/link", "artifacts/folder/link", "packaged/link", "artifacts/up/file"]
)
def test_links_are_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "file").write_text("secret")

    def extra(root: Path) -> tuple[ArtifactRecord, ...]:
        folder = write_folder(root, "artifacts/folder", {"a": b"a"})
        path = root / place
        link = path.parent if path.name == "file" else path
        os.symlink(tmp_path / "secret" / ("" if path.name == "file" else "file"), link)
        recorded = evil(place) if place.startswith("artifacts/") and "folder" not in place else ()
        return (artifact("folder", folder), *recorded)

    run = make_run(tmp_path / "run_1", extra=extra)
    with pytest.raises(PackagerError, match="is a link"):
        build_crate([run], tmp_path / "crate", FULL)


def test_a_pipe_in_a_logged_folder_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run_1")
    os.mkfifo(run.directory / "artifacts" / "plots" / "pipe")
    with pytest.raises(PackagerError, match="pipe: is a special file, which a crate cannot hold"):
        build_crate([run], tmp_path / "crate", FULL)


def test_a_run_that_was_not_finalized(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run_1")
    (run.directory / "packaged" / "prov.json").unlink()
    with pytest.raises(PackagerError) as caught:
        build_crate([run], tmp_path / "crate", FULL)
    path = run.directory / "packaged" / "prov.json"
    assert str(caught.value) == f"{path}: is missing; run prov4ml-pack finalize {run.directory}"


def test_true_names_survive_beside_safe_paths(tmp_path: Path) -> None:
    name = "../../weird\x00 \ud800 name"
    run = make_run(
        tmp_path / "run_1",
        experiment="<b>e\x01</b>",
        extra=lambda root: (artifact(name, write_file(root, "artifacts/weird-0123456789", b"1")),),
    )
    entity = graph_of(build_crate([run], tmp_path / "crate", FULL))["artifacts/weird-0123456789"]
    assert entity["name"] == "../../weird\\u0000 \\ud800 name"
    assert entity["alternateName"] == "weird-0123456789"


def test_the_drawing_is_made_anew(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run_1")
    (run.directory / "packaged" / "graph.svg").write_text("<svg>drawn by the system's dot</svg>")
    svg = (build_crate([run], tmp_path / "crate", FULL) / "packaged" / "graph.svg").read_text()
    assert "<svg" in svg
    assert "drawn by the system" not in svg


@pytest.mark.parametrize(
    ("identifier", "place", "value", "url"),
    [
        ("10.5281/zenodo.1", "https://doi.org/10.5281/zenodo.1", "doi:10.5281/zenodo.1", None),
        ("https://example.org/1", "#identifier", "https://example.org/1", "https://example.org/1"),
        ("ark:/12345/fk4", "#identifier", "ark:/12345/fk4", None),
        ("doi:10.1234/article", "#identifier", "doi:10.1234/article", None),  # which is also its citation
    ],
)
def test_the_identifier_is_an_entity_of_its_own_from_1_2_on(
    tmp_path: Path, identifier: str, place: str, value: str, url: str | None
) -> None:
    options = replace(FULL, identifier=identifier, spec="1.2", citations=("https://doi.org/10.1234/article",))
    graph = graph_of(build_crate([make_run(tmp_path / "run_1")], tmp_path / "crate", options))
    assert graph["./"]["identifier"] == {"@id": place}
    entity = graph[place]
    assert (entity["@type"], entity["value"], entity.get("url")) == ("PropertyValue", value, url)


def test_unpacked_zip_is_the_directory_crate(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run_1")
    out = unpack_crate(build_crate([run], tmp_path / "c.zip", FULL), tmp_path / "out")
    assert graph_of(out) == graph_of(build_crate([run], tmp_path / "crate", FULL))


@pytest.mark.parametrize(
    ("given", "identifier", "name"),
    [
        (
            "cc-by-4.0",
            "https://spdx.org/licenses/CC-BY-4.0",
            "Creative Commons Attribution 4.0 International",
        ),
        ("BSL-1.0", "https://spdx.org/licenses/BSL-1.0", "BSL-1.0"),
        ("MIT OR Apache-2.0", "#licence", "MIT OR Apache-2.0"),
        ("LicenseRef-house", "#licence", "LicenseRef-house"),
        ("mine", "#licence", "mine"),
    ],
)
def test_only_what_spdx_lists_leads_to_its_page(given: str, identifier: str, name: str) -> None:
    entity = licence_entity(given)
    assert (entity["@id"], entity["name"]) == (identifier, name)


def test_a_licence_that_nobody_knows_is_said(tmp_path: Path) -> None:
    notes: list[str] = []
    options = replace(FULL, license="mine")
    build_crate([make_run(tmp_path / "run_1")], tmp_path / "c.zip", options, note=notes.append)
    said = "'mine' is no SPDX identifier and no URL, and is taken as words; see https://spdx.org/licenses/"
    assert said in notes


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (CrateOptions(url="ftp:x"), "url: 'ftp:x' is no http(s) URL"),
        (CrateOptions(citations=("bar",)), "citation: 'bar' is no http(s) URL and no DOI"),
        (CrateOptions(keywords=("one", " ")), "keywords: one is empty; leave it out"),
    ],
)
def test_what_leads_nowhere_is_refused(options: CrateOptions, message: str) -> None:
    with pytest.raises(PackagerError) as caught:
        options.check()
    assert str(caught.value) == message
