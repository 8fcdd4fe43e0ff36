"""The inferences and constraints that are applied, each by name, so that a proof can leave one out.

A check always applies `ALL`; only the mutation proof of the tests makes another rule set.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

from .statements import ROLES


class Ordering(NamedTuple):
    """One line of an event ordering constraint: the event of the first class precedes that of the second.

    Attributes:
        name: such as `c33.1`, the first of the two lines of constraint 33.
        words: how a cycle says it: `{0}` is the earlier event, `{1}` the later one.
        strict: whether the first precedes the second strictly.
        reverse: whether it is turned around; never but in a mutation.
    """

    name: str
    words: str
    strict: bool = False
    reverse: bool = False

    @property
    def constraint(self) -> str:
        """Return the constraint, such as `c33`."""
        return self.name.partition(".")[0]


ORDERINGS = (
    Ordering("c30", "an activity starts before it ends"),
    Ordering("c31", "all starts of one activity are simultaneous"),
    Ordering("c32", "all ends of one activity are simultaneous"),
    Ordering("c33.1", "an activity uses nothing before it starts"),
    Ordering("c33.2", "an activity uses nothing after it ends"),
    Ordering("c34.1", "an activity generates nothing before it starts"),
    Ordering("c34.2", "an activity generates nothing after it ends"),
    Ordering("c35", "the informant starts before the informed activity ends"),
    Ordering("c36", "an entity is generated before it is invalidated"),
    Ordering("c37", "an entity is generated before it is used"),
    Ordering("c38", "an entity is used before it is invalidated"),
    Ordering("c39", "all generations of one entity are simultaneous"),
    Ordering("c40", "all invalidations of one entity are simultaneous"),
    Ordering("c41", "what is derived is generated after the usage it is derived by"),
    Ordering("c42", "what is derived is generated strictly after what it is derived from", strict=True),
    Ordering("c43.1", "a trigger is generated before what it starts"),
    Ordering("c43.2", "a trigger starts something before it is invalidated"),
    Ordering("c44.1", "a trigger is generated before what it ends"),
    Ordering("c44.2", "a trigger ends something before it is invalidated"),
    Ordering("c45", "the general entity is generated before the specific one"),
    Ordering("c46", "the specific entity is invalidated before the general one"),
    Ordering("c47.1", "the activity starts before its agent is invalidated"),
    Ordering("c47.2", "the agent is generated before its activity ends"),
    Ordering("c47.3", "the activity starts before its agent ends"),
    Ordering("c47.4", "the agent starts before its activity ends"),
    Ordering("c48.1", "the agent is generated before what is attributed to it"),
    Ordering("c48.2", "the agent starts before what is attributed to it is generated"),
    Ordering("c49.1", "the responsible agent is generated before its delegate is invalidated"),
    Ordering("c49.2", "the responsible agent starts before its delegate ends"),
)

INFERENCES = (
    "i5",
    "i7",
    "i8",
    "i9",
    "i10",
    "i11",
    "i13",
    "i14",
    "i15",
    "i19",
    "i21",
    "mention-specialization",
)
"""The inferences that a constraint can see; the last is that of PROV-LINKS.

6 adds nothing: its start and end are ordered by 34, 37 and 33 already. 12, 16–18 and 20 conclude in
alternateOf, of which constraint 50 only says that both sides are entities, as their premises say already.
"""

KEYS = ("c22", *(f"c23.{kind}" for kind in ROLES if kind.startswith(("was", "used", "acted"))))
UNIQUE = ("c24", "c25", "c26", "c27", "c28", "c29")

ENTITY, ACTIVITY, AGENT = 1, 2, 4
TYPES: dict[str, tuple[tuple[int, int], ...]] = {
    "wasGeneratedBy": ((0, ENTITY), (1, ACTIVITY)),
    "used": ((0, ACTIVITY), (1, ENTITY)),
    "wasInformedBy": ((0, ACTIVITY), (1, ACTIVITY)),
    "wasStartedBy": ((0, ACTIVITY), (1, ENTITY), (2, ACTIVITY)),
    "wasEndedBy": ((0, ACTIVITY), (1, ENTITY), (2, ACTIVITY)),
    "wasInvalidatedBy": ((0, ENTITY), (1, ACTIVITY)),
    "wasDerivedFrom": ((0, ENTITY), (1, ENTITY), (2, ACTIVITY)),
    "wasAttributedTo": ((0, ENTITY), (1, AGENT)),
    "wasAssociatedWith": ((0, ACTIVITY), (1, AGENT), (2, ENTITY)),
    "actedOnBehalfOf": ((0, AGENT), (1, AGENT), (2, ACTIVITY)),
    "alternateOf": ((0, ENTITY), (1, ENTITY)),
    "specializationOf": ((0, ENTITY), (1, ENTITY)),
    "hadMember": ((0, ENTITY), (1, ENTITY)),
}
"""Constraint 50: the types of arguments, by kind of statement and position."""

TYPING = (
    *(f"c50.{kind}" for kind in ("entity", "activity", "agent", "empty")),
    *(f"c50.{kind}.{position}" for kind, positions in TYPES.items() for position, _ in positions),
)
IMPOSSIBLE = ("c51.generation", "c51.usage", "c52", "c53", "c54", "c55", "c56", "unique-mention")


@dataclass(frozen=True)
class Ruleset:
    """What is applied: the orderings, and the names of all other rules."""

    orderings: tuple[Ordering, ...] = ORDERINGS
    applied: frozenset[str] = frozenset((*INFERENCES, *KEYS, *UNIQUE, *TYPING, *IMPOSSIBLE))

    def __contains__(self, name: str) -> bool:
        return name in self.applied

    def without(self, name: str) -> "Ruleset":
        """Return the same with one rule or ordering left out."""
        left = tuple(one for one in self.orderings if one.name != name)
        return replace(self, orderings=left, applied=self.applied - {name})

    def changed(self, name: str, *, strict: bool | None = None, reverse: bool | None = None) -> "Ruleset":
        """Return the same with one ordering made strict or not, or turned around."""
        orderings = tuple(
            one._replace(
                strict=one.strict if strict is None else strict,
                reverse=one.reverse if reverse is None else reverse,
            )
            if one.name == name
            else one
            for one in self.orderings
        )
        return replace(self, orderings=orderings)


ALL = Ruleset()
