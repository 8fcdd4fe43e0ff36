"""The validator against the literal one: verdict, constraints, types and the whole order of named events.

`python -m tests.validators.prov_constraints.compare --examples 20000` is the long form; it prints how the
documents divide, so that one can see that each constraint was put to the test.
"""

import argparse
import sys
from collections import Counter
from itertools import product

from hypothesis import HealthCheck, Phase, given, seed, settings

from prov4ml_validators.prov_constraints.check import Judged, check_constraints
from prov4ml_validators.prov_constraints.order import EventOrder
from prov4ml_validators.prov_constraints.ruleset import ACTIVITY, AGENT, ALL, ENTITY, Ruleset
from prov4ml_validators.report import Severity

from .naive import Naive, Statement
from .notation import scope_of
from .random_documents import as_prov_json, documents

_BITS = {"entity": ENTITY, "activity": ACTIVITY, "agent": AGENT}
_EVENTS = ("wasGeneratedBy", "used", "wasInvalidatedBy", "wasStartedBy", "wasEndedBy")
Order = dict[tuple[str, str], str]


def differences(made: list[Statement], empty: list[str], ruleset: Ruleset = ALL) -> list[str]:
    """Return in what the two differ on a document; nothing if they agree."""
    return _differences(Naive(made, empty), made, empty, ruleset)


def _differences(naive: Naive, made: list[Statement], empty: list[str], ruleset: Ruleset) -> list[str]:
    scope = scope_of(as_prov_json(made, empty))
    broken = {
        int(one.rule.rpartition("/c")[2])
        for one in check_constraints(scope, ruleset)
        if one.severity is Severity.MUST
    }
    if naive.failed is not None:
        if min(broken, default=99) > 29 and 53 not in broken:
            return [f"unification fails by {naive.failed}, not found among {sorted(broken)}"]
        return []
    if 53 in broken and 53 in naive.broken:
        return []  # the validator leaves it at that, and makes no influence of the two by 15
    if broken != naive.broken:
        return [f"broken: {sorted(broken)}, and by the text {sorted(naive.broken)}"]
    judged = Judged(scope, ruleset)
    found = []
    types, expected_types = _types(judged), _expected_types(naive)
    if types != expected_types:
        found.append(f"types: {types}, and by the text {expected_types}")
    order, expected = _order(judged, ruleset), _expected_order(naive)
    return found + [
        f"order of {pair}: {order.get(pair)}, and by the text {expected.get(pair)}"
        for pair in sorted(order.keys() | expected.keys())
        if order.get(pair) != expected.get(pair)
    ]


def _types(judged: Judged) -> dict[str, int]:
    return {
        name.removeprefix("ex:"): judged.types.of[term]
        for term, name in enumerate(judged.terms.label)
        if name is not None and term < len(judged.types.of) and judged.types.of[term]
    }


def _expected_types(naive: Naive) -> dict[str, int]:
    expected = {
        name: sum(bit for kind, bit in _BITS.items() if kind in kinds)
        for name, kinds in naive.types.items()
        if isinstance(name, str)
    }
    return {name: bits for name, bits in expected.items() if bits}


def _order(judged: Judged, ruleset: Ruleset) -> Order:
    """The closure of the steps, of the events with a name in the document."""
    events = judged.events.events
    number = {id(event): position for position, event in enumerate(events)}
    reached: dict[tuple[int, int], bool] = {}
    for step in EventOrder(judged.events, judged.terms, ruleset).steps():
        pair = number[id(step.before)], number[id(step.after)]
        reached[pair] = reached.get(pair, False) or step.ordering.strict
    nodes = {node for pair in reached for node in pair}
    size = -1
    while size != (size := len(reached) + sum(reached.values())):
        for middle, before, after in product(nodes, repeat=3):
            first, second = reached.get((before, middle)), reached.get((middle, after))
            if first is not None and second is not None:
                reached[before, after] = reached.get((before, after), False) or first or second
    names: dict[int, str] = {}
    for position, event in enumerate(events):
        label = judged.terms.label[judged.terms.find(event.statement.id)]
        if label is not None and event.inferred in (0, 11) and event.statement.kind in _EVENTS:
            names[position] = f"{event.what} {label.removeprefix('ex:')}"
    return {
        (names[before], names[after]): "<" if strict else "<="
        for (before, after), strict in reached.items()
        if before in names and after in names and before != after
    }


def _expected_order(naive: Naive) -> Order:
    what = dict(zip(_EVENTS, ("generation", "usage", "invalidation", "start", "end"), strict=True))
    names = {
        fact[1]: f"{what[str(fact[0])]} {fact[1]}"
        for fact in naive.facts
        if fact[0] in _EVENTS and isinstance(fact[1], str)
    }
    return {
        (names[before], names[after]): how
        for (before, after), how in naive.order.items()
        if before in names and after in names and before != after
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    divided: Counter[str] = Counter()

    @seed(arguments.seed)
    @settings(
        max_examples=arguments.examples,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(documents())
    def agree(document: tuple[list[Statement], list[str]]) -> None:
        made, empty = document
        naive = Naive(made, empty)
        assert _differences(naive, made, empty, ALL) == []
        if naive.valid:
            ordered = any(one != other for one, other in naive.order)
            divided["valid, with an order of events" if ordered else "valid"] += 1
        elif naive.failed is not None:
            divided[f"invalid by {naive.failed}"] += 1
        else:
            divided["invalid by " + ", ".join(map(str, sorted(naive.broken)))] += 1

    agree()
    print(f"{sum(divided.values())} documents, and on each both agree:")
    for what, times in divided.most_common():
        print(f"{times:8}  {what}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
