"""Rules of RO-Crate and Process Run Crate: one good crate, small damage, and the rule that says so."""

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prov4ml_validators import Severity, Unreadable, validate
from prov4ml_validators.crate.check import check_bare_metadata
from prov4ml_validators.json_text import walk

Json = dict[str, Any]
Damage = Callable[[Json], object]
ROOT, DESCRIPTOR, TOOL, RUN = 1, 0, 9, 10


def put(index: int, **values: Any) -> Damage:
    def damage(metadata: Json) -> None:
        metadata["@graph"][index].update(values)

    return damage


def drop(index: int, *names: str) -> Damage:
    def damage(metadata: Json) -> None:
        for name in names:
            del metadata["@graph"][index][name]

    return damage


def test_good_crate_has_no_finding(make_crate: Callable[..., Path]) -> None:
    report = validate(make_crate())
    assert (report.findings, report.profiles) == ((), ("ro-crate-1.1", "process-run-crate-0.5"))


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_newer_versions_are_valid(make_crate: Callable[..., Path], version: str) -> None:
    report = validate(make_crate(version=version), profile=f"ro-crate-{version}")
    assert report.profiles == (f"ro-crate-{version}",)
    # A store is one thing: its chunks are not listed one by one.
    assert [finding.rule for finding in report.findings] == [f"ro-crate-{version}/directory-has-part"]


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_profile_of_another_version(make_crate: Callable[..., Path], version: str) -> None:
    (finding,) = validate(make_crate(version=version)).at_or_above(Severity.MUST)
    assert finding.rule == "process-run-crate-0.5/ro-crate-version"
    assert finding.message == f"the crate conforms to RO-Crate {version}, process-run-crate-0.5 extends 1.1"


CASES: list[tuple[str, Damage, str]] = [
    ("1.1", drop(ROOT, "name"), "ro-crate-1.1/root-name"),
    ("1.2", drop(ROOT, "name"), "ro-crate-1.2/root-name"),
    ("1.3", put(ROOT, description=""), "ro-crate-1.3/root-description"),
    ("1.1", drop(ROOT, "license"), "ro-crate-1.1/root-license"),
    ("1.1", drop(ROOT, "datePublished"), "ro-crate-1.1/root-date-published"),
    ("1.1", put(ROOT, datePublished="2026-02-30"), "ro-crate-1.1/root-date-published"),
    ("1.2", put(ROOT, datePublished=["2026-01-01", "2026-01-02"]), "ro-crate-1.2/root-date-published"),
    ("1.1", put(ROOT, **{"@type": "CreativeWork"}), "ro-crate-1.1/root-type"),
    ("1.1", drop(DESCRIPTOR, "about"), "ro-crate-1.1/descriptor-about"),
    ("1.1", put(DESCRIPTOR, about={"@id": "other/"}), "ro-crate-1.1/root"),
    ("1.1", put(DESCRIPTOR, **{"@type": "File"}), "ro-crate-1.1/descriptor-type"),
    ("1.1", drop(DESCRIPTOR, "conformsTo"), "ro-crate-1.1/descriptor-conforms-to"),
    ("1.1", lambda m: m["@graph"].pop(DESCRIPTOR), "ro-crate-1.1/descriptor"),
    ("1.1", lambda m: m.pop("@context"), "ro-crate-1.1/context"),
    ("1.1", lambda m: m.update({"@graph": {}}), "ro-crate-1.1/json-ld-document"),
    ("1.3", lambda m: m["@context"].pop(0), "ro-crate-1.3/context-reference"),
    ("1.1", put(ROOT, author={"name": "nested"}), "ro-crate-1.1/flattened"),
    ("1.1", put(ROOT, name={"@value": 1, "@language": "en"}), "ro-crate-1.1/flattened"),
    ("1.1", put(ROOT, nmae="x"), "ro-crate-1.1/unknown-term"),
    ("1.1", put(ROOT, **{"https://schema.org/name": "x"}), "ro-crate-1.1/unknown-term"),
    ("1.1", lambda m: m["@graph"].append({"@type": "Person"}), "ro-crate-1.1/entity-id"),
    ("1.1", lambda m: m["@graph"].append({"@id": "#x"}), "ro-crate-1.1/entity-type"),
    ("1.1", lambda m: m["@graph"].append(dict(m["@graph"][4])), "ro-crate-1.1/unique-id"),
    ("1.1", lambda m: m["@graph"][ROOT]["hasPart"].pop(), "ro-crate-1.1/data-entity-linked"),
    ("1.1", lambda m: m["@graph"][ROOT]["hasPart"].append("run"), "ro-crate-1.1/root-has-part"),
    ("1.2", put(8, **{"@id": "a store/"}), "ro-crate-1.2/data-entity-id"),
    ("1.2", put(ROOT, citation={"@id": "paper.pdf"}), "ro-crate-1.2/citation-id"),
    ("1.2", put(2, **{"@type": "CreativeWork"}), "ro-crate-1.2/root-conforms-to-profile"),
    ("1.2", drop(TOOL, "version"), "ro-crate-1.2/software-version"),
    ("1.3", drop(TOOL, "url"), "ro-crate-1.3/software-url"),
    ("1.3", put(7, **{"@type": "SoftwareSourceCode"}), "ro-crate-1.3/script-file"),
    ("1.2", drop(7, "name"), "ro-crate-1.2/script-name"),
    ("1.2", put(ROOT, thumbnail={"@id": "#run"}), "ro-crate-1.2/thumbnail"),
    ("1.1", drop(RUN, "instrument"), "process-run-crate-0.5/action-instrument"),
    ("1.1", put(RUN, instrument={"@id": "https://ror.org/x"}), "process-run-crate-0.5/action-instrument"),
    ("1.1", put(2, **{"@type": "Thing"}), "process-run-crate-0.5/root-conforms-to"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("version", "damage", "rule"), CASES, ids=[f"{rule}-{n}" for n, (_, _, rule) in enumerate(CASES)]
)
def test_damage_breaks_its_must_rule(
    make_crate: Callable[..., Path], rules: Callable[..., list[str]], version: str, damage: Damage, rule: str
) -> None:
    assert rule in rules(make_crate(damage, version))


SHOULD_CASES: list[tuple[Damage, str]] = [
    (put(ROOT, datePublished="2026"), "ro-crate-1.1/root-date-precision"),
    (drop(3, "description"), "ro-crate-1.1/license-description"),
    (put(ROOT, license="MIT"), "ro-crate-1.1/root-license-entity"),
    (drop(ROOT, "author"), "ro-crate-1.1/root-author"),
    (drop(ROOT, "mentions"), "process-run-crate-0.5/action-mentioned"),
    (drop(RUN, "endTime"), "process-run-crate-0.5/action-end-time"),
    (drop(RUN, "result"), "process-run-crate-0.5/action-result"),
    (put(RUN, startTime="yesterday"), "process-run-crate-0.5/action-start-time"),
    (put(RUN, actionStatus={"@id": "https://example.org/done"}), "process-run-crate-0.5/action-status"),
    (put(RUN, error="boom"), "process-run-crate-0.5/action-error"),
    (put(TOOL, softwareVersion="2"), "process-run-crate-0.5/tool-one-version"),
    (put(4, **{"@type": "Persno"}), "ro-crate-1.1/unknown-type"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "rule"), SHOULD_CASES, ids=[rule for _, rule in SHOULD_CASES])
def test_damage_breaks_its_should_rule_and_stays_valid(
    make_crate: Callable[..., Path], damage: Damage, rule: str
) -> None:
    report = validate(make_crate(damage))
    assert report.is_valid()
    assert rule in [finding.rule for finding in report.at_or_above(Severity.SHOULD)]


def test_finding_has_its_place(make_crate: Callable[..., Path]) -> None:
    crate = make_crate(put(ROOT, nmae="x"))
    finding = validate(crate).findings[0]
    place = finding.location
    assert (place.file, place.pointer) == ("ro-crate-metadata.json", "/@graph/1/nmae")
    line = (crate / "ro-crate-metadata.json").read_text().splitlines()[(place.line or 0) - 1]
    assert line[(place.column or 0) - 1 :].startswith('"nmae"')


def test_profile_replaces_what_the_crate_declares(make_crate: Callable[..., Path]) -> None:
    report = validate(make_crate(), profile="ro-crate-1.2")
    assert report.profiles == ("ro-crate-1.2",)
    assert "ro-crate-1.2/context-reference" in [finding.rule for finding in report.findings]


def test_unknown_profile_is_no_verdict(make_crate: Callable[..., Path]) -> None:
    with pytest.raises(Unreadable, match=r"no profile ro-crate-9; known are ro-crate-1\.1, "):
        validate(make_crate(), profile="ro-crate-9")


def test_unknown_context_is_not_held_against_the_crate(make_crate: Callable[..., Path]) -> None:
    def damage(metadata: Json) -> None:
        metadata["@context"].append("https://example.org/terms")
        metadata["@graph"][ROOT]["special"] = "x"

    report = validate(make_crate(damage))
    assert [finding.rule for finding in report.findings] == ["ro-crate/context-not-known"]


def test_metadata_alone_is_checked_without_files(make_crate: Callable[..., Path]) -> None:
    report = validate(make_crate() / "ro-crate-metadata.json")
    assert [finding.rule for finding in report.findings] == ["payload/not-checked"]


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [(b'{"@graph": [,]}', 1, 13), (b'{\n "a": "\xff"}', 2, 8)],
    ids=["syntax", "utf-8"],
)
def test_metadata_that_is_no_json_is_a_finding_with_its_place(
    make_crate: Callable[..., Path], content: bytes, line: int, column: int
) -> None:
    crate = make_crate()
    (crate / "ro-crate-metadata.json").write_bytes(content)
    (finding,) = validate(crate).findings
    assert (finding.rule, finding.location.line, finding.location.column) == ("json/syntax", line, column)


def test_deep_metadata_is_a_finding(make_crate: Callable[..., Path], rules: Callable[..., list[str]]) -> None:
    crate = make_crate()
    (crate / "ro-crate-metadata.json").write_text("[" * 200_000)
    assert rules(crate) == ["json/syntax"]


def test_detached_crate_has_no_local_files(tmp_path: Path, rules: Callable[..., list[str]]) -> None:
    graph = [
        {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "https://example.org/c/"},
         "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"}},
        {"@id": "https://example.org/c/", "@type": "Dataset", "name": "n", "description": "d",
         "license": "MIT", "datePublished": "2026-01-01", "hasPart": {"@id": "local.txt"}},
        {"@id": "local.txt", "@type": "File"},
    ]  # fmt: skip
    path = tmp_path / "ro-crate-metadata.json"
    path.write_text(json.dumps({"@context": "https://w3id.org/ro/crate/1.2/context", "@graph": graph}))
    assert rules(path) == ["ro-crate-1.2/detached-data-entity"]


ODD: list[Any] = [
    None,
    True,
    0,
    -1.5,
    "",
    "x",
    "../..",
    "\udcff",
    [],
    [[]],
    {},
    {"@id": 3},
    {"@id": "#run"},
    {"@value": []},
    [None],
]


@given(st.data())
def test_any_damage_gives_findings_with_places_and_no_exception(good: Json, data: st.DataObject) -> None:
    metadata = copy.deepcopy(good)
    for _ in range(data.draw(st.integers(1, 4))):
        holders = [one for _, one in walk(metadata) if isinstance(one, dict | list) and one]
        holder = data.draw(st.sampled_from(holders))
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        holder[data.draw(st.sampled_from(list(keys)))] = copy.deepcopy(data.draw(st.sampled_from(ODD)))
    content = json.dumps(metadata).encode()
    for finding in check_bare_metadata("x", content, "ro-crate-metadata.json", None)[1]:
        assert finding.message
        assert finding.location.pointer is None or finding.location.line == 1


def test_the_unpacked_crate_of_a_run_is_a_crate_although_it_holds_run_json(
    make_crate: Callable[..., Path],
) -> None:
    crate = make_crate()
    (crate / "run.json").write_text("{}")
    assert validate(crate).kind == "ro-crate"


def test_a_pipe_is_no_input_and_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "prov.json"
    os.mkfifo(pipe)
    with pytest.raises(Unreadable, match="is a pipe or a device; give a file or a directory"):
        validate(pipe)
