"""Types and impossibilities: constraints 50–56 (PROV-CONSTRAINTS, sections 6.3, 6.4), and PROV-LINKS."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from .graph import strongly_connected
from .ruleset import ACTIVITY, AGENT, ENTITY, TYPES, Ruleset
from .statements import ACTIVITY as BY_ACTIVITY
from .statements import GENERATION, OBJECTS, USAGE, Instance, Statement
from .terms import PLACEHOLDER
from .unification import DISJOINT, Unification

_NAMES = {ENTITY: "entity", ACTIVITY: "activity", AGENT: "agent"}


class Violation(NamedTuple):
    """One impossibility: the constraint, the statements that make it up, and a sentence."""

    rule: str
    statements: tuple[Statement, ...]
    message: str


class Types:
    """What each term is.

    Attributes:
        of: by term, the sum of ENTITY, ACTIVITY and AGENT.
        empty_collections: terms of the type prov:EmptyCollection, also by inference 21, and a statement each.
        described: terms for which entity(e) holds, also by inference 21, in the order found.
    """

    def __init__(self, instance: Instance, ruleset: Ruleset) -> None:
        self.of = bytearray(len(instance.terms.parent))
        self.described: dict[int, Statement] = {}
        self.empty_collections: dict[int, Statement] = {}
        for kind, mask in (("entity", ENTITY), ("activity", ACTIVITY), ("agent", AGENT)):
            if f"c50.{kind}" in ruleset:
                for statement in instance.statements[kind]:
                    self.of[statement.id] |= mask
        for kind, positions in TYPES.items():
            for position, mask in positions:
                if f"c50.{kind}.{position}" in ruleset:
                    for statement in instance.statements[kind]:
                        self.of[statement.args[position]] |= mask
        # The plan, the activity of a derivation and the like may be the placeholder, which is nothing.
        self.of[PLACEHOLDER] = 0
        for statement in instance.statements["entity"]:
            self.described.setdefault(statement.id, statement)
            if "c50.empty" in ruleset and statement.id in instance.empty_collections:
                self.empty_collections.setdefault(statement.id, statement)
        if "i21" in ruleset:
            self._specialize(instance)

    def _specialize(self, instance: Instance) -> None:
        """Inference 21: a specific entity has all attributes of the general one, its type among them."""
        specific_of: dict[int, list[Statement]] = {}
        for statement in instance.statements["specializationOf"]:
            specific_of.setdefault(statement.args[1], []).append(statement)
        for reached in (self.described, self.empty_collections):
            waiting = [term for term in reached if term in specific_of]
            while waiting:
                for statement in specific_of.get(waiting.pop(), ()):
                    specific = statement.args[0]
                    if specific not in reached:
                        reached[specific] = statement
                        waiting.append(specific)


def find_impossible(
    instance: Instance, unification: Unification, types: Types, ruleset: Ruleset
) -> Iterator[Violation]:
    """Yield what cannot be: constraints 51–56, and two mentions of PROV-LINKS."""
    yield from _unspecified_derivations(instance, ruleset)
    if "c52" in ruleset:
        yield from _reflexive_specializations(instance, ruleset)
    yield from _shared_identifiers(instance, unification, ruleset)
    if "c55" in ruleset:
        yield from _entities_and_activities(instance, types)
    if "c56" in ruleset:
        for statement in instance.statements["hadMember"]:
            empty = types.empty_collections.get(statement.args[0])
            if empty is not None:
                name = instance.terms.show(statement.args[0])
                yield Violation("c56", (statement, empty), f"{name} is an empty collection and has a member")
    if "unique-mention" in ruleset:
        yield from _several_mentions(instance)


def _several_mentions(instance: Instance) -> Iterator[Violation]:
    first: dict[int, Statement] = {}
    show = instance.terms.show
    for statement in instance.statements["mentionOf"]:
        other = first.setdefault(statement.args[0], statement)
        if other.args != statement.args:
            one, two = (
                f"{show(general)} in {show(bundle)}" for _, general, bundle in (other.args, statement.args)
            )
            message = f"{show(statement.args[0])} mentions {one} and {two}"
            yield Violation("unique-mention", (other, statement), message)


def _unspecified_derivations(instance: Instance, ruleset: Ruleset) -> Iterator[Violation]:
    for statement in instance.statements["wasDerivedFrom"]:
        if statement.args[BY_ACTIVITY] != PLACEHOLDER:
            continue
        for position, what in ((GENERATION, "generation"), (USAGE, "usage")):
            if statement.args[position] != PLACEHOLDER and f"c51.{what}" in ruleset:
                message = f"a derivation names its {what} and not the activity"
                yield Violation("c51", (statement,), message)


def _reflexive_specializations(instance: Instance, ruleset: Ruleset) -> Iterator[Violation]:
    """Inference 19 closes specialization; an entity that the closure makes its own is on a cycle."""
    number: dict[int, int] = {}
    edges: list[list[int]] = []
    by_edge: dict[tuple[int, int], Statement] = {}
    show = instance.terms.show
    for statement in instance.statements["specializationOf"]:
        specific, general = statement.args
        if specific == general:
            yield Violation("c52", (statement,), f"{show(specific)} is a specialization of itself")
            continue
        for term in (specific, general):
            if term not in number:
                number[term] = len(edges)
                edges.append([])
        edges[number[specific]].append(number[general])
        by_edge[specific, general] = statement
    if "i19" not in ruleset:
        return
    terms = list(number)
    for component in strongly_connected(edges):
        if len(component) > 1:
            cycle = [terms[node] for node in shortest_cycle(edges, component)]
            statements = tuple(by_edge[pair] for pair in pairwise(cycle))
            chain = ", which is a specialization of ".join(show(term) for term in cycle)
            yield Violation("c52", statements, chain)


def shortest_cycle(edges: list[list[int]], component: list[int]) -> list[int]:
    """Return a shortest cycle through the first node of a component, that node at both ends."""
    inside = set(component)
    start = component[0]
    before = {start: -1}
    waiting = [start]
    for node in waiting:
        for after in edges[node]:
            if after == start:
                path = [start]
                while node != -1:
                    path.append(node)
                    node = before[node]
                return path[::-1]
            if after in inside and after not in before:
                before[after] = node
                waiting.append(after)
    return [start]


def _shared_identifiers(
    instance: Instance, unification: Unification, ruleset: Ruleset
) -> Iterator[Violation]:
    show = instance.terms.show
    if "c53" in ruleset:
        for term, kinds in unification.relations.items():
            if len(kinds) > 1:
                statements = [one for kind, one in kinds.items() if kind in DISJOINT]
                for other in statements[1:]:
                    message = f"{show(term)} identifies {statements[0].kind} and {other.kind}"
                    yield Violation("c53", (statements[0], other), message)
    if "c54" in ruleset:
        for kind in sorted(OBJECTS):
            for statement in instance.statements[kind]:
                for relation in unification.relations.get(statement.id, {}).values():
                    message = f"{show(statement.id)} identifies an {kind} and {relation.kind}"
                    yield Violation("c54", (statement, relation), message)


def _entities_and_activities(instance: Instance, types: Types) -> Iterator[Violation]:
    both = {term for term, mask in enumerate(types.of) if mask & (ENTITY | ACTIVITY) == ENTITY | ACTIVITY}
    if not both:
        return
    evidence: dict[tuple[int, int], Statement] = {}
    for kind, mask in (("entity", ENTITY), ("activity", ACTIVITY)):
        for statement in instance.statements[kind]:
            if statement.id in both:
                evidence.setdefault((statement.id, mask), statement)
    for kind, positions in TYPES.items():
        for statement in instance.statements[kind]:
            for position, mask in positions:
                if statement.args[position] in both:
                    evidence.setdefault((statement.args[position], mask), statement)
    for term in sorted(both):
        one, other = (evidence.get((term, mask)) for mask in (ENTITY, ACTIVITY))
        reasons = ", and is ".join(
            f"declared an {_NAMES[mask]}" if reason.kind in OBJECTS else f"an {_NAMES[mask]} in {reason.kind}"
            for mask, reason in ((ENTITY, one), (ACTIVITY, other))
            if reason is not None
        )
        found = tuple(reason for reason in (one, other) if reason is not None)
        yield Violation("c55", found, f"{instance.terms.show(term)} is {reasons}")
