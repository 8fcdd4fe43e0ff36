"""Crates that rocrate-validator judged: the same verdicts and MUST rules, almost the same SHOULD rules."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from prov4ml_validators.rules import all_rules
from tests.validators.crate.agreement import Case, compare, print_level, read_cases
from tests.validators.crate.check_table import TABLE, level

CRATES = Path(__file__).resolve().parents[3] / "../shared/data/ro-crate-cases"
WITH_CONTEXTS = Path(__file__).parent / "with_vocabulary_contexts.json"
OPTIONAL = Path(__file__).parent / "optional_checks.json"
VOCABULARIES = ("https://w3id.org/ro/terms/workflow-run", "https://w3id.org/ro/terms/test")

VERDICT_DISAGREEMENTS = {
    "rocrate-1.2/1_metadata_document/context_reference/valid",
}
"""Crates of another verdict; docs/ro-crate-conformance.md says why, with the section."""
RULE_DISAGREEMENTS = {
    ("rocrate-1.2/1_metadata_document/context_reference/valid", "ro-crate-1.1_5.3"),
}
"""MUST checks that fail for one side; docs/ro-crate-conformance.md says why, with the section."""
RULE_DISAGREEMENTS_WITH_CONTEXTS = {
    ("invalid/0_multi_profile_crate", "provenance-run-crate-0.5_6.1"),
}

needs_crates = pytest.mark.skipif(not CRATES.is_dir(), reason="the crates are not beside this checkout")


@cache
def cases() -> Sequence[Case]:
    return list(read_cases(CRATES))


@cache
def cases_with_contexts() -> Sequence[Case]:
    """The crates that name a vocabulary as context, as it judges them when it can read that."""
    theirs = {one["path"]: one for one in json.loads(WITH_CONTEXTS.read_text("utf-8"))}
    found = []
    for case in cases():
        if case.path in theirs:
            entry: dict[str, Any] = {**case.entry, **theirs[case.path], "messages": []}
            found.append(Case(case.path, entry, case.rules, case.weights, case.profiles))
    return found


@cache
def cases_with_optional_checks() -> Sequence[Case]:
    """The crates with its checks at OPTIONAL, for which it could read the vocabularies."""
    theirs = {one["path"]: one["optional_checks"] for one in json.loads(OPTIONAL.read_text("utf-8"))}
    found = []
    for case in cases():
        messages = [one for one in case.entry["messages"] if not any(name in one[2] for name in VOCABULARIES)]
        entry = {**case.entry, "optional_checks": theirs[case.path], "messages": messages}
        found.append(Case(case.path, entry, case.rules, case.weights, case.profiles))
    return found


def names_a_vocabulary(case: Case) -> bool:
    wanted = [f'Unable to retrieve the JSON-LD context "{one}"' for one in VOCABULARIES]
    return any(text in wanted for _, _, text in case.entry["messages"])


@needs_crates
def test_verdicts() -> None:
    wrong = {case.path for case in cases() if case.is_valid != (case.entry["required"] == "valid")}
    assert wrong == VERDICT_DISAGREEMENTS


@needs_crates
def test_must_rules_crate_by_crate() -> None:
    found = compare(cases(), "required")
    print_level("required", found)
    offline = {case.path for case in cases() if names_a_vocabulary(case)}
    retrieval = {"ro-crate-1.1_3.1", "ro-crate-1.1_3.2"}
    known = [pair for pair in found.theirs if pair[0] in offline and pair[1] in retrieval]
    assert set(found.theirs) - set(known) == RULE_DISAGREEMENTS
    assert found.ours == []


@needs_crates
def test_must_rules_where_it_can_read_the_vocabularies() -> None:
    found = compare(cases_with_contexts(), "required")
    print_level("required, with the contexts of the vocabularies", found)
    assert {*found.theirs, *found.ours} == RULE_DISAGREEMENTS_WITH_CONTEXTS


@needs_crates
@pytest.mark.parametrize("which", [cases, cases_with_contexts])
def test_should_rules_agree_in_nine_of_ten(which: Any) -> None:
    found = compare(which(), "recommended")
    print_level("recommended", found)
    assert found.share >= 0.9


@needs_crates
def test_may_rules_agree_in_nine_of_ten() -> None:
    found = compare(cases_with_optional_checks(), "optional")
    print_level("optional", found)
    assert found.share >= 0.9


def test_table_names_rules_that_there_are() -> None:
    known = {one.id for one in all_rules()}
    named = {name for names in TABLE.values() if not isinstance(names, str) for name in names}
    # What versions share stands in one row for 1.2 and 1.3, where a rule may be in one of them only.
    missing = {name for name in named - known if not name.startswith("ro-crate-1.3/")}
    assert missing == set()


@needs_crates
def test_table_has_every_check_of_the_corpus() -> None:
    entries = json.loads((CRATES / "manifest.json").read_text("utf-8"))
    for kind in ("required", "recommended"):
        used = {check for one in entries for check in one[f"{kind}_checks"]}
        assert used <= {check for check in TABLE if level(check) == kind}


def test_table_has_every_optional_check() -> None:
    used = {check for one in json.loads(OPTIONAL.read_text("utf-8")) for check in one["optional_checks"]}
    assert used <= {check for check in TABLE if level(check) == "optional"}
