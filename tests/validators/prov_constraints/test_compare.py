"""The short form of the comparison with the literal implementation; `make prov-compare` is the long one."""

import pytest
from hypothesis import given, settings

from prov4ml_validators.prov_constraints.ruleset import ALL

from .compare import differences
from .naive import Naive, Statement
from .random_documents import documents


@pytest.mark.slow_proof
@given(documents())
@settings(max_examples=300, deadline=None)
def test_both_agree(document: tuple[list[Statement], list[str]]) -> None:
    assert differences(*document) == []


DERIVED: list[Statement] = [
    ("entity", "e1", ()),
    ("entity", "e2", ()),
    ("wasDerivedFrom", None, ("e2", "e1", None, None, None)),
]


def test_the_comparison_sees_a_difference() -> None:
    assert differences(DERIVED, []) == []
    assert differences(DERIVED, [], ALL.without("c36")) == []  # no named event
    generated: list[Statement] = [("wasGeneratedBy", f"g{one}", (f"e{one}", None, None)) for one in (1, 2)]
    assert differences([*DERIVED, *generated], [], ALL.without("c42")) == [
        "order of ('generation g1', 'generation g2'): None, and by the text <"
    ]


def test_the_literal_one_by_itself() -> None:
    circle: Statement = ("wasDerivedFrom", None, ("e1", "e2", None, None, None))
    assert Naive(DERIVED).valid
    assert Naive([*DERIVED, circle]).broken == {42}
    assert Naive([("used", "u", ("a1", "e1", None)), ("used", "u", ("a1", "e2", None))]).failed == 23
    assert Naive([("entity", "x", ()), ("activity", "x", (None, None))]).broken == {55}
    assert Naive([("hadMember", None, ("c", "e"))], empty=["c"]).broken == {56}
