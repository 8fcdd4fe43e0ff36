"""PROV-CONSTRAINTS once more: slow, small and literal, to hold the validator against.

Nothing here is shared with it. Statements are tuples in a set, `normalize` applies the inferences until they
add nothing and replaces terms one by one in the whole set; the order is closed over all triples of events.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, count, product

from . import naive_rules as text

Term = str | int
"""A name or a time, `-` for the placeholder, or the number of an existential variable."""

Fact = tuple[Term, ...]
"""A relation, its identifier where the Recommendation gives it one, and its arguments."""

Statement = tuple[str, str | None, tuple[str | None, ...]]
"""What a document says: kind, identifier and arguments, None where one is left out."""

_PART = re.compile(r"(\w+)\(([^)]*)\)|((?:\w+ )+)!= -")
Binding = dict[str, Term]


class Invalid(Exception):
    """Two terms that have to be equal are different."""


@dataclass(frozen=True)
class _Rule:
    number: int
    premises: tuple[tuple[str, ...], ...]
    named: tuple[str, ...]
    conclusion: str
    conclusions: tuple[tuple[str, ...], ...]


def _patterns(written: str) -> tuple[tuple[str, ...], ...]:
    found = []
    for relation, args, _ in _PART.findall(written):
        if relation:
            found.append((relation, *re.split(r"[;,]\s*", args)))
    return tuple(found)


def _rules(lines: str) -> list[_Rule]:
    rules = []
    for line in lines.strip().splitlines():
        number, _, rule = line.partition(": ")
        premise, _, conclusion = rule.partition(" => ")
        named = " ".join(names for _, _, names in _PART.findall(premise)).split()
        rules.append(_Rule(int(number), _patterns(premise), tuple(named), conclusion, _patterns(conclusion)))
    return rules


_INFERENCES, _UNIQUENESS, _ORDER = _rules(text.INFERENCES), _rules(text.UNIQUENESS), _rules(text.ORDER)
_TYPES, _IMPOSSIBLE = _rules(text.TYPES), _rules(text.IMPOSSIBLE)


def _match(pattern: tuple[str, ...], fact: Fact, binding: Binding) -> Binding | None:
    if pattern[0] != fact[0] or len(pattern) != len(fact):
        return None
    bound = dict(binding)
    for name, term in zip(pattern[1:], fact[1:], strict=True):
        if (name if name == "-" else bound.setdefault(name, term)) != term:
            return None
    return bound


def _matches(
    patterns: tuple[tuple[str, ...], ...], facts: dict[Term, list[Fact]], binding: Binding
) -> Iterator[Binding]:
    if not patterns:
        yield binding
        return
    for fact in facts.get(patterns[0][0], ()):
        bound = _match(patterns[0], fact, binding)
        if bound is not None:
            yield from _matches(patterns[1:], facts, bound)


class Naive:
    """The normal form of some statements and all that the constraints say of it.

    Attributes:
        failed: the constraint of 22–29 that cannot be satisfied, or None.
        broken: the constraints of 42 and 51–56 that the normal form breaks; empty where there is none.
        order: pairs of events to `<=` or `<`.
        types: names and variables to their types.
    """

    def __init__(self, statements: Iterable[Statement], empty: Iterable[str] = ()) -> None:
        self._fresh = count()
        self.facts: set[Fact] = {("empty", name) for name in empty}
        for kind, name, args in statements:
            self.facts.add(self._expand(kind, name, args))
        self.failed: int | None = None
        self.broken: set[int] = set()
        self.order: dict[tuple[Term, Term], str] = {}
        self.types: dict[Term, set[str]] = {}
        try:
            self._normalize()
        except Invalid as error:
            self.failed = error.args[0]
            return
        self._order()
        self._type()
        self._impossible()

    @property
    def valid(self) -> bool:
        return self.failed is None and not self.broken

    def _expand(self, kind: str, name: str | None, args: tuple[str | None, ...]) -> Fact:
        """Definitions 1 and 4."""
        terms: list[Term] = []
        for role, arg in zip(text.ARGUMENTS[kind].split(), args, strict=True):
            if arg is not None:
                terms.append(arg)
            elif role.endswith("-") or (
                kind == "wasDerivedFrom" and role in ("g?", "u?") and args[2] is None
            ):
                terms.append("-")
            else:
                terms.append(next(self._fresh))
        if kind in text.IDENTIFIED:
            return (kind, next(self._fresh) if name is None else name, *terms)
        return (kind, *terms) if name is None else (kind, name, *terms)

    def _by_relation(self) -> dict[Term, list[Fact]]:
        facts: dict[Term, list[Fact]] = {}
        for fact in self.facts:
            facts.setdefault(fact[0], []).append(fact)
        return facts

    def _holding(self, rules: list[_Rule]) -> Iterator[tuple[_Rule, Binding]]:
        facts = self._by_relation()
        for rule in rules:
            for binding in _matches(rule.premises, facts, {"-": "-"}):
                if "-" not in [binding[name] for name in rule.named]:
                    yield rule, binding

    def _normalize(self) -> None:
        changed = True
        while changed:
            changed = self._infer() or self._unify_keys() or self._unify_unique()

    def _infer(self) -> bool:
        """Apply each inference whose conclusion does not hold already."""
        changed = False
        for rule, binding in list(self._holding(_INFERENCES)):
            if next(_matches(rule.conclusions, self._by_relation(), binding), None) is None:
                for relation, *names in rule.conclusions:
                    for name in names:
                        if name not in binding:
                            binding[name] = next(self._fresh)
                    self.facts.add((relation, *(binding[name] for name in names)))
                changed = True
        return changed

    def _unify_keys(self) -> bool:
        for one, other in combinations(sorted(self.facts, key=str), 2):
            if one[:2] == other[:2] and (one[0] in text.IDENTIFIED or one[0] == "activity"):
                for first, second in zip(one[2:], other[2:], strict=True):
                    if first != second:
                        self._replace(first, second, 22 if one[0] == "activity" else 23)
                        return True
        return False

    def _unify_unique(self) -> bool:
        for rule, binding in self._holding(_UNIQUENESS):
            first, second = (binding[name] for name in rule.conclusion.split(" = "))
            if first != second:
                self._replace(first, second, rule.number)
                return True
        return False

    def _replace(self, first: Term, second: Term, number: int) -> None:
        if isinstance(first, str):
            first, second = second, first
        if isinstance(first, str):
            raise Invalid(number)
        self.facts = {tuple(second if term == first else term for term in fact) for fact in self.facts}

    def _order(self) -> None:
        for rule, binding in self._holding(_ORDER):
            before, how, after = rule.conclusion.split()
            pair = binding[before], binding[after]
            if self.order.get(pair) != "<":
                self.order[pair] = how
        events = {event for pair in self.order for event in pair}
        changed = True
        while changed:
            changed = False
            for before, middle, after in product(events, repeat=3):
                first, second = self.order.get((before, middle)), self.order.get((middle, after))
                if first and second:
                    how = "<" if "<" in (first, second) else "<="
                    if self.order.get((before, after)) not in (how, "<"):
                        self.order[before, after] = how
                        changed = True
        if any(how == "<" and before == after for (before, after), how in self.order.items()):
            self.broken.add(42)

    def _type(self) -> None:
        for rule, binding in self._holding(_TYPES):
            for written in rule.conclusion.split(", "):
                kind, name = written.split(": ")
                self.types.setdefault(binding[name], set()).add(kind)

    def _impossible(self) -> None:
        self.broken |= {rule.number for rule, _ in self._holding(_IMPOSSIBLE)}
        for one, other in combinations(self.facts, 2):
            kinds = {one[0], other[0]}
            if one[1] == other[1] and one[0] != other[0]:
                if kinds <= set(text.OVERLAP):
                    self.broken.add(53)
                if kinds & {"entity", "activity", "agent"} and kinds & set(text.IDENTIFIED):
                    self.broken.add(54)
        if any({"entity", "activity"} <= kinds for kinds in self.types.values()):
            self.broken.add(55)
