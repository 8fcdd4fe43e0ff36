"""What the metadata of a crate says, whoever made it: its entities by identifier, and what the root is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prov4ml_validators.crate.graph import DESCRIPTOR

from .crate_members import parse_object, read_member

Entity = Mapping[str, Any]


class CrateMetadata:
    """The metadata graph of a crate; what is no entity is passed over.

    Attributes:
        entities: in the order of the file.
        descriptor: the entity of the metadata file itself, empty if there is none.
        root: the entity of the crate, empty if there is none.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        graph = document.get("@graph")
        self.entities: list[Entity] = (
            [one for one in graph if isinstance(one, dict)] if isinstance(graph, list) else []
        )
        self._by_id = {one["@id"]: one for one in self.entities if isinstance(one.get("@id"), str)}
        self.descriptor = self.entity(DESCRIPTOR)
        self.root = self.entity((identifiers(self.descriptor.get("about")) or ["./"])[0])

    def entity(self, identifier: str) -> Entity:
        """Return an entity, empty if there is none."""
        return self._by_id.get(identifier, {})

    def referred(self, value: Any) -> list[Entity]:
        """Return the entities that a property refers to; one that is not there has its identifier alone."""
        return [self.entity(one) or {"@id": one} for one in identifiers(value)]

    def names(self, value: Any) -> list[str]:
        """Return the names of what a property refers to, their identifiers where they have none."""
        return [plain_text(one.get("name")) or one["@id"] for one in self.referred(value)]

    def of_type(self, kind: str) -> list[Entity]:
        """Return the entities of a type."""
        return [
            one
            for one in self.entities
            if kind in (one["@type"] if isinstance(one.get("@type"), list) else [one.get("@type")])
        ]

    @property
    def conforms_to(self) -> list[str]:
        """Return the identifiers of what the crate conforms to: the version of RO-Crate, then profiles."""
        return identifiers(self.descriptor.get("conformsTo")) + identifiers(self.root.get("conformsTo"))


def read_metadata(crate: Path) -> CrateMetadata:
    """Return the metadata of a crate, whatever kind of archive or directory it is.

    Raises:
        PackagerError: there is none, or it is no JSON object.
        Unreadable: the crate is no archive that can be read.
    """
    return CrateMetadata(parse_object(read_member(crate, DESCRIPTOR), crate, DESCRIPTOR))


def identifiers(value: Any) -> list[str]:
    """Return the identifiers that a property refers to; plain values stand for themselves."""
    entries = value if isinstance(value, list) else [value]
    found = (plain_text(one.get("@id") if isinstance(one, dict) else one) for one in entries)
    return [one for one in found if one]


def plain_text(value: Any) -> str:
    """Return a text or a number as text, nothing for what is neither."""
    return str(value) if isinstance(value, str | int | float) else ""
