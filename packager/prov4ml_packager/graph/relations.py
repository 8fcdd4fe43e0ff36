"""The relations of PROV-DM (section 5) with the roles that PROV-JSON gives their ends."""

from dataclasses import dataclass
from typing import Literal

NodeKind = Literal["entity", "activity", "agent", "unnamed"]
"""What a node is; `unnamed` stands for the end that a relation leaves open, as PROV-DM allows for many."""


@dataclass(frozen=True)
class Relation:
    """One relation.

    Attributes:
        name: the member of PROV-JSON, which is also the label in a picture.
        effect: role of the later end, where PROV's arrow begins, and what kind of thing is there.
        cause: roles of the earlier end, where PROV's arrow points. Each that a record names is an arrow of
            its own: an association has an agent and a plan, a start a trigger and a starter.
    """

    name: str
    effect: tuple[str, NodeKind]
    cause: tuple[tuple[str, NodeKind], ...]


RELATIONS = (
    Relation("wasGeneratedBy", ("entity", "entity"), (("activity", "activity"),)),
    Relation("used", ("activity", "activity"), (("entity", "entity"),)),
    Relation("wasInformedBy", ("informed", "activity"), (("informant", "activity"),)),
    Relation("wasStartedBy", ("activity", "activity"), (("trigger", "entity"), ("starter", "activity"))),
    Relation("wasEndedBy", ("activity", "activity"), (("trigger", "entity"), ("ender", "activity"))),
    Relation("wasInvalidatedBy", ("entity", "entity"), (("activity", "activity"),)),
    Relation("wasDerivedFrom", ("generatedEntity", "entity"), (("usedEntity", "entity"),)),
    Relation("wasAttributedTo", ("entity", "entity"), (("agent", "agent"),)),
    Relation("wasAssociatedWith", ("activity", "activity"), (("agent", "agent"), ("plan", "entity"))),
    Relation("actedOnBehalfOf", ("delegate", "agent"), (("responsible", "agent"),)),
    Relation("wasInfluencedBy", ("influencee", "entity"), (("influencer", "entity"),)),
    Relation("specializationOf", ("specificEntity", "entity"), (("generalEntity", "entity"),)),
    Relation("alternateOf", ("alternate1", "entity"), (("alternate2", "entity"),)),
    Relation("mentionOf", ("specificEntity", "entity"), (("generalEntity", "entity"),)),
    Relation("hadMember", ("collection", "entity"), (("entity", "entity"),)),
)

PART_OF = "is part of"
"""Label of `dcterms:isPartOf` between activities: an attribute drawn as an arrow, and no relation of PROV."""

ARROWS = (*(relation.name for relation in RELATIONS), PART_OF)
"""Labels of arrows; edges name them by position."""
