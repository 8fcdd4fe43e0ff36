"""Every wrong example breaks its rule, and the right one beside it does not."""

import json
import re
import stat
import zipfile
from pathlib import Path

import pytest

from prov4ml_validators import Finding, Severity, validate
from prov4ml_validators.crate.profiles import PROFILES
from prov4ml_validators.examples import crate_example, examples_of
from prov4ml_validators.examples.base_crate import CONTENT, base_crate
from prov4ml_validators.examples.damage import Example, described_files
from prov4ml_validators.examples.payload import FILES, LISTINGS, WORDS
from prov4ml_validators.examples.profiles import PROFILES as EXAMPLES_OF_PROFILES
from prov4ml_validators.examples.ro_crate import RO_CRATE
from prov4ml_validators.rules import Rule, all_rules

CRATE_FAMILIES = ("ro-crate", "process-run", "workflow-", "provenance-run", "payload")
CRATE_RULES = [one for one in all_rules() if one.id.startswith(CRATE_FAMILIES)]
VERSIONS = ("1.1", "1.2", "1.3")

# A workflow and a script are files of the crate, so that their @id cannot be an absolute URI as well.
INHERENT = {"process-run-crate-0.5/tool-id", "process-run-crate-0.6/tool-id"}


def write(folder: Path, document: object, example: Example, *, wrong: bool) -> Path:
    """Write a crate with the files that it describes, all with the same content."""
    files = described_files(document) if isinstance(document, dict) else {}
    for path, texts in example.files.items():
        text = texts[0 if wrong else 1]
        files.pop(path, None)
        if text is not None:
            files[path] = text.encode()
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    (folder / "ro-crate-metadata.json").write_text(json.dumps(document))
    return folder


def find(path: Path, rule: Rule) -> list[Finding]:
    """Check a crate against the version or profile that the rule is of, whatever the crate declares."""
    profile = rule.id.partition("/")[0]
    chosen = profile if profile in PROFILES else None
    return [
        one
        for one in validate(path, profile=chosen, optional=rule.severity is Severity.MAY).findings
        if one.rule == rule.id
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_base_crate_has_no_finding(tmp_path: Path, version: str) -> None:
    report = validate(write(tmp_path, base_crate(version), Example(), wrong=False))
    assert {one.rule for one in report.findings} <= INHERENT
    assert report.profiles[0] == f"ro-crate-{version}"


def test_every_rule_has_two_different_examples() -> None:
    examples = {one.id: examples_of(one) for one in CRATE_RULES}
    assert [id for id, (wrong, right) in examples.items() if not wrong or not right or wrong == right] == []


def test_help_names_no_other_version_of_ro_crate_than_its_rule() -> None:
    named = {
        (one.id, version)
        for one in all_rules()
        for version in re.findall(r"w3id\.org/ro/crate/(\d\.\d)", one.help)
    }
    assert len(named) > len(VERSIONS)
    assert {id for id, version in named if not id.startswith(f"ro-crate-{version}/")} == set()


DAMAGES = [one for one in CRATE_RULES if crate_example(one) and not one.id.endswith("detached-metadata-name")]
FAMILIES = sorted({one.id.partition("/")[0] for one in DAMAGES})


@pytest.mark.parametrize("family", FAMILIES)
def test_damage_breaks_its_rule_and_the_right_side_does_not(tmp_path: Path, family: str) -> None:
    failed = {}
    for number, rule in enumerate(one for one in DAMAGES if one.id.startswith(f"{family}/")):
        wrong, right = (count(tmp_path / f"{number}-{side}", rule, wrong=side) for side in (True, False))
        if "/may-" in rule.id:  # most entities of the base crate do without what they may have
            is_shown = wrong == right + 1
        else:
            is_shown = wrong > right and (not right or rule.id in INHERENT)
        if not is_shown:
            failed[rule.id] = f"{wrong} findings on the wrong side, {right} on the right"
    assert failed == {}


def count(folder: Path, rule: Rule, *, wrong: bool) -> int:
    """Count the findings of a rule on one side of its example."""
    found = crate_example(rule)
    assert found is not None
    example, version = found
    document = example.document(version, wrong=wrong)
    folder.mkdir()
    write(folder, document, example, wrong=wrong)
    root = "https://example.org/digits/"
    is_detached = any(isinstance(one, dict) and one.get("@id") == root for one in document["@graph"])
    needs_no_files = is_detached and "root-identifier" not in rule.id
    return len(find(folder / "ro-crate-metadata.json" if needs_no_files else folder, rule))


def test_every_example_belongs_to_a_rule() -> None:
    ids = {one.id for one in CRATE_RULES}
    families = {"ro-crate": RO_CRATE, **EXAMPLES_OF_PROFILES}
    assert {*FILES, *LISTINGS, *WORDS} <= ids
    unversioned = {re.sub(r"-[0-9.]+/", "/", one) for one in ids}
    assert {f"{family}/{name}" for family, names in families.items() for name in names} <= unversioned


def archive(path: Path, listing: str) -> Path:
    """Write a zip with the members of a listing, and the metadata of a crate without parts."""
    metadata = base_crate("1.1")
    metadata["@graph"] = metadata["@graph"][:2]
    del metadata["@graph"][1]["hasPart"]
    lines = listing.splitlines()
    with zipfile.ZipFile(path, "w") as target:
        if path.stem != "ro-crate_metadata-file":
            target.writestr("ro-crate-metadata.json", json.dumps(metadata))
        for line in lines:
            name, arrow, link = line.partition(" -> ")
            info = zipfile.ZipInfo(name)
            if arrow:
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            if name in target.namelist():
                with pytest.warns(UserWarning, match="Duplicate name"):
                    target.writestr(info, link or CONTENT)
            else:
                target.writestr(info, link or CONTENT)
    return path


@pytest.mark.parametrize("name", LISTINGS)
def test_listings(tmp_path: Path, name: str) -> None:
    (rule,) = [one for one in CRATE_RULES if one.id == name]
    wrong, right = LISTINGS[name]
    path = tmp_path / f"{name.replace('/', '_')}.zip"
    assert find(archive(path, wrong), rule)
    assert not find(archive(path, right), rule)


def test_detached_name(tmp_path: Path) -> None:
    root = "https://example.org/digits/"
    graph = [
        {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": root},
         "conformsTo": {"@id": "https://w3id.org/ro/crate/1.3"}},
        {"@id": root, "@type": "Dataset"},
    ]  # fmt: skip
    (rule,) = [one for one in CRATE_RULES if one.id == "ro-crate-1.3/detached-metadata-name"]
    found = []
    for name in ("ro-crate-metadata.json", "digits-ro-crate-metadata.json"):
        path = tmp_path / name
        path.write_text(json.dumps({"@context": "https://w3id.org/ro/crate/1.3/context", "@graph": graph}))
        found.append(bool(find(path, rule)))
    assert found == [True, False]


def test_words_are_for_what_other_tests_make() -> None:
    # tests/validators/test_payload.py, test_crate.py and tests/crate/test_hostile.py make these for real:
    # they need gigabytes or damage.
    assert set(WORDS) == {
        "payload/archive-bomb", "payload/case-collision", "payload/compression-ratio", "payload/damaged",
        "payload/name-encoding", "payload/not-checked", "payload/zip-header",
        "ro-crate/metadata-size",
    }  # fmt: skip
