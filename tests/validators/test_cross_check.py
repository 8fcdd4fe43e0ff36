"""The parts of a packaged run against each other: crates of format 1, changed in one place."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prov4ml import rundir
from prov4ml_validators import Finding, Severity, validate
from prov4ml_validators.cross_check import listing

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = sorted((ROOT / "fixtures/format-1/crates").glob("*.zip"))
RUNS = ROOT / "../shared/data/yprov4ml-runs"
TERMS = "prov4ml:"
Json = dict[str, Any]
Change = Callable[[Json, Json], object]
"""Of the PROV document and of the entities of the crate's metadata by identifier."""


def cross_checks(path: Path) -> list[Finding]:
    return [one for one in validate(path).findings if one.rule.startswith("cross-check/")]


def test_names_are_those_of_the_run_directory() -> None:
    assert (listing.PACKAGED_DIRECTORY, listing.PACKAGED_PROV) == (
        rundir.PACKAGED_DIRECTORY,
        rundir.PACKAGED_PROV,
    )


@pytest.mark.parametrize("crate", FIXTURES, ids=[path.stem for path in FIXTURES])
def test_our_own_crates_agree_with_themselves(crate: Path) -> None:
    findings = validate(crate).at_or_above(Severity.SHOULD)
    assert [one for one in findings if one.rule.startswith(("cross-check/", "prov"))] == []


@pytest.fixture
def make_crate(tmp_path: Path) -> Callable[[Change], Path]:
    """The crate of a finished run as a directory, with its document and metadata changed."""

    def make(change: Change) -> Path:
        folder = tmp_path / "crate"
        with zipfile.ZipFile(ROOT / "fixtures/format-1/crates/finished_0.zip") as archive:
            archive.extractall(folder)
        prov, metadata = folder / "packaged/prov.json", folder / "ro-crate-metadata.json"
        document, graph = json.loads(prov.read_bytes()), json.loads(metadata.read_bytes())
        entities = {one["@id"]: one for one in graph["@graph"]}
        change(document, entities)
        graph["@graph"] = list(entities.values())
        prov.write_text(json.dumps(document, indent=2), "utf-8")
        metadata.write_text(json.dumps(graph, indent=1), "utf-8")
        return folder

    return make


def action(entities: Json) -> Json:
    found: Json = next(one for one in entities.values() if one["@type"] == "CreateAction")
    return found


def entity(document: Json, ending: str) -> Json:
    found: Json = next(body for name, body in document["entity"].items() if name.endswith(ending))
    return found


def run(document: Json) -> Json:
    found: Json = next(body for body in document["activity"].values() if f"{TERMS}uuid" in body)
    return found


def list_foreign_file(_: Json, entities: Json) -> None:
    action(entities)["result"].append({"@id": "run.json"})


def update_crate(_: Json, entities: Json) -> None:
    update = {"@id": "#update", "@type": "UpdateAction", "object": {"@id": "./"}}
    entities["#update"] = {**update, "result": {"@id": "run.json"}}


def stray(document: Json, entities: Json) -> None:
    """Give the run a UUID that is no action's; both are the only ones of their kind."""
    run(document)[f"{TERMS}uuid"] = "other"
    action(entities)["endTime"] = "2026-11-22T23:09:50Z"


def two_other_actions(_: Json, entities: Json) -> None:
    one = entities.pop(action(entities)["@id"])
    entities.update({name: {**one, "@id": name} for name in ("#first", "#second")})


def move_store(document: Json, _: Json) -> None:
    for one in document["entity"].values():
        if f"{TERMS}store" in one:
            one[f"{TERMS}store"] = "packaged/metrics.nc"


PROV, METADATA = "packaged/prov.json", "ro-crate-metadata.json"
CASES: dict[str, tuple[Change, list[tuple[str, str]]]] = {
    "nothing": (lambda d, e: None, []),
    "path": (
        lambda d, e: entity(d, "output.1").update({f"{TERMS}path": "artifacts/outputs/gone.csv"}),
        [("not-in-crate", PROV), ("not-in-provenance", METADATA)],
    ),
    "store": (
        move_store, [("not-in-crate", PROV)] * 3,
    ),
    "listed": (list_foreign_file, [("not-in-provenance", METADATA)]),
    "listed by an update of the crate": (update_crate, []),
    "digest": (
        lambda d, e: entity(d, "model_version.net.2").update({f"{TERMS}sha256": "0" * 64}),
        [("digest", PROV)],
    ),
    "digest of the crate": (
        lambda d, e: e["artifacts/models/net/v2.bin"].update(sha256="0" * 64), [("digest", PROV)],
    ),
    "size": (lambda d, e: entity(d, "output.1").update({f"{TERMS}size": 9}), [("size", PROV)]),
    "start": (
        lambda d, e: action(e).update(startTime="2026-11-22T23:09:48.099+00:00"), [("time", METADATA)],
    ),
    "end": (lambda d, e: action(e).update(endTime="2026-11-22T23:09:50Z"), [("time", METADATA)]),
    "same times": (
        lambda d, e: action(e).update(
            startTime="2026-11-23T00:09:48+01:00", endTime="2026-11-22T23:09:48.1411Z"
        ), [],
    ),
    "status": (
        lambda d, e: action(e).update(actionStatus="http://schema.org/FailedActionStatus"),
        [("status", METADATA)],
    ),
    "status of the run": (
        lambda d, e: run(d).update({f"{TERMS}status": "failed"}), [("status", METADATA)],
    ),
    "no agent in the crate": (lambda d, e: action(e).pop("agent"), [("agent", PROV)]),
    "no agent in the provenance": (lambda d, e: d.pop("wasAssociatedWith"), [("agent", PROV)]),
    "another name": (lambda d, e: e["#person/researcher"].update(name="Maria Rossi"), [("agent-name", PROV)]),
    "another run": (
        two_other_actions, [("run-without-action", PROV)],
    ),
    "found by being alone": (stray, [("time", METADATA)]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_change_in_one_part_is_found_and_placed(make_crate: Callable[[Change], Path], name: str) -> None:
    change, expected = CASES[name]
    findings = cross_checks(make_crate(change))
    assert sorted((one.rule.removeprefix("cross-check/"), one.location.file) for one in findings) == expected
    for one in findings:
        assert one.location.line is not None, one


def test_contents_are_hashed_where_the_crate_states_no_digest(make_crate: Callable[[Change], Path]) -> None:
    folder = make_crate(lambda d, e: e["artifacts/outputs/data.csv"].pop("sha256"))
    assert cross_checks(folder) == []
    (folder / "artifacts/outputs/data.csv").write_bytes(b"a,b\n9,9\n")
    digest = hashlib.sha256(b"a,b\n9,9\n").hexdigest()
    (finding,) = cross_checks(folder)
    assert finding.message == (
        f'"artifacts/outputs/data.csv" has the SHA-256 {digest[:12]}…, and 81bf9fa83c6f… in the provenance'
    )


def test_the_document_inside_is_checked_too(make_crate: Callable[[Change], Path]) -> None:
    def change(document: Json, _: Json) -> None:
        document["used"]["_:x"] = {"prov:entity": "nothing"}
        entity(document, "output.1")["ex:list"] = "[1, 2, ..., 9]"

    found = {(one.rule, one.location.file) for one in validate(make_crate(change)).findings}
    assert {
        ("prov-json/missing-argument", PROV),
        ("prov-json/undeclared-prefix", PROV),
        ("prov-ml/elided-list", PROV),
    } <= found


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b'{"entity": []}', b"null", b'{"prefix": 3}'])
def test_a_damaged_document_is_a_finding_and_no_traceback(
    make_crate: Callable[[Change], Path], content: bytes
) -> None:
    folder = make_crate(lambda d, e: None)
    (folder / PROV).write_bytes(content)
    inside = [one for one in validate(folder).findings if one.location.file == PROV]
    assert any(one.rule in ("json/syntax", "prov-json/structure") for one in inside)


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"@graph": 3}'])
def test_damaged_metadata_does_not_hide_the_document(
    make_crate: Callable[[Change], Path], content: bytes
) -> None:
    def change(document: Json, _: Json) -> None:
        entity(document, "output.1")["prov4ml:list"] = "[1, 2, ..., 9]"

    folder = make_crate(change)
    (folder / METADATA).write_bytes(content)
    assert "prov-ml/elided-list" in [one.rule for one in validate(folder).findings]


def test_what_a_user_logged_is_no_document_of_the_crate(make_crate: Callable[[Change], Path]) -> None:
    folder = make_crate(lambda d, e: None)
    (folder / "artifacts/prov.json").write_text("{")
    assert [one for one in validate(folder).findings if one.rule == "json/syntax"] == []


@pytest.mark.skipif(not RUNS.is_dir(), reason="the runs of yProv4ML are not beside this checkout")
@pytest.mark.parametrize("kind", ["csv", "nc", "zarr"])
def test_crates_of_yprov4ml_hold_the_files_of_their_documents(kind: str) -> None:
    findings = validate(RUNS / f"{kind}_experiment_0.zip").findings
    assert [one for one in findings if one.rule.startswith("cross-check/")] == []
    member = f"runs/{kind}_experiment_0/prov_{kind}_experiment_GR0_0.json"
    (outside,) = [one for one in findings if one.rule == "prov-ml/outside-run"]
    assert outside.location.file == member


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", ["/absolute.txt", "//twice", "a//b", "/", "./x", "../x"])
def test_names_that_no_crate_may_have_end_in_a_report(tmp_path: Path, name: str) -> None:
    crate = tmp_path / "c.zip"
    crate.write_bytes((ROOT / "fixtures/format-1/crates/finished_0.zip").read_bytes())
    with zipfile.ZipFile(crate, "a") as archive:
        archive.writestr(name, "")
    assert "undescribed" in " ".join(one.rule for one in validate(crate).findings) or name in ("/", "./x")


def test_a_damaged_document_is_a_finding_that_names_it(tmp_path: Path) -> None:
    crate = tmp_path / "c.zip"
    content = bytearray((ROOT / "fixtures/format-1/crates/finished_0.zip").read_bytes())
    with zipfile.ZipFile(ROOT / "fixtures/format-1/crates/finished_0.zip") as archive:
        info = archive.getinfo("packaged/prov.json")
    content[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 0x20
    crate.write_bytes(content)
    found = [one for one in validate(crate).findings if one.rule == "payload/damaged"]
    assert [one.location.file for one in found] == ["packaged/prov.json"]
