"""Types, and the short form of the mutation proof."""

import pytest

from prov4ml_validators.prov_constraints.ruleset import Ruleset

from .mutation import EQUIVALENT, mutants, noticing
from .types import TYPES_OF, types_of


@pytest.mark.parametrize(("text", "types"), TYPES_OF)
def test_types(text: str, types: dict[str, str]) -> None:
    assert types_of(text) == types


@pytest.mark.slow_proof
@pytest.mark.parametrize(("name", "ruleset"), list(mutants()), ids=[name for name, _ in mutants()])
def test_every_mutant_is_noticed(name: str, ruleset: Ruleset) -> None:
    noticed = next(noticing(ruleset), None)
    assert (noticed is None) == (name in EQUIVALENT)
