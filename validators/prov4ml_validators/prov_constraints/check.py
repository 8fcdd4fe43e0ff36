"""The checks of one document or bundle, as findings."""

from collections.abc import Iterator

from ..collector import without_collector
from ..json_text import shorten
from ..prov_json.records import Scope
from ..report import Finding, Location
from .events import Event, Events
from .order import EventOrder, Step
from .registry import RULES, TIME_ORDER, UNIQUE_MENTION
from .ruleset import ALL, Ruleset
from .statements import Instance, Statement
from .terms import Terms
from .typing_rules import Types, find_impossible
from .unification import Conflict, Unification

_SHOWN = 6
"""So many records are listed by their place in one message; a cycle's words are never cut."""

_RELATED = (
    "wasInformedBy",
    "wasDerivedFrom",
    "specializationOf",
    "wasAssociatedWith",
    "wasAttributedTo",
    "actedOnBehalfOf",
)


class Judged:
    """An instance in normal form with all that follows from it."""

    def __init__(self, scope: Scope, ruleset: Ruleset = ALL) -> None:
        with without_collector():
            self.instance = Instance(scope)
            self.terms: Terms = self.instance.terms
            self.unification = Unification(self.instance, ruleset)
            self.types = Types(self.instance, ruleset)
            self.impossible = list(find_impossible(self.instance, self.unification, self.types, ruleset))
            self.events = Events(self.instance, self.unification, self.types, ruleset)
            self.order = EventOrder(self.events, self.terms, ruleset)


def check_constraints(scope: Scope, ruleset: Ruleset = ALL) -> Iterator[Finding]:
    """Yield what breaks PROV-CONSTRAINTS in a document, its bundles left out, or in one bundle.

    The cost grows linearly with the records (uniqueness: n log n). No finding means valid in the sense of the
    Recommendation, section 6.1; times that contradict the order are findings of a lower severity, as it does
    not compare times.

    Args:
        scope: the document or bundle.
        ruleset: what is applied; only a proof leaves anything out.
    """
    judged = Judged(scope, ruleset)
    for conflict in judged.unification.conflicts:
        yield _conflict(conflict)
    for violation in judged.impossible:
        broken = UNIQUE_MENTION if violation.rule == "unique-mention" else RULES[violation.rule]
        yield broken.finding(
            _with_places(violation.message, violation.statements), _location(violation.statements)
        )
    words = _Words(judged)
    for cycle in judged.order.strict_cycles():
        yield words.cycle(cycle)
    for late, early, constraints, more in judged.order.contradicted_times():
        finding = words.times(late, early, constraints, more)
        if finding is not None:
            yield finding


def _location(statements: tuple[Statement, ...]) -> Location:
    return Location(pointer=statements[0].record.pointer)


def _with_places(message: str, statements: tuple[Statement, ...]) -> str:
    places = list(dict.fromkeys(statement.record.pointer for statement in statements))
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    return f"{message} ({', '.join(places[:_SHOWN])}{more})"


def _conflict(conflict: Conflict) -> Finding:
    first, second = conflict.first, conflict.second
    differences = " and the ".join(
        f"{what} {_value(one)} and {_value(other)}" for what, one, other in conflict.differences
    )
    if conflict.rule in ("c22", "c23") and first.kind == second.kind:
        message = f"{first.record.name} is stated twice, with the {differences}"
    elif conflict.rule == "c23":
        kinds = f"{first.kind} and {second.kind}"
        message = f"{first.record.name} identifies {kinds}, both of them an influence, with the {differences}"
    elif conflict.rule in ("c28", "c29"):
        message = f"{first.record.name} has the {differences}"
    else:
        message = f"one {first.kind}, by its arguments, has the {differences}"
    return RULES[conflict.rule].finding(_with_places(message, (first, second)), _location((second,)))


def _value(shown: str) -> str:
    return "none" if shown == "-" else shorten(shown)


class _Words:
    """Cycles and contradictions of times in words."""

    def __init__(self, judged: Judged) -> None:
        self._judged = judged
        self._relations: dict[frozenset[int], list[Statement]] | None = None

    def cycle(self, steps: list[Step]) -> Finding:
        """Return the finding on a cycle with a strict step, the first of `steps`."""
        parts = [self._event(steps[0].before)]
        statements: list[Statement] = []
        for step in steps:
            how = "strictly precedes" if step.ordering.strict else "precedes"
            which = "which " if len(parts) > 1 else ""
            parts.append(f"{which}{how} {self._event(step.after)} ({step.ordering.constraint})")
            statements += self._evidence(step)
        message = f"{parts[0]} {', '.join(parts[1:])}: no event strictly precedes itself"
        found = tuple(statements)
        return RULES["c42"].finding(_with_places(message, found), _location(found))

    def times(self, late: Event, early: Event, constraints: tuple[str, ...], more: int) -> Finding | None:
        """Return the finding on two times; None for the two of one activity: they have their own rule."""
        own_times = late.what == "start" and early.what == "end" and late.subject == early.subject
        if own_times and late.inferred == early.inferred == 8:
            return None
        by = f"by {', '.join(constraints)} " if constraints else ""
        message = (
            f"{self._event(late)} is at {self._judged.terms.show(late.time)}, but {by}it precedes"
            f" {self._event(early)}, which is at {self._judged.terms.show(early.time)}"
        )
        if more:
            message += f", and {more} more event{'s' if more > 1 else ''} with an earlier time"
        statements = (early.statement, late.statement)
        return TIME_ORDER.finding(_with_places(message, statements), _location(statements))

    def _event(self, event: Event) -> str:
        show, label = self._judged.terms.show, self._judged.terms.label
        named = "" if event.inferred or label[event.statement.id] is None else f" {show(event.statement.id)}"
        text = f"the {event.what}{named} of {show(event.subject)}"
        by = {"generation": " by ", "usage": " by ", "invalidation": " by "}.get(event.what)
        if by is not None and label[self._judged.terms.find(event.other)] is not None:
            text += by + show(event.other)
        return text

    def _evidence(self, step: Step) -> list[Statement]:
        """Return the relation that a step comes from, where there is one, and those of both events."""
        if self._relations is None:
            self._relations = {}
            for kind in _RELATED:
                for statement in self._judged.instance.statements[kind]:
                    self._relations.setdefault(frozenset(statement.args[:2]), []).append(statement)
        between = frozenset((step.before.subject, step.after.subject))
        return [*self._relations.get(between, [])[:1], step.before.statement, step.after.statement]
