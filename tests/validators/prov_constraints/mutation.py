"""The proof that the tests notice every rule: each is left out, turned around, relaxed or made strict.

`python -m tests.validators.prov_constraints.mutation` prints the table and fails if a mutant survives.
"""

import sys
from collections.abc import Iterator

from prov4ml_validators.prov_constraints.ruleset import (
    ALL,
    IMPOSSIBLE,
    INFERENCES,
    KEYS,
    ORDERINGS,
    TYPING,
    UNIQUE,
    Ruleset,
)

from .cases import CASES
from .notation import broken, derived_order, named_steps
from .orders import INFORMED, ORDERS, expected
from .types import TYPES_OF, types_of

EQUIVALENT = {
    f"{name}, turned around": "its events precede each other both ways"
    for name in ("c31", "c32", "c39", "c40")
}
"""Mutants that are no other rule, and why."""


def mutants() -> Iterator[tuple[str, Ruleset]]:
    """Every rule set that differs from the Recommendation's in one rule."""
    for name in (*INFERENCES, *KEYS, *UNIQUE, *TYPING, *IMPOSSIBLE):
        yield f"{name}, left out", ALL.without(name)
    for ordering in ORDERINGS:
        yield f"{ordering.name}, left out", ALL.without(ordering.name)
        yield f"{ordering.name}, turned around", ALL.changed(ordering.name, reverse=True)
        how = "relaxed" if ordering.strict else "made strict"
        yield f"{ordering.name}, {how}", ALL.changed(ordering.name, strict=not ordering.strict)


def noticing(ruleset: Ruleset) -> Iterator[str]:
    """The tests that fail with a rule set."""
    for name, breaks, text in CASES:
        if broken(text, ruleset) != breaks:
            yield name
    for number, (name, text, order) in enumerate(ORDERS):
        if derived_order(text, ruleset) != expected(order):
            yield f"order {name}-{number}"
    if ("c35", "s", "x") not in named_steps(INFORMED, ruleset):
        yield "the step of constraint 35"
    for text, types in TYPES_OF:
        if types_of(text, ruleset) != types:
            yield f"types of {text}"


def main() -> int:
    survivors = 0
    for name, ruleset in mutants():
        failed = list(noticing(ruleset))
        if failed:
            result = f"{len(failed)} fail, first: {failed[0]}"
        elif name in EQUIVALENT:
            result = f"the same rule: {EQUIVALENT[name]}"
        else:
            survivors += 1
            result = "SURVIVES"
        print(f"{name:32} {result}")
    print(f"{survivors} survive")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
