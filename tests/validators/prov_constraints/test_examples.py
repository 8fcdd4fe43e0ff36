"""The examples that `--explain` shows do what they say."""

import json

import pytest

from prov4ml_validators.prov_constraints.check import check_constraints
from prov4ml_validators.prov_constraints.registry import RULES, TIME_ORDER, UNIQUE_MENTION
from prov4ml_validators.rules import Rule

from .notation import scope_of


@pytest.mark.parametrize("rule", [*RULES.values(), TIME_ORDER, UNIQUE_MENTION], ids=lambda rule: rule.id)
def test_wrong_breaks_the_rule_and_right_breaks_none(rule: Rule) -> None:
    wrong, right = (
        [one.rule for one in check_constraints(scope_of(json.loads(text)))] for text in examples(rule)
    )
    assert set(wrong) == {rule.id}
    assert right == []


def examples(rule: Rule) -> tuple[str, str]:
    return rule.wrong_example, rule.right_example
