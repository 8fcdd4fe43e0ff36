"""The entities of a crate's metadata, as questions are asked of them."""

from collections.abc import Mapping
from typing import Any

from prov4ml_validators.crate.graph import CrateGraph, as_list

Entity = Mapping[str, Any]


class CrateEntities:
    """The entities of a crate, whoever wrote it.

    Attributes:
        all: in the order of the document.
        descriptor: that of the metadata file, which names the root; an empty one if it is not there.
        root: the root data entity; an empty one if there is none.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        graph = CrateGraph(document)
        self._by_id = graph.by_id
        self.all: list[Entity] = [one.body for one in graph.entities]
        self.descriptor: Entity = graph.descriptor.body if graph.descriptor is not None else {}
        self.root: Entity = graph.root.body if graph.root is not None else {}

    def values(self, entity: Entity, name: str) -> list[Entity]:
        """Return what a property refers to, in order.

        A text becomes an entity with that `name`, or with that `@id` if it is an address, and a reference to
        what the graph does not describe an entity with nothing but its `@id`.
        """
        found: list[Entity] = []
        for value in as_list(entity.get(name)):
            if isinstance(value, dict) and isinstance(value.get("@value"), str):
                value = value["@value"]
            if isinstance(value, dict):
                identifier = value.get("@id")
                known = self._by_id.get(identifier) if isinstance(identifier, str) else None
                found.append(value if known is None else known.body)
            elif isinstance(value, str) and value.strip():
                is_address = value.startswith(("https://", "http://"))
                found.append({"@id" if is_address else "name": value.strip()})
        return found


def texts(entity: Entity, name: str) -> list[str]:
    """Return the texts of a property, numbers as text, without space around them and without empty ones."""
    found: list[str] = []
    for value in as_list(entity.get(name)):
        if isinstance(value, dict):
            value = value.get("@value", value.get("name", ""))
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            found.append(str(value).strip())
    return [one for one in found if one]


def text(entity: Entity, name: str) -> str | None:
    """Return the first text of a property."""
    return next(iter(texts(entity, name)), None)


def types(entity: Entity) -> set[str]:
    """Return the types of an entity without a namespace before them."""
    return {one.rpartition("/")[2] for one in as_list(entity.get("@type")) if isinstance(one, str)}


def identifiers(entity: Entity) -> list[str]:
    """Return by what an entity is known elsewhere: its own identifier, and those that it names."""
    found = [str(entity["@id"])] if "@id" in entity else []
    for name in ("identifier", "sameAs", "url"):
        for value in as_list(entity.get(name)):
            if isinstance(value, dict):
                value = value.get("@id", value.get("value"))
            if isinstance(value, str):
                found.append(value.strip())
    return found
