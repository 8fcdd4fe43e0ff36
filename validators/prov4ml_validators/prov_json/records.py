"""The 18 kinds of records and their formal arguments, as tables for all rules."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..json_text import pointer

ELEMENTS = ("entity", "activity", "agent")

ARGUMENTS: Mapping[str, Mapping[str, str]] = {
    "wasGeneratedBy": {"prov:entity": "entity", "prov:activity": "activity"},
    "used": {"prov:activity": "activity", "prov:entity": "entity"},
    "wasInformedBy": {"prov:informed": "activity", "prov:informant": "activity"},
    "wasStartedBy": {"prov:activity": "activity", "prov:trigger": "entity", "prov:starter": "activity"},
    "wasEndedBy": {"prov:activity": "activity", "prov:trigger": "entity", "prov:ender": "activity"},
    "wasInvalidatedBy": {"prov:entity": "entity", "prov:activity": "activity"},
    "wasDerivedFrom": {
        "prov:generatedEntity": "entity",
        "prov:usedEntity": "entity",
        "prov:activity": "activity",
        "prov:generation": "wasGeneratedBy",
        "prov:usage": "used",
    },
    "wasAttributedTo": {"prov:entity": "entity", "prov:agent": "agent"},
    "wasAssociatedWith": {"prov:activity": "activity", "prov:agent": "agent", "prov:plan": "entity"},
    "actedOnBehalfOf": {"prov:delegate": "agent", "prov:responsible": "agent", "prov:activity": "activity"},
    "wasInfluencedBy": {"prov:influencee": "any", "prov:influencer": "any"},
    "specializationOf": {"prov:specificEntity": "entity", "prov:generalEntity": "entity"},
    "alternateOf": {"prov:alternate1": "entity", "prov:alternate2": "entity"},
    "hadMember": {"prov:collection": "entity", "prov:entity": "entity"},
    "mentionOf": {"prov:specificEntity": "entity", "prov:generalEntity": "entity", "prov:bundle": "bundle"},
}
"""Relation to its arguments that are names, and what kind of record each one names (PROV-DM, section 5)."""

TIMES = frozenset({"prov:time", "prov:startTime", "prov:endTime"})
TIMED = frozenset({"activity", "wasGeneratedBy", "used", "wasStartedBy", "wasEndedBy", "wasInvalidatedBy"})

KINDS = (*ELEMENTS, *ARGUMENTS)


class Record(NamedTuple):
    """One record: its kind, its identifier as written, its arguments and attributes, and where it stands."""

    kind: str
    name: str
    attributes: Mapping[str, Any]
    pointer: str


class Scope(NamedTuple):
    """The document or one bundle, with the prefixes that hold in it; `None` is the default namespace."""

    content: Mapping[str, Any]
    namespaces: Mapping[str | None, str]
    pointer: str


def scope_records(scope: Scope) -> Iterator[Record]:
    """Yield the well-formed records of a document or bundle in its order; what is no record is left out."""
    for kind in scope.content:
        section = scope.content[kind]
        if kind not in KINDS or not isinstance(section, dict):
            continue
        for name, body in section.items():
            place = scope.pointer + pointer(kind, name)
            if isinstance(body, dict):
                yield Record(kind, name, body, place)
            elif isinstance(body, list):
                for index, one in enumerate(body):
                    if isinstance(one, dict):
                        yield Record(kind, name, one, f"{place}/{index}")
