"""The entities of a crate's metadata, as questions are asked of them."""

from collections.abc import Mapping, Sequence
from typing import Any

Entity = Mapping[str, Any]


class CrateGraph:
    """The entities of a crate by their identifiers, whoever wrote it."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        graph = document.get("@graph")
        listed = graph if isinstance(graph, list) else []
        self.entities = [one for one in listed if isinstance(one, dict)]
        self._by_id = {str(one["@id"]): one for one in self.entities if "@id" in one}

    @property
    def descriptor(self) -> Entity:
        """Return the entity of the metadata file, which names the root; an empty one if it is not there."""
        for name in ("ro-crate-metadata.json", "./ro-crate-metadata.json", "ro-crate-metadata.jsonld"):
            if name in self._by_id:
                return self._by_id[name]
        return {}

    @property
    def root(self) -> Entity:
        """Return the root data entity; an empty one if there is none."""
        about = self.descriptor.get("about")
        identifier = about.get("@id") if isinstance(about, dict) else "./"
        return self._by_id.get(str(identifier), {})

    def values(self, entity: Entity, name: str) -> list[Entity]:
        """Return what a property refers to, in order.

        A text becomes an entity with that `name`, or with that `@id` if it is an address, and a reference to
        what the graph does not describe an entity with nothing but its `@id`.
        """
        found: list[Entity] = []
        for value in _as_list(entity.get(name)):
            if isinstance(value, dict):
                identifier = value.get("@id")
                found.append(self._by_id.get(identifier, value) if isinstance(identifier, str) else value)
            elif isinstance(value, str) and value.strip():
                is_address = value.startswith(("https://", "http://"))
                found.append({"@id" if is_address else "name": value.strip()})
        return found


def _as_list(value: Any) -> Sequence[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def texts(entity: Entity, name: str) -> list[str]:
    """Return the texts of a property, numbers as text, without space around them and without empty ones."""
    found: list[str] = []
    for value in _as_list(entity.get(name)):
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
    return {one.rpartition("/")[2] for one in _as_list(entity.get("@type")) if isinstance(one, str)}


def identifiers(entity: Entity) -> list[str]:
    """Return by what an entity is known elsewhere: its own identifier, and those that it names."""
    found = [str(entity["@id"])] if "@id" in entity else []
    for name in ("identifier", "sameAs", "url"):
        for value in _as_list(entity.get(name)):
            if isinstance(value, dict):
                value = value.get("@id", value.get("value"))
            if isinstance(value, str):
                found.append(value.strip())
    return found
