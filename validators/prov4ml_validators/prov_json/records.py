"""The 18 kinds of records and their formal arguments, as tables for all rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

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


class Record:
    """One record: its kind, its identifier as written, its arguments and attributes, and where it stands.

    The place is put together when it is asked for: of a million records few are ever the place of a finding.
    """

    __slots__ = ("_index", "_scope", "attributes", "kind", "name")

    def __init__(
        self, kind: str, name: str, attributes: Mapping[str, Any], scope: str, index: int | None = None
    ) -> None:
        self.kind = kind
        self.name = name
        self.attributes = attributes
        self._scope = scope
        self._index = index

    @property
    def pointer(self) -> str:
        """Return the JSON pointer of the record."""
        place = self._scope + pointer(self.kind, self.name)
        return place if self._index is None else f"{place}/{self._index}"


@dataclass(frozen=True)
class Scope:
    """The document or one bundle, with the prefixes that hold in it; `None` is the default namespace."""

    content: Mapping[str, Any]
    namespaces: Mapping[str | None, str]
    pointer: str

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """Return the well-formed records in their order; what is no record is left out."""
        return tuple(_records(self.content, self.pointer))


def _records(content: Mapping[str, Any], place: str) -> Iterator[Record]:
    for kind, section in content.items():
        if kind not in KINDS or not isinstance(section, dict):
            continue
        for name, body in section.items():
            if isinstance(body, dict):
                yield Record(kind, name, body, place)
            elif isinstance(body, list):
                for index, one in enumerate(body):
                    if isinstance(one, dict):
                        yield Record(kind, name, one, place, index)
