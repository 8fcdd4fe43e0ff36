"""The derived order of events, whole, for each ordering constraint and each inference that makes events."""

import pytest

from prov4ml_validators.prov_constraints.ruleset import ORDERINGS

from .notation import derived_order, named_steps
from .orders import INFORMED, ORDERS, expected


@pytest.mark.parametrize(
    ("text", "order"), [one[1:] for one in ORDERS], ids=[f"{one[0]}-{n}" for n, one in enumerate(ORDERS)]
)
def test_derived_order(text: str, order: str) -> None:
    assert derived_order(text) == expected(order)


def test_every_ordering_is_told() -> None:
    assert {one.name for one in ORDERINGS} <= {one[0] for one in ORDERS}


def test_the_step_of_constraint_35() -> None:
    assert named_steps(INFORMED)["c35", "s", "x"] is False
