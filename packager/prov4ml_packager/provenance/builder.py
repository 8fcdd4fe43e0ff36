"""A PROV-JSON document under construction: who claims identifiers, and where records go."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .namespaces import PREFIXES, DefaultNamespace
from .values import AttributeValue, date_time, name, several, text

ElementKind = Literal["entity", "activity", "agent"]
Attributes = Mapping[str, AttributeValue | None]


@dataclass(frozen=True)
class Activity:
    """An activity of the document; `start` and `end` are ns since the epoch, `start` not after `end`."""

    id: str
    start: int
    end: int

    def clip(self, time: int) -> int:
        """Return the time, moved into the interval: a clock that was set back must not break PROV's order."""
        return min(max(time, self.start), self.end)


class DocumentBuilder:
    """Collects the records of one document, in the order given, each identifier once.

    Every entity is either `generated` at most once or never: the methods take an identifier that was just
    claimed, so a second generation cannot be written by mistake.
    """

    def __init__(self, namespace: DefaultNamespace) -> None:
        self._root = namespace.root
        self._taken: set[str] = set()
        self._records: dict[str, dict[str, Any]] = {
            "prefix": {"default": namespace.iri, **PREFIXES},
            "entity": {},
            "activity": {},
            "agent": {},
        }

    def claim(self, *parts: str) -> str:
        """Return a new identifier, the parts joined by dots; a second of the same text gets `-2`, and so on.

        Parts are `safe_name`s behind a word of ours, so the result is at once an NCName (PROV-XML), a local
        name of PROV-N and one of Turtle, none of them with escapes.
        """
        wanted = ".".join([self._root, *parts] if self._root else parts)
        identifier, number = wanted, 1
        while identifier in self._taken:
            number += 1
            identifier = f"{wanted}-{number}"
        self._taken.add(identifier)
        return identifier

    def claim_run(self) -> str:
        """Return the identifier of the run's activity: its token, or `run` in a namespace of its own."""
        return self.claim() if self._root else self.claim("run")

    def element(
        self, kind: ElementKind, identifier: str, label: str, types: Iterable[str], attributes: Attributes
    ) -> None:
        """Add an entity, activity or agent; attributes that are None are left out."""
        record: dict[str, AttributeValue] = {"prov:label": text(label)}
        kinds = several(name(one) for one in types)
        if kinds is not None:
            record["prov:type"] = kinds
        record.update({key: value for key, value in attributes.items() if value is not None})
        self._records[kind][identifier] = record

    def activity(self, activity: Activity, label: str, types: Iterable[str], attributes: Attributes) -> None:
        """Add an activity with its formal times."""
        times: dict[str, AttributeValue] = {
            "prov:startTime": date_time(activity.start),
            "prov:endTime": date_time(activity.end),
        }
        self.element("activity", activity.id, label, types, {**times, **attributes})

    def used(self, activity: Activity, entity: str, time: int) -> None:
        """Say that the activity used the entity, at a time (ns) that is moved into the activity."""
        self._relate(
            "used",
            {
                "prov:activity": activity.id,
                "prov:entity": entity,
                "prov:time": date_time(activity.clip(time)),
            },
        )

    def generated(self, entity: str, activity: Activity, time: int) -> None:
        """Say that the activity generated the entity, at a time (ns) that is moved into the activity."""
        self._relate(
            "wasGeneratedBy",
            {
                "prov:entity": entity,
                "prov:activity": activity.id,
                "prov:time": date_time(activity.clip(time)),
            },
        )

    def derived(self, entity: str, origin: str) -> None:
        """Say that an entity was derived from another."""
        self._relate("wasDerivedFrom", {"prov:generatedEntity": entity, "prov:usedEntity": origin})

    def member(self, collection: str, entity: str) -> None:
        """Say that an entity is a member of a collection."""
        self._relate("hadMember", {"prov:collection": collection, "prov:entity": entity})

    def associated(self, activity: Activity, agent: str) -> None:
        """Say that an agent was responsible for an activity."""
        self._relate("wasAssociatedWith", {"prov:activity": activity.id, "prov:agent": agent})

    def on_behalf(self, delegate: str, responsible: str, activity: Activity) -> None:
        """Say that an agent acted for another in an activity."""
        self._relate(
            "actedOnBehalfOf",
            {"prov:delegate": delegate, "prov:responsible": responsible, "prov:activity": activity.id},
        )

    def _relate(self, relation: str, attributes: dict[str, str]) -> None:
        records = self._records.setdefault(relation, {})
        number = str(len(records) + 1)
        # A relation of more than two attributes is a node of its own in PROV-O. Without an identifier it
        # is a blank node, and the prov library reads a blank node back as a name in the default namespace.
        named = len(attributes) > 2
        records[self.claim(relation, number) if named else f"_:{relation}{number}"] = attributes

    def document(self) -> dict[str, Any]:
        """Return the document; kinds without a record are left out."""
        return {kind: records for kind, records in self._records.items() if records}
