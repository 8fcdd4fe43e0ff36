"""Key and uniqueness constraints 22–29 by unification of terms (PROV-CONSTRAINTS, sections 5.1 and 6.1).

Statements that have to be one are made one: an existential variable becomes equal to what stands in its
place, two different constants are a conflict. What a variable becomes may bring other statements together, so
each variable knows the statements that it identifies, and these are looked at again: the cost is n log n.
"""

from collections import defaultdict, deque
from typing import NamedTuple

from .ruleset import Ruleset
from .statements import OBJECTS, ROLES, WITHOUT_IDENTIFIER, Instance, Statement
from .terms import PLACEHOLDER

_UNIQUE = {
    "wasGeneratedBy": ("c24", 0, 1),
    "wasInvalidatedBy": ("c25", 0, 1),
    "wasStartedBy": ("c26", 0, 2),
    "wasEndedBy": ("c27", 0, 2),
}
"""Which two arguments determine the event: entity and activity, activity and starter or ender."""

DISJOINT = frozenset(
    {
        "used",
        "wasGeneratedBy",
        "wasInvalidatedBy",
        "wasStartedBy",
        "wasEndedBy",
        "wasInformedBy",
        "wasAttributedTo",
        "wasAssociatedWith",
        "actedOnBehalfOf",
    }
)
"""The relations of which no two share an identifier (constraint 53)."""


class Conflict(NamedTuple):
    """Two statements that have to be one and are not: the rule, both, and for what differs both values."""

    rule: str
    first: Statement
    second: Statement
    differences: tuple[tuple[str, str, str], ...]


class Unification:
    """The statements of an instance brought to normal form.

    Attributes:
        conflicts: where it failed.
        relations: by identifier, the first statement of each kind that has it.
        activities: by identifier, the first statement of each activity.
    """

    def __init__(self, instance: Instance, ruleset: Ruleset) -> None:
        self.conflicts: list[Conflict] = []
        self.relations: dict[int, dict[str, Statement]] = {}
        self.activities: dict[int, Statement] = {}
        self._terms = instance.terms
        self._ruleset = ruleset
        self._reported: set[tuple[str, int, int]] = set()
        self._by_id: dict[int, Statement] = {}
        self._by_key: dict[tuple[str, int, int], Statement] = {}
        self._watching: defaultdict[int, list[Statement]] = defaultdict(list)
        self._again: deque[Statement] = deque()
        if "i11" in ruleset:
            _infer_usage_and_generation(instance)
        if "mention-specialization" in ruleset:
            _infer_specializations(instance)
        self._merge_objects(instance)
        for kind, statements in instance.statements.items():
            if kind not in WITHOUT_IDENTIFIER and kind not in OBJECTS:
                for statement in statements:
                    self._watch(statement)
                    self._place(statement)
        while self._again:
            self._place(self._again.popleft())
        self._unify_times(instance)
        if self._terms.unified:
            _resolve(instance)
        self._collect_relations(instance)

    def _merge_objects(self, instance: Instance) -> None:
        for statement in instance.statements["activity"]:
            first = self.activities.setdefault(statement.id, statement)
            if first is not statement and "c22" in self._ruleset:
                self._merge("c22", first, statement)

    def _watch(self, statement: Statement) -> None:
        label, find = self._terms.label, self._terms.find
        if label[statement.id] is None:
            self._watching[find(statement.id)].append(statement)
        unique = _UNIQUE.get(statement.kind)
        if unique is not None:
            for position in unique[1:]:
                term = find(statement.args[position])
                if label[term] is None:
                    self._watching[term].append(statement)

    def _place(self, statement: Statement) -> None:
        """Look for statements that this one has to be equal to, and make it so."""
        find = self._terms.find
        kind = statement.kind
        root = find(statement.id)
        first = self._by_id.setdefault(root, statement)
        if first is not statement:
            if first.kind == kind:
                self._merge_keys(first, statement)
            else:
                same = self.relations.setdefault(root, {first.kind: first})
                other = same.setdefault(kind, statement)
                if other is not statement:
                    self._merge_keys(other, statement)
                elif "i15" in self._ruleset and not {kind, first.kind} <= DISJOINT:
                    self._merge_influences(first, statement)
        unique = _UNIQUE.get(kind)
        if unique is not None and unique[0] in self._ruleset:
            rule, one, two = unique
            key = (kind, find(statement.args[one]), find(statement.args[two]))
            first = self._by_key.setdefault(key, statement)
            if first is not statement and not self._unify(first.id, statement.id):
                self._report(rule, first, statement, [("identifier", first.id, statement.id)])

    def _merge_keys(self, first: Statement, second: Statement) -> None:
        if f"c23.{first.kind}" in self._ruleset:
            self._merge("c23", first, second)

    def _merge(self, rule: str, first: Statement, second: Statement) -> None:
        """Make all arguments of two statements of one kind equal."""
        differences = [
            (role.key.removeprefix("prov:"), one, other)
            for role, one, other in zip(ROLES[first.kind], first.args, second.args, strict=True)
            if not self._unify(one, other)
        ]
        self._report(rule, first, second, differences)

    def _merge_influences(self, first: Statement, second: Statement) -> None:
        """By inference 15 both are wasInfluencedBy with this identifier, its key by constraint 23."""
        pairs = zip(("influencee", "influencer"), first.args[:2], second.args[:2], strict=True)
        self._report("c23", first, second, [pair for pair in pairs if not self._unify(*pair[1:])])

    def _report(
        self, rule: str, first: Statement, second: Statement, differences: list[tuple[str, int, int]]
    ) -> None:
        # A statement is placed again whenever a variable of it becomes known; a conflict is one all the same.
        seen = (rule, id(first), id(second))
        if differences and seen not in self._reported:
            self._reported.add(seen)
            show = self._terms.show
            shown = tuple((what, show(one), show(other)) for what, one, other in differences)
            self.conflicts.append(Conflict(rule, first, second, shown))

    def _unify(self, one: int, other: int) -> bool:
        """Make two terms equal; False if they are different constants, or a name would be the placeholder."""
        terms = self._terms
        one, other = terms.find(one), terms.find(other)
        if one == other:
            return True
        if terms.label[one] is not None:
            one, other = other, one
        if terms.label[one] is not None or other == PLACEHOLDER:
            return False
        if terms.label[other] is None:
            fewer = len(self._watching.get(one, ())) <= len(self._watching.get(other, ()))
            one, other = (one, other) if fewer else (other, one)
        terms.parent[one] = other
        terms.unified = True
        moved = self._watching.pop(one, None)
        if moved:
            self._again.extend(moved)
            if terms.label[other] is None:
                self._watching[other].extend(moved)
        return True

    def _unify_times(self, instance: Instance) -> None:
        """Constraints 28 and 29: an activity's times are those of all its starts and ends."""
        for rule, kind, position in (("c28", "wasStartedBy", 0), ("c29", "wasEndedBy", 1)):
            if rule not in self._ruleset:
                continue
            for event in instance.statements[kind]:
                activity = self.activities.get(self._terms.find(event.args[0]))
                if activity is None:
                    continue
                one, other = activity.args[position], event.args[3]
                if not self._unify(one, other):
                    what = ROLES["activity"][position].key.removeprefix("prov:")
                    self._report(rule, activity, event, [(what, one, other)])

    def _collect_relations(self, instance: Instance) -> None:
        """Leave in `relations` what has one identifier at the end, for the constraints on identifiers."""
        found: dict[int, dict[str, Statement]] = {}
        label = self._terms.label
        for kind, statements in instance.statements.items():
            if kind in WITHOUT_IDENTIFIER or kind in OBJECTS:
                continue
            for statement in statements:
                if label[statement.id] is not None:
                    found.setdefault(statement.id, {}).setdefault(kind, statement)
        self.relations = found


def _infer_usage_and_generation(instance: Instance) -> None:
    """Inference 11: a derivation by an activity has a usage and a generation, by the identifiers it names."""
    terms = instance.terms
    for derivation in instance.statements["wasDerivedFrom"]:
        generated, used, activity, generation, usage = derivation.args
        if PLACEHOLDER in (activity, generation, usage):
            continue
        instance.statements["used"].append(
            Statement("used", usage, [activity, used, terms.variable()], derivation.record, 11)
        )
        instance.statements["wasGeneratedBy"].append(
            Statement(
                "wasGeneratedBy", generation, [generated, activity, terms.variable()], derivation.record, 11
            )
        )


def _infer_specializations(instance: Instance) -> None:
    """PROV-LINKS, section 3: what mentions an entity is a specialization of it."""
    for mention in instance.statements["mentionOf"]:
        instance.statements["specializationOf"].append(
            Statement("specializationOf", instance.terms.variable(), mention.args[:2], mention.record)
        )


def _resolve(instance: Instance) -> None:
    """Write in every statement the terms that stand for their classes."""
    find = instance.terms.find
    for statements in instance.statements.values():
        for statement in statements:
            statement.id = find(statement.id)
            statement.args = [find(term) for term in statement.args]
