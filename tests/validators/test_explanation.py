"""What `--explain` says, and that every example does what it says."""

from pathlib import Path

import pytest

from prov4ml_packager.store_summaries import MetricStoreReader
from prov4ml_validators import Severity, Unreadable, validate
from prov4ml_validators.examples import examples_of
from prov4ml_validators.examples.documents import DOCUMENTS
from prov4ml_validators.examples.ml import ML
from prov4ml_validators.examples.parts import PARTS
from prov4ml_validators.examples.runs import RUNS
from prov4ml_validators.explanation import explain
from prov4ml_validators.rules import Rule, all_rules
from prov4ml_validators.selection import UnknownRule

from .conftest import rule_ids
from .example_folders import make_crate, make_run

WITH_EXAMPLES = [rule for rule in all_rules() if any(examples_of(rule))]
# Those that a rule declares itself may be fragments, which the tests of its family put into a document; those
# on crates are in crate/test_examples.py.
OURS = [rule for rule in WITH_EXAMPLES if rule.id in {**DOCUMENTS, **RUNS, **PARTS}]


def family_of(rule: Rule) -> str:
    return rule.id.partition("/")[0]


def findings_on(example: str, rule: Rule, folder: Path) -> list[str]:
    """The ids of all rules that a document breaks."""
    folder.mkdir()
    family = family_of(rule)
    if family == "run-directory":
        return rule_ids(validate(make_run(folder, example)), Severity.MAY)
    if family in ("cross-check", "store"):
        reader = None if "prov4ml[validate]" in example else MetricStoreReader()
        return rule_ids(validate(make_crate(folder, example), store_reader=reader), Severity.MAY)
    if family == "input":
        path = folder / "document.json"
        path.write_text(example)
        try:
            return rule_ids(validate(path), Severity.MAY)
        except Unreadable:
            return [rule.id]
    if family.startswith("prov-"):
        path = folder / ("prov.json" if example.startswith("{") else "prov.xml")
        path.write_text(example)
        return rule_ids(validate(path), Severity.MAY)
    path = folder / "ro-crate-metadata.json"
    path.write_text(example)
    return rule_ids(validate(path), Severity.MAY)


@pytest.mark.parametrize("rule", OURS, ids=lambda rule: rule.id)
def test_wrong_examples_fail_and_right_ones_pass(rule: Rule, tmp_path: Path) -> None:
    wrong, right = examples_of(rule)
    assert rule.id in findings_on(wrong, rule, tmp_path / "wrong")
    assert rule.id not in findings_on(right, rule, tmp_path / "right")


@pytest.mark.parametrize("rule", [one for one in OURS if one.id in RUNS], ids=lambda rule: rule.id)
def test_right_runs_are_right_in_every_way(rule: Rule, tmp_path: Path) -> None:
    assert findings_on(examples_of(rule)[1], rule, tmp_path / "right") == []


PROV_FAMILIES = ("json", "input", "prov-json", "prov-constraints", "prov-ml", "prov-formats")


def test_every_rule_of_provenance_and_runs_has_examples() -> None:
    families = (*PROV_FAMILIES, "run-directory", "cross-check", "store")
    assert [one.id for one in all_rules() if family_of(one) in families and one not in WITH_EXAMPLES] == []


def test_every_example_belongs_to_a_rule() -> None:
    assert {*DOCUMENTS, *ML, *RUNS, *PARTS} <= {rule.id for rule in all_rules()}


def test_rules_have_both_examples_or_none() -> None:
    assert all(all(examples_of(rule)) for rule in WITH_EXAMPLES)


def test_explain_says_it_all() -> None:
    assert explain("prov-json/unknown-section").startswith(
        "prov-json/unknown-section (MUST)\n"
        "  A document or bundle has no sections but prefix, bundle and the 18 kinds of records.\n"
        "  Source: "
    )
    assert explain("prov-json/unknown-section").endswith(
        "  Fix: check the spelling; bundles do not nest\n"
        "\n"
        "  Wrong:\n"
        '    {"prefix": {"ex": "http://example.org/"},\n'
        '     "entities": {"ex:a": {}}}\n'
        "\n"
        "  Right:\n"
        '    {"prefix": {"ex": "http://example.org/"},\n'
        '     "entity": {"ex:a": {}}}\n'
    )


def test_explain_has_the_formula_of_the_specification() -> None:
    text = explain("prov-constraints/c42")
    assert (
        "  Source: PROV-CONSTRAINTS, section 6.2, constraint 42 (derivation-generation-generation-ordering)\n"
        "    IF wasDerivedFrom(_d; e2, e1, _a, _g, _u) and wasGeneratedBy(gen1; e1, _a1, _t1)\n"
        "    and wasGeneratedBy(gen2; e2, _a2, _t2) THEN gen1 strictly precedes gen2.\n"
        "  Fix: "
    ) in text
    assert all(one.statement for one in all_rules() if family_of(one) == "prov-constraints")


def test_explain_takes_a_pattern() -> None:
    text = explain("json/*")
    assert [line for line in text.splitlines() if line.startswith("json/")] == [
        "json/duplicate-key (MUST)",
        "json/lone-surrogate (SHOULD)",
        "json/not-finite (MUST)",
        "json/syntax (MUST)",
    ]


def test_permalinks_in_examples_are_those_of_the_version() -> None:
    text = explain("ro-crate-1.3/descriptor-conforms-to")
    examples = text.partition("Wrong:")[2]
    assert "https://w3id.org/ro/crate/1.1" not in examples
    assert "https://w3id.org/ro/crate/1.3" in examples


def test_what_matches_nothing_names_what_is_near() -> None:
    with pytest.raises(UnknownRule, match=r"^no rule matches 'json/sintax'; near are json/syntax"):
        explain("json/sintax")
