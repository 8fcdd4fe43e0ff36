"""The metadata of a crate after an update: entities put in and taken out, properties of the root set."""

import json
import re
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, unquote

from prov4ml_validators.crate.graph import CrateGraph

from ..errors import PackagerError
from ..release import release
from ..text import escape_text
from .archive.members import METADATA, Member
from .entities import Entity, as_list, doi_url, identifiers, references
from .file_entities import described_file
from .licences import licence_entity
from .options import RUN_TERMS, Author, CrateOptions, Spec
from .people import add_people, identifier_entity

_PROPERTY = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_STRUCTURE = frozenset({"about", "conformsTo", "hasPart", "mainEntity", "mentions"})
_TOOL = "https://pypi.org/project/prov4ml/"

Document = dict[str, Any]


@dataclass(frozen=True)
class Changes:
    """What to change.

    Attributes:
        add: a file for each path in the crate that it gets.
        remove: paths in the crate; of a directory all that is in it.
        properties: new values of the root data entity, as texts; an empty one takes the property away.
            `license` may be an SPDX identifier, `identifier` a DOI, `keywords` are separated by commas.
        time: when, recorded with the update.
        author: who makes the change.
        author_if_named: the same where nobody was given; a crate that does not name them is not to do so
            now, since it may be one that names nobody.
    """

    time: datetime
    add: Mapping[str, Path] = field(default_factory=dict)
    remove: Sequence[str] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    author: Author | None = None
    author_if_named: Author | None = None


def changed_document(
    document: Document,
    changes: Changes,
    *,
    crate: Path,
    added: Sequence[Member],
    removed: Collection[str],
    left: Collection[str],
) -> Document:
    """Return the metadata of a crate after an update, which it tells as an `UpdateAction`.

    Args:
        document: as it was; it is not changed.
        changes: what was asked for.
        crate: for error messages.
        added: the members that came in.
        removed: the paths of the files that went.
        left: the paths of the files that stay.

    Raises:
        PackagerError: there is no root data entity, or a property cannot be set.
    """
    new: Document = json.loads(json.dumps(document))
    graph = [one for one in new["@graph"] if isinstance(one, dict)]
    gone = _gone(graph, removed, left)
    graph = [_without(one, gone) for one in graph if one.get("@id") not in gone]
    new["@graph"] = graph
    root = next((one for one in graph if one.get("@id") == "./"), None)
    if root is None:
        raise PackagerError("has no root data entity ./", path=crate, place=METADATA)
    for member in added:
        put_part(new, _file_entity(member, changes.time))
    for name, value in changes.properties.items():
        _set(graph, root, name, value, crate)
    _record(graph, root, changes, [quote(member.path) for member in added], sorted(removed))
    return new


def put_part(document: Document, entity: Document) -> None:
    """Describe a file in the graph, over what is said of it already, as a part of the root data entity."""
    graph = document["@graph"]
    _put(graph, entity)
    root = next(one for one in graph if one.get("@id") == "./")
    parts = as_list(root.get("hasPart", []))
    if not any(isinstance(one, dict) and one.get("@id") == entity["@id"] for one in parts):
        root["hasPart"] = _plain([*parts, {"@id": entity["@id"]}])


def define_terms(document: Document) -> None:
    """Let the context define `sha256`, as the context of RO-Crate does not."""
    context = as_list(document.get("@context", []))
    if not any(one == RUN_TERMS or (isinstance(one, dict) and "sha256" in one) for one in context):
        document["@context"] = [*context, RUN_TERMS]


def _plain(values: list[Any]) -> Any:
    """Return a single value without its array (RO-Crate 1.2, JSON-LD: arrays of one)."""
    return values[0] if len(values) == 1 else values


def _gone(graph: Sequence[Document], removed: Collection[str], left: Collection[str]) -> set[str]:
    """Return the identifiers of removed files, and of directories of which nothing is left."""
    empty = {folder for path in removed for folder in _folders(path)}
    empty -= {folder for path in left for folder in _folders(path)}
    gone = set()
    for entity in graph:
        identifier = entity.get("@id")
        if isinstance(identifier, str):
            path = unquote(identifier.removeprefix("./"))
            if path in removed or path in empty:
                gone.add(identifier)
    return gone


def _folders(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: depth + 1]) + "/" for depth in range(len(parts))]


def _without(entity: Document, gone: set[str]) -> Document:
    """Return an entity without references to what is gone."""
    kept: Document = {}
    for key, value in entity.items():
        values = as_list(value)
        left = [one for one in values if not (isinstance(one, dict) and one.get("@id") in gone)]
        if len(left) == len(values):
            kept[key] = value
        elif left:
            kept[key] = _plain(left)
    return kept


def _put(graph: list[Document], entity: Document) -> None:
    for index, one in enumerate(graph):
        if one.get("@id") == entity["@id"]:
            graph[index] = {**one, **entity}
            return
    graph.append(entity)


def _file_entity(member: Member, time: datetime) -> Document:
    name = escape_text(member.path.rsplit("/", 1)[-1])
    sentence = f"{name}, added to the crate on {time.date().isoformat()}."
    return described_file(member, name, sentence)


def _set(graph: list[Document], root: Document, name: str, value: str, crate: Path) -> None:
    if _PROPERTY.fullmatch(name) is None or name in _STRUCTURE:
        hint = "set a property such as name, description or license"
        raise PackagerError("cannot be set", path=crate, place=name, hint=hint)
    if not value:
        root.pop(name, None)
    elif name == "license":
        _refer(graph, root, name, dict(licence_entity(value)))
    elif name == "identifier":
        _set_identifier(graph, root, value)
    elif name == "keywords":
        words = [word.strip() for word in value.split(",")]
        if not all(words):
            raise PackagerError("one is empty", path=crate, place=name, hint="leave it out")
        root[name] = _plain([escape_text(word) for word in words])
    elif any(isinstance(one, dict) for one in as_list(root.get(name))):
        hint = "package again with the option or the configuration for it"
        raise PackagerError("refers to other entities", path=crate, place=name, hint=hint)
    else:
        root[name] = escape_text(value)


def _set_identifier(graph: list[Document], root: Document, value: str) -> None:
    """Set the identifier as in a crate that is built with it: its URL, from RO-Crate 1.2 on an entity."""
    version = CrateGraph({"@graph": graph}).declared_version
    if version not in ("1.2", "1.3"):
        root["identifier"] = doi_url(value)
        return
    taken = {str(one.get("@id")) for one in graph if "PropertyValue" not in as_list(one.get("@type"))}
    cited = (value,) if doi_url(value) in taken else ()
    entity = identifier_entity(value, CrateOptions(spec=cast(Spec, version), citations=cited))
    _refer(graph, root, "identifier", dict(entity))


def _refer(graph: list[Document], root: Document, name: str, entity: Document) -> None:
    """Let the root refer to an entity, in place of one that goes if nothing else refers to it."""
    before = set(identifiers(root.pop(name, None)))
    used = {to for one in graph for value in one.values() for to in identifiers(value)}
    graph[:] = [one for one in graph if one.get("@id") not in before - used]
    _put(graph, entity)
    root[name] = {"@id": entity["@id"]}


def _record(
    graph: list[Document], root: Document, changes: Changes, added: Sequence[str], removed: Sequence[str]
) -> None:
    key = json.dumps([changes.time.isoformat(), list(added), list(removed), dict(changes.properties)])
    action: Document = {
        "@id": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, key)}",
        "@type": "UpdateAction",
        "name": "Update of the crate",
        "description": " ".join(change_sentences(changes, removed)),
        "instrument": {"@id": _TOOL},
        "object": {"@id": "./"},
        "result": references(list(added) or ["./"]),
        "endTime": changes.time.isoformat(timespec="seconds"),
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }
    if (agent := _agent(graph, changes)) is not None:
        action["agent"] = {"@id": agent}
    _put(graph, action)
    _put(graph, _tool_entity())
    root["mentions"] = _plain([*as_list(root.get("mentions", [])), {"@id": action["@id"]}])


def _agent(graph: list[Document], changes: Changes) -> str | None:
    """Return the `@id` of who makes the change, described if the crate does not do so; None if unknown.

    Whoever has an ORCID is known by it, others by their name.
    """
    author = changes.author or changes.author_if_named
    if author is None:
        return None
    entities: dict[str, Entity] = {}
    (identifier,) = add_people(entities, CrateOptions(authors=(author,)))
    name = entities[identifier]["name"]
    for one in graph:
        is_same = one.get("@id") == identifier or (author.orcid is None and one.get("name") == name)
        if is_same and "Person" in as_list(one.get("@type")):
            return str(one["@id"])
    if changes.author is None:
        return None
    known = {one.get("@id") for one in graph}
    graph += [dict(entity) for key, entity in entities.items() if key not in known]
    return identifier


def _tool_entity() -> Document:
    return {
        "@id": _TOOL,
        "@type": "SoftwareApplication",
        "name": "prov4ml-pack",
        "description": "The program that changed the crate.",
        "url": _TOOL,
        "version": release(),
    }


def change_sentences(changes: Changes, removed: Sequence[str]) -> list[str]:
    """Return what was changed, a sentence a change."""
    said = [f"Added {escape_text(path)}." for path in sorted(changes.add)]
    said += [f"Removed {escape_text(path)}." for path in removed]
    return said + [f"Set {name}." for name in sorted(changes.properties)]
