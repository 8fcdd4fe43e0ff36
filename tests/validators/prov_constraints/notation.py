"""Documents in a notation like PROV-N, so that a case can be read beside the Recommendation.

`wasGeneratedBy(g1; e1, a1, -)`: identifier before the semicolon or none, arguments in the order of PROV-DM,
`-` or nothing for one that is left out. `entity(e1, empty)` is an empty collection.
"""

import re
from typing import Any

from prov4ml_validators.prov_constraints.check import Judged, check_constraints
from prov4ml_validators.prov_constraints.events import Event
from prov4ml_validators.prov_constraints.order import EventOrder
from prov4ml_validators.prov_constraints.ruleset import ALL, Ruleset
from prov4ml_validators.prov_constraints.statements import ROLES, WITHOUT_IDENTIFIER
from prov4ml_validators.prov_json.names import scopes
from prov4ml_validators.prov_json.records import Scope
from prov4ml_validators.report import Severity

Json = dict[str, Any]
_STATEMENT = re.compile(r"(\w+)\((?:([^;()]*);)?([^()]*)\)")
EMPTY = {"$": "prov:EmptyCollection", "type": "prov:QUALIFIED_NAME"}


def document(text: str) -> Json:
    made: Json = {"prefix": {"ex": "http://example.org/"}}
    for number, (kind, name, written) in enumerate(_STATEMENT.findall(text)):
        args = [one.strip() for one in written.split(",")]
        if kind in ("entity", "activity", "agent"):
            name = args.pop(0)
        body = {}
        for role, value in zip(ROLES[kind], args, strict=False):
            if value not in ("", "-"):
                body[role.key] = value if role.holds == "time" else f"ex:{value}"
        if "empty" in args:
            body["prov:type"] = EMPTY  # type: ignore[assignment]
        nameless = not name.strip() or kind in WITHOUT_IDENTIFIER
        key = f"_:n{number}" if nameless else f"ex:{name.strip()}"
        made.setdefault(kind, {}).setdefault(key, []).append(body)
    return made


def scope_of(made: Json | str) -> Scope:
    return next(iter(scopes(document(made) if isinstance(made, str) else made)))


def broken(made: Json | str, ruleset: Ruleset = ALL) -> set[str]:
    """The constraints that a document breaks, such as `c42`."""
    found = check_constraints(scope_of(made), ruleset)
    return {one.rule.rpartition("/")[2] for one in found if one.severity is Severity.MUST}


Derived = dict[tuple[str, str], str]


def named_steps(made: Json | str, ruleset: Ruleset = ALL) -> dict[tuple[str, str, str], bool]:
    """The steps between events, each with the name of its ordering, to whether it is strict.

    An event is told by its identifier where it has one, else by what happens and the entity or activity, and
    by both in a usage.
    """
    judged = Judged(scope_of(made), ruleset)
    show, label = judged.terms.show, judged.terms.label

    def words(event: Event) -> str:
        identifier = judged.terms.find(event.statement.id)
        if label[identifier] is not None and not event.inferred:
            return show(identifier).removeprefix("ex:")
        by = f" by {show(event.other).removeprefix('ex:')}" if event.what == "usage" else ""
        return f"{event.what} {show(event.subject).removeprefix('ex:')}{by}"

    order = EventOrder(judged.events, judged.terms, ruleset)
    return {
        (step.ordering.name, words(step.before), words(step.after)): step.ordering.strict
        for step in order.steps()
    }


def derived_order(made: Json | str, ruleset: Ruleset = ALL) -> Derived:
    """All that follows from the steps: pairs of events to `<=` or `<`."""
    reached: Derived = {}
    for (_, *pair), strict in named_steps(made, ruleset).items():
        before, after = pair
        if strict or (before, after) not in reached:
            reached[before, after] = "<" if strict else "<="
    changed = True
    while changed:
        changed = False
        for (one, two), first in list(reached.items()):
            for (three, four), second in list(reached.items()):
                if two == three:
                    how = "<" if "<" in (first, second) else "<="
                    if reached.get((one, four)) not in (how, "<"):
                        reached[one, four] = how
                        changed = True
    return reached
