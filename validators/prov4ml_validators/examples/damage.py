"""Small damages to the base crate: a few properties of an entity, wrong and right."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .base_crate import CONTENT, RUN_PROFILES, Entity, base_crate

_MORE = "+"
_MOST_VALUES = 3
Changes = Mapping[str, Any]
"""Identifier of an entity to its changed properties, a new entity where there is none; None takes away."""


@dataclass(frozen=True)
class Example:
    """What breaks a rule, and the same put right, both as changes to the base crate.

    Attributes:
        wrong: entities with changed properties.
        right: the same for the right side; nothing where the base crate itself is right.
        wrong_top: changed members of the document, such as `@context`.
        right_top: the same for the right side.
        shown: the identifiers of the entities to show, if not all that are changed.
        again: the wrong side describes the first changed entity a second time.
        files: other files of the crate than those described, by path: text of the wrong and of the right one,
            None where there is no such file.
    """

    wrong: Changes = field(default_factory=dict)
    right: Changes = field(default_factory=dict)
    wrong_top: Changes = field(default_factory=dict)
    right_top: Changes = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    again: bool = False
    files: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)

    def document(self, version: str, *, wrong: bool) -> dict[str, Any]:
        """Return the metadata of the whole crate, for a version of RO-Crate."""
        found = base_crate(version)
        graph = {one["@id"]: one for one in found["@graph"]}
        for identifier, changed in _versioned(self.wrong if wrong else self.right, version).items():
            if changed is None:
                graph.pop(identifier, None)
            else:
                graph[identifier] = _laid_over(graph.get(identifier, {"@id": identifier}), changed)
        entities = list(graph.values())
        if wrong and self.again:
            entities.append(graph[next(iter(self.wrong))])
        top = _versioned(self.wrong_top if wrong else self.right_top, version)
        return _laid_over({**found, "@graph": entities}, top)

    def text(self, version: str, *, wrong: bool) -> str:
        """Return what to show: the changed file, members of the document, or entities, a property a line.

        Of long arrays only what is not on both sides is shown, and the first value.
        """
        if self.files:
            ((path, texts),) = self.files.items()
            text = texts[0 if wrong else 1]
            return f"{path}: not there" if text is None else f"{path}:\n{text}"
        document = self.document(version, wrong=wrong)
        other = self.document(version, wrong=not wrong)
        if self.wrong_top or self.right_top:
            wanted = {*self.wrong_top, *self.right_top, "@context"}
            shown = {key: value for key, value in document.items() if key in wanted}
            return _lines(shown if shown else {"@graph": []}, {})
        changes = [_versioned(one, version) for one in (self.wrong, self.right)]
        names = list(self.shown or dict.fromkeys(name for one in changes for name in one))
        lines: list[str] = []
        for name in names:
            states = [one.get(name) or {} for one in changes]
            keys = {"@id", "@type", *(key for one in states for key in one)}
            own = {name, *(one["@id"] for one in states if isinstance(one.get("@id"), str))}
            found, before = (
                [_some(one, keys) for one in side["@graph"] if one.get("@id", name) in own]
                for side in (document, other)
            )
            if lines and found == before:
                continue  # the same on both sides, and only what the first entity hangs on
            lines += [_lines(one, before[0] if before else {}) for one in found]
        return ",\n".join(lines) or f"no entity {json.dumps(names[0])}"


def _versioned(changes: Changes, version: str) -> Changes:
    """Write the versions of RO-Crate and of Workflow Run RO-Crate for their placeholders."""
    run = RUN_PROFILES.get(version, ("", ""))[0]
    text = json.dumps(changes).replace("{version}", version).replace("{run}", run)
    found: Changes = json.loads(text)
    return found


def _laid_over(entity: Entity, changed: Changes) -> Entity:
    found = {**entity, **changed}
    for key, value in changed.items():
        if isinstance(value, dict) and set(value) == {_MORE}:
            before = entity.get(key, [])
            found[key] = [*(before if isinstance(before, list) else [before]), *value[_MORE]]
    return {key: value for key, value in found.items() if value is not None}


def _some(entity: Entity, wanted: set[str]) -> Entity:
    return {key: value for key, value in entity.items() if key in wanted}


def _lines(shown: Entity, other: Entity) -> str:
    inner = [f"{json.dumps(key)}: {_short(value, other.get(key))}" for key, value in shown.items()]
    return "{" + ",\n ".join(inner) + "}"


def _short(value: Any, other: Any) -> str:
    if not isinstance(value, list) or len(value) <= _MOST_VALUES or not isinstance(other, list):
        return json.dumps(value, ensure_ascii=False)
    own = [one for one in value[1:] if one not in other]
    parts = [json.dumps(value[0], ensure_ascii=False), "...", *(json.dumps(one) for one in own)]
    return f"[{', '.join(parts)}]"


def more(*identifiers: str) -> dict[str, Any]:
    """Return a value of a changed property that adds references to those of the base crate."""
    return {_MORE: [{"@id": one} for one in identifiers]}


def at(identifier: str, wrong: Changes, right: Changes | None = None) -> Example:
    """Return an example that changes an entity of the base crate; without `right` that is right as it is."""
    return Example({identifier: wrong}, {identifier: right} if right is not None else {})


def lacks(identifier: str, *names: str) -> Example:
    """Return an example in which an entity of the base crate lacks properties."""
    return at(identifier, dict.fromkeys(names))


def extra(identifier: str, wrong: Entity, right: Changes, **links: Any) -> Example:
    """Return an example with one more entity.

    Args:
        identifier: of the entity.
        wrong: its properties.
        right: those that are different on the right side.
        links: `property=identifier of the entity` that refers to it by the property, on both sides.
    """
    link = {holder: {name: {"@id": identifier}} for name, holder in links.items()}
    return Example({identifier: wrong, **link}, {identifier: {**wrong, **right}, **link})


def described_files(document: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the content of every file that a document describes in its crate."""
    found = {}
    for one in document["@graph"]:
        kinds = one.get("@type", []) if isinstance(one, dict) else []
        name = one.get("@id") if isinstance(one, dict) else None
        if (
            isinstance(name, str)
            and "File" in kinds
            and ":" not in name
            and not name.startswith(("#", "/", "."))
        ):
            found[name.replace("%20", " ")] = CONTENT
    return found
