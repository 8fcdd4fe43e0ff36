"""Repairs of what is declared: one identifier twice, and one that is an entity and an activity."""

from prov4ml_validators.prov_json.records import ARGUMENTS

from .model import Attributes, Document, Element, Ledger, first_text, local_name
from .point_lists import POINT_LISTS
from .python_text import member_name

_APART = ("context", "path", "identifier")
"""Attributes of which one thing has one value: records that differ in them, or in points, are two things."""


def merge_declarations(document: Document, ledger: Ledger) -> None:
    """Make one record of each identifier; records that say they are two things get two identifiers."""
    for kind, elements in document.elements.items():
        for element in list(elements.values()):
            if len(element.records) < 2:
                continue
            if kind == "entity" and _are_apart(element.records):
                _split(document, element, ledger)
            else:
                message = f"one identifier that is declared several times is one {kind}"
                ledger.note("declared-twice", message, element.name)
                element.records = [_merged(element.records)]


def _are_apart(records: list[Attributes]) -> bool:
    if any(
        len({value for record in records if (value := first_text(record, name)) is not None}) > 1
        for name in _APART
    ):
        return True
    lists: dict[str, list[object]] = {}
    for record in records:
        for key, values in record.items():
            if local_name(key) in POINT_LISTS and values not in lists.setdefault(local_name(key), []):
                lists[local_name(key)].append(values)
    return any(len(different) > 1 for different in lists.values())


def _merged(records: list[Attributes]) -> Attributes:
    merged: Attributes = {}
    for record in records:
        for key, values in record.items():
            known = merged.setdefault(key, [])
            known.extend(value for value in values if value not in known)
            if key in ("prov:startTime", "prov:endTime"):
                del known[1:]
    return merged


def _split(document: Document, element: Element, ledger: Ledger) -> None:
    """Give each record an identifier; a relation goes to that of its activity's context, else the first."""
    entities = document.elements["entity"]
    by_context: dict[str, str] = {}
    records, element.records = element.records, element.records[:1]
    for index, record in enumerate(records):
        context = member_name(first_text(record, "context") or "")
        name = element.name
        if index:
            name = _free(f"{element.name}_{context or index + 1}", entities)
            entities[name] = Element("entity", name, [record])
        if context:
            by_context.setdefault(context, name)
    ledger.note(
        "declared-twice", "one identifier that stands for several things becomes several", element.name
    )
    for relation in document.relations:
        roles = ARGUMENTS[relation.kind]
        activity = next((one for key, one in relation.arguments.items() if roles[key] == "activity"), None)
        owner = by_context.get(member_name(local_name(activity))) if activity else None
        for key, value in relation.arguments.items():
            if value == element.name and roles[key] == "entity" and owner:
                relation.arguments[key] = owner


def separate_kinds(document: Document, ledger: Ledger) -> None:
    """Give an entity a name of its own where an activity has the same one (PROV-CONSTRAINTS 55)."""
    entities, activities = document.elements["entity"], document.elements["activity"]
    for name in [name for name in entities if name in activities]:
        new = _free(f"{name}_entity", {**entities, **activities})
        element = entities.pop(name)
        element.name = new
        entities[new] = element
        document.rename("entity", name, new)
        ledger.note("entity-and-activity", "an entity with the name of an activity gets another name", name)


def _free(wanted: str, taken: dict[str, Element]) -> str:
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name
