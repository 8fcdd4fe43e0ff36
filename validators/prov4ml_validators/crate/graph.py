"""The metadata of a crate as a dictionary of entities: no RDF, no network."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from ..json_text import pointer
from ..report import Location

DESCRIPTOR = "ro-crate-metadata.json"
LEGACY_DESCRIPTOR = "ro-crate-metadata.jsonld"
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_VERSION = re.compile(r"https?://w3id\.org/ro/crate/(\d+\.\d+)(?:\.\d+)?/?")


def as_list(value: Any) -> list[Any]:
    """Return the values of a property, whether there are none, one or an array."""
    return value if isinstance(value, list) else [] if value is None else [value]


def references(value: Any) -> Iterator[str]:
    """Yield the `@id`s that the values of a property name."""
    for one in as_list(value):
        if isinstance(one, dict) and isinstance(one.get("@id"), str):
            yield one["@id"]


def texts(value: Any) -> Iterator[str]:
    """Yield the values of a property that are plain text or value objects, without empty ones."""
    for one in as_list(value):
        text = one.get("@value") if isinstance(one, dict) else one
        if isinstance(text, str) and text.strip():
            yield text


def is_absolute(identifier: str) -> bool:
    """Return whether an identifier is an absolute URI (RFC 3986, section 4.3)."""
    return _ABSOLUTE.match(identifier) is not None


class Entity:
    """One entity of the graph: its members as in the file, and where it stands.

    Attributes:
        body: its members.
        index: its place in `@graph`, from 0.
        id: `@id`, or nothing where there is none.
        types: the names in `@type`; `MediaObject` is `File`, as in every context of RO-Crate.
    """

    __slots__ = ("body", "id", "index", "types")

    def __init__(self, body: Mapping[str, Any], index: int) -> None:
        self.body = body
        self.index = index
        name = body.get("@id")
        self.id: str = name if isinstance(name, str) else ""
        self.types: frozenset[str] = _types(body.get("@type"))

    def get(self, name: str) -> Any:
        """Return the value of a property, None where there is none."""
        return self.body.get(name)

    def has(self, name: str) -> bool:
        """Return whether a property has a value that is not empty."""
        value = self.body.get(name)
        if isinstance(value, list):
            return any(one not in ("", {}, None) for one in value)
        return value not in ("", {}, None)

    @property
    def pointer(self) -> str:
        """Return the JSON pointer to the entity."""
        return f"/@graph/{self.index}"

    def place(self, *names: str) -> Location:
        """Return where the entity or one of its properties is."""
        return Location(pointer=self.pointer + pointer(*(name for name in names if name in self.body)))


def _version_key(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


_type_sets: dict[str, frozenset[str]] = {}


def _types(value: Any) -> frozenset[str]:
    """Return the names in a `@type`; the sets of single names are shared, which most entities have."""
    if isinstance(value, str):
        found = _type_sets.get(value)
        if found is None:
            found = frozenset({value, "File"} if value == "MediaObject" else {value})
            if len(_type_sets) < _MOST_SHARED_TYPES:
                _type_sets[value] = found
        return found
    names = frozenset(one for one in as_list(value) if isinstance(one, str))
    return names | {"File"} if "MediaObject" in names else names


_MOST_SHARED_TYPES = 4096


class CrateGraph:
    """The entities of one metadata document, by identifier.

    Attributes:
        document: the parsed JSON.
        is_attached: whether the files came with it, in a directory or an archive.
        entities: in the order of the document; what is no object is left out.
        by_id: the first entity of each identifier.
        descriptor: the metadata descriptor, if there is one.
        root: the root data entity, if there is one.
    """

    def __init__(self, document: Any, *, is_attached: bool = False) -> None:
        self.document = document
        self.is_attached = is_attached
        graph = document.get("@graph") if isinstance(document, dict) else None
        self.entities: Sequence[Entity] = tuple(
            Entity(body, index)
            for index, body in enumerate(graph if isinstance(graph, list) else [])
            if isinstance(body, dict)
        )
        self.by_id: dict[str, Entity] = {}
        self._by_type: dict[str, list[Entity]] = {}
        self._referrers: dict[str, dict[str, list[Entity]]] = {}
        for entity in self.entities:
            if entity.id:
                self.by_id.setdefault(entity.id, entity)
            for name in entity.types:
                self._by_type.setdefault(name, []).append(entity)
        self.descriptor = self._find_descriptor()
        self.root_id = next(references(self.descriptor.get("about")), None) if self.descriptor else None
        self.root = self.by_id.get(self.root_id) if self.root_id is not None else None

    def _find_descriptor(self) -> Entity | None:
        for name in (DESCRIPTOR, f"./{DESCRIPTOR}", LEGACY_DESCRIPTOR):
            if name in self.by_id:
                return self.by_id[name]
        for entity in self.entities:  # a detached crate may name its descriptor by an absolute URI
            if entity.id.endswith(f"/{DESCRIPTOR}") and entity.has("about"):
                return entity
        return None

    @cached_property
    def declared_version(self) -> str | None:
        """Return the version of RO-Crate that the descriptor names, such as `1.1`; of several the last."""
        if self.descriptor is not None:
            values = self.descriptor.get("conformsTo")
            matches = [_VERSION.fullmatch(one) for one in [*references(values), *texts(values)]]
            return max((one.group(1) for one in matches if one), default=None, key=_version_key)
        return None

    @cached_property
    def declared_profiles(self) -> tuple[str, ...]:
        """Return the identifiers that root and descriptor conform to, besides RO-Crate itself."""
        holders = [one for one in (self.root, self.descriptor) if one is not None]
        found = [name for one in holders for name in references(one.get("conformsTo"))]
        return tuple(dict.fromkeys(name for name in found if not _VERSION.fullmatch(name)))

    @property
    def has_context(self) -> bool:
        """Return whether there is a `@context`; without one no term of the graph has a meaning."""
        return isinstance(self.document, dict) and self.document.get("@context") not in (None, [], {})

    @property
    def is_detached(self) -> bool:
        """Return whether this is a document alone whose root is a URI: all its files are on the web."""
        return not self.is_attached and self.root_id is not None and is_absolute(self.root_id)

    @cached_property
    def data_entities(self) -> tuple[Entity, ...]:
        """Return the files and directories: no root, no descriptor, no local identifier (`#...`)."""
        own = {self.root_id, self.descriptor.id if self.descriptor else None}
        return tuple(
            entity
            for entity in self.entities
            if entity.types & {"File", "Dataset"}
            and entity.id not in own
            and not entity.id.startswith(("#", "_:"))
        )

    @cached_property
    def reachable(self) -> frozenset[str]:
        """Return the identifiers that hasPart leads to from the root, in any number of steps."""
        found: set[str] = set()
        waiting = [self.root] if self.root is not None else []
        while waiting:
            for name in references(waiting.pop().get("hasPart")):
                if name not in found:
                    found.add(name)
                    if name in self.by_id:
                        waiting.append(self.by_id[name])
        return frozenset(found)

    def of_types(self, *names: str) -> Iterable[Entity]:
        """Return the entities that have any of the types, each once, in the order of the document."""
        lists = [self._by_type[name] for name in names if name in self._by_type]
        if len(lists) < 2:
            return lists[0] if lists else ()
        return sorted({id(one): one for found in lists for one in found}.values(), key=lambda one: one.index)

    def referrers(self, name: str, identifier: str) -> Sequence[Entity]:
        """Return the entities whose property `name` refers to `identifier`."""
        if name not in self._referrers:
            found: dict[str, list[Entity]] = {}
            for entity in self.entities:
                value = entity.body.get(name)
                if value is not None:
                    for target in references(value):
                        found.setdefault(target, []).append(entity)
            self._referrers[name] = found
        return self._referrers[name].get(identifier, ())

    def referenced(self, entity: Entity, name: str) -> Iterator[Entity]:
        """Yield the described entities that a property names."""
        for identifier in references(entity.get(name)):
            if identifier in self.by_id:
                yield self.by_id[identifier]

    def local_path(self, entity: Entity) -> str | None:
        """Return the path in the crate that an entity names, not decoded; None for a web or local identifier.

        A root that is no `./` (1.1 allows any relative path) is taken off the front.
        """
        identifier = entity.id
        if is_absolute(identifier) or identifier.startswith(("#", "_:")) or not identifier:
            return None
        root = self.root_id or "./"
        if root not in (".", "./", "/") and not is_absolute(root) and identifier.startswith(root):
            identifier = identifier[len(root) :]
        while identifier.startswith("./"):
            identifier = identifier[2:]
        return identifier


def decoded(path: str) -> str:
    """Return a path with its percent escapes replaced; a byte that is no UTF-8 stays recognisable."""
    return unquote(path, errors="surrogateescape")
