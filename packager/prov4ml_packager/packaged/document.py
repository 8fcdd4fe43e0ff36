"""A PROV-JSON document of ours, element by element; what is not as we write it is named with its place."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ..errors import PackagerError
from ..provenance.namespaces import TERMS
from ..record import JsonValue
from ..text import unescape_text
from .values import boolean, bounded, double, json_value, lexical, nanoseconds

_HINT = "check it with prov4ml-pack validate"
_USER = "attr:"
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Element:
    """An entity, activity or agent; attributes are asked for by their names with the prefix.

    Every method raises `PackagerError` for an attribute that is there and is not what is asked for.
    """

    kind: str
    identifier: str
    path: Path
    attributes: Mapping[str, Any] = field(repr=False)

    def error(self, name: str, why: str) -> PackagerError:
        """Return what to raise about an attribute."""
        place = f"{self.kind} {self.identifier}"
        return PackagerError(f"attribute {name} {why}", path=self.path, place=place, hint=_HINT)

    def _all(self, name: str, decode: Callable[[Any], _Value]) -> list[_Value]:
        found = self.attributes.get(name)
        if found is None:
            return []
        try:
            return [decode(one) for one in (found if isinstance(found, list) else [found])]
        except ValueError as error:
            raise self.error(name, str(error)) from error

    def _one(self, name: str, decode: Callable[[Any], _Value]) -> _Value | None:
        found = self._all(name, decode)
        if len(found) > 1:
            raise self.error(name, f"is there {len(found)} times")
        return found[0] if found else None

    def text(self, name: str) -> str | None:
        """Return a text, None where it is absent."""
        return self._one(name, lambda value: unescape_text(lexical(value)[0]))

    def texts(self, name: str) -> tuple[str, ...]:
        """Return all texts of an attribute, in the order written."""
        return tuple(self._all(name, lambda value: unescape_text(lexical(value)[0])))

    def integer(self, name: str) -> int | None:
        """Return a whole number of 64 bits, None where it is absent."""
        return self._one(name, lambda value: bounded(lexical(value)[0]))

    def number(self, name: str) -> float | None:
        """Return a number, NaN and infinities among them; None where it is absent."""
        return self._one(name, lambda value: double(lexical(value)[0]))

    def flag(self, name: str) -> bool | None:
        """Return true or false, None where it is absent."""
        return self._one(name, lambda value: boolean(lexical(value)[0]))

    def time(self, name: str) -> int | None:
        """Return a time in ns since the epoch, None where it is absent."""
        return self._one(name, lambda value: nanoseconds(lexical(value)[0]))

    def value(self, name: str) -> JsonValue:
        """Return a logged value with its type, None where it is absent."""
        return self._one(name, json_value)

    def has(self, name: str) -> bool:
        """Return whether an attribute is there."""
        return name in self.attributes

    @property
    def label(self) -> str:
        """Return the true name."""
        found = self.text("prov:label")
        return self.identifier if found is None else found

    @property
    def types(self) -> tuple[str, ...]:
        """Return the qualified names of its types."""
        return self.texts("prov:type")

    def user_values(self) -> dict[str, JsonValue]:
        """Return the attributes whose names a user chose, by their true names."""
        named = dict(one.partition("=")[::2] for one in self.texts("prov4ml:attributeName"))
        found: dict[str, JsonValue] = {}
        for name in self.attributes:
            if name.startswith(_USER):
                key = name.removeprefix(_USER)
                found[named.get(key, key)] = self.value(name)
        return found


@dataclass(frozen=True)
class Link:
    """How an entity is tied to an activity, and when (ns since the epoch; None where nothing says it)."""

    activity: str
    time: int | None


class Document:
    """The document of one run."""

    def __init__(self, content: Mapping[str, Any], path: Path) -> None:
        """Take a parsed document.

        Args:
            content: the document.
            path: the file, for errors.

        Raises:
            PackagerError: it was not made by prov4ml, or its records are none.
        """
        self.path = path
        self._content = content
        prefixes = content.get("prefix")
        if not isinstance(prefixes, Mapping) or prefixes.get("prov4ml") != TERMS:
            raise PackagerError("is no PROV document that prov4ml made", path=path, hint=_HINT)
        self._used = self._links("used")
        self._generated = self._links("wasGeneratedBy")
        self.origins = dict(self._pairs("wasDerivedFrom", "prov:generatedEntity", "prov:usedEntity"))
        self._members: dict[str, list[str]] = {}
        for collection, entity in self._pairs("hadMember", "prov:collection", "prov:entity"):
            self._members.setdefault(collection, []).append(entity)

    def elements(self, kind: str, type_name: str | None = None) -> list[Element]:
        """Return the elements of a kind that have a type, in the order of the document."""
        found = [Element(kind, name, self.path, record) for name, record in self._records(kind)]
        return found if type_name is None else [one for one in found if type_name in one.types]

    def only(self, kind: str, type_name: str) -> Element:
        """Return the one element of a type.

        Raises:
            PackagerError: there is none, or more than one.
        """
        found = self.elements(kind, type_name)
        if len(found) != 1:
            why = f"has {len(found)} records of type {type_name}, and a run has one"
            raise PackagerError(why, path=self.path, place=kind, hint=_HINT)
        return found[0]

    def use(self, element: Element) -> Link | None:
        """Return what used an entity, None if nothing did."""
        return self._used.get(element.identifier)

    def generation(self, element: Element) -> Link | None:
        """Return what generated an entity, None if nothing did."""
        return self._generated.get(element.identifier)

    def users(self) -> Iterator[tuple[str, str]]:
        """Yield each activity with each entity that it used."""
        return self._pairs("used", "prov:activity", "prov:entity")

    def members(self, collection: Element) -> list[str]:
        """Return the identifiers of the members of a collection."""
        return self._members.get(collection.identifier, [])

    def _records(self, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        records = self._content.get(kind, {})
        if not isinstance(records, Mapping):
            raise PackagerError("is no JSON object", path=self.path, place=kind, hint=_HINT)
        for name, record in records.items():
            if not isinstance(record, Mapping):
                raise PackagerError("is no JSON object", path=self.path, place=f"{kind} {name}", hint=_HINT)
            yield name, record

    def _pairs(self, kind: str, first: str, second: str) -> Iterator[tuple[str, str]]:
        for _, record in self._records(kind):
            one, other = record.get(first), record.get(second)
            if isinstance(one, str) and isinstance(other, str):
                yield one, other

    def _links(self, kind: str) -> dict[str, Link]:
        links: dict[str, Link] = {}
        for name, record in self._records(kind):
            activity, entity = record.get("prov:activity"), record.get("prov:entity")
            if isinstance(activity, str) and isinstance(entity, str):
                time = Element(kind, name, self.path, record).time("prov:time")
                links.setdefault(entity, Link(activity, time))
        return links
