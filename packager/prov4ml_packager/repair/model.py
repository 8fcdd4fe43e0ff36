"""A PROV-JSON document under repair: records with names as written, and a ledger of what was put right."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from prov4ml_validators.prov_json.records import ARGUMENTS

from ..record import RepairRecord

Attributes = dict[str, list[Any]]
"""Attribute to its values: text, bool, int, float, or a literal `{"$": …, "type": …}`."""


@dataclass
class Element:
    """An entity, activity or agent; one that is declared several times has several records until merged."""

    kind: str
    name: str
    records: list[Attributes]

    @property
    def attributes(self) -> Attributes:
        """Return the attributes of the first record, which is the only one after `merge_declarations`."""
        return self.records[0]


@dataclass
class Relation:
    """A relation; `name` is None for a blank one, `arguments` are names by their attribute."""

    kind: str
    name: str | None
    arguments: dict[str, str]
    attributes: Attributes = field(default_factory=dict)
    time: str | None = None


@dataclass
class Document:
    """A document or a bundle."""

    prefixes: dict[str, str] = field(default_factory=dict)
    elements: dict[str, dict[str, Element]] = field(
        default_factory=lambda: {"entity": {}, "activity": {}, "agent": {}}
    )
    relations: list[Relation] = field(default_factory=list)
    bundles: dict[str, "Document"] = field(default_factory=dict)

    def of_kind(self, kind: str) -> list[Relation]:
        """Return the relations of a kind."""
        return [one for one in self.relations if one.kind == kind]

    def remove_element(self, kind: str, name: str) -> int:
        """Remove an element with all relations that name it in that role; return how many these were."""
        del self.elements[kind][name]
        before = len(self.relations)
        self.relations = [one for one in self.relations if not _names(one, kind, name)]
        return before - len(self.relations)

    def rename(self, kind: str, old: str, new: str) -> None:
        """Let every argument of a kind that names `old` name `new`; the elements stay as they are."""
        for relation in self.relations:
            for argument, expected in ARGUMENTS[relation.kind].items():
                if expected in (kind, "any") and relation.arguments.get(argument) == old:
                    relation.arguments[argument] = new


def _names(relation: Relation, kind: str, name: str) -> bool:
    roles = ARGUMENTS[relation.kind]
    return any(value == name and roles[key] in (kind, "any") for key, value in relation.arguments.items())


class Ledger:
    """Collects repairs, those of one rule and message together, in the order of the first of each."""

    def __init__(self) -> None:
        self._subjects: dict[tuple[str, str], dict[str, None]] = {}

    def note(self, rule: str, message: str, subjects: str | Iterable[str]) -> None:
        """Note a repair; a subject counts once."""
        names = self._subjects.setdefault((rule, message), {})
        names.update(dict.fromkeys([subjects] if isinstance(subjects, str) else subjects))

    def repairs(self) -> tuple[RepairRecord, ...]:
        """Return what was noted."""
        return tuple(
            RepairRecord(rule, message, tuple(subjects))
            for (rule, message), subjects in self._subjects.items()
        )


def local_name(name: str) -> str:
    """Return what follows the prefix of a name: `Metric` of `prov-ml:Metric`; a path stays whole."""
    prefix, colon, local = name.partition(":")
    is_prefix = all(part.isalnum() for part in re.split("[-_. ]+", prefix))
    return local if colon and is_prefix and local[:2] != "//" else name


def plain(value: Any) -> Any:
    """Return what a literal says without its datatype."""
    return value.get("$") if isinstance(value, dict) else value


def first(attributes: Attributes, *names: str) -> Any:
    """Return the first value of the first attribute that has one of these local names, else None."""
    for wanted in names:
        for key, values in attributes.items():
            if values and local_name(key) == wanted:
                return plain(values[0])
    return None


def first_text(attributes: Attributes, *names: str) -> str | None:
    """Return the first such value as text; None where there is none, or an empty one or `None`."""
    value = first(attributes, *names)
    text = "" if value is None else str(value).strip()
    return None if text in ("", "None") else text


def texts(attributes: Attributes, *names: str) -> Iterator[str]:
    """Yield all values of the attributes of these local names as text."""
    for key, values in attributes.items():
        if local_name(key) in names:
            yield from (str(plain(value)) for value in values)


Step = Callable[[Document, Ledger], None]
"""One kind of repair: changes the document, notes what it did."""
