"""Repairs of values that were turned into text: numbers, True, None, members of enumerations, lists."""

import json
import math
import re
from typing import Any

from ..provenance.values import literal
from .model import Attributes, Document, Ledger, local_name
from .point_lists import parse_points
from .python_text import value_of

# Identifiers, versions and the like are text even where they look like a number.
_NAMELIKE = re.compile(
    r"(?i)(?:version|id|name|label|title|identifier|release|commit|path|uri|url|type|role)\Z"
)
_KEPT = frozenset({"prov:label", "prov:role", "prov:location", "prov:startTime", "prov:endTime"})


def type_values(document: Document, ledger: Ledger) -> None:
    """Give values their types; a value that is `None` was none and is left out."""
    for elements in document.elements.values():
        for element in elements.values():
            _type(element.attributes, element.name, ledger)
    for relation in document.relations:
        _type(relation.attributes, relation.name or relation.kind, ledger)


def _type(attributes: Attributes, subject: str, ledger: Ledger) -> None:
    for key, values in list(attributes.items()):
        if key in _KEPT:
            continue
        new = [typed for value in values if (typed := _value(key, value, subject, ledger)) is not None]
        if new:
            attributes[key] = new
        else:
            del attributes[key]


def _value(key: str, value: Any, subject: str, ledger: Ledger) -> Any:
    if not isinstance(value, str) or key == "prov:type":
        return value
    if (as_list := _list(value)) is not None:
        ledger.note("list-as-text", "a list that was written as text is a literal of type rdf:JSON", subject)
        return as_list
    found = value_of(value)
    if found is None:
        ledger.note("python-text", "an attribute that is None is left out", f"{local_name(key)} of {subject}")
        return None
    if isinstance(found, str):
        if found != value:
            ledger.note("python-text", "the member of an enumeration is its name", f"{value} of {subject}")
        return found
    if isinstance(found, bool) or not _NAMELIKE.search(local_name(key)):
        ledger.note(
            "text-as-value",
            "a value that was written as text has its type",
            f"{local_name(key)} of {subject}",
        )
        return literal(found)
    return value


def _list(text: str) -> dict[str, str] | None:
    """Return a whole list of numbers as rdf:JSON; None for anything else, also for one that was shortened."""
    if not (text.startswith("[") and text.endswith("]")):
        return None
    points = parse_points([text])
    if points is None or points.gap is not None or any(isinstance(item, str) for item in points.items):
        return None
    items = [_finite(item) if isinstance(item, float) else item for item in points.items]
    return {"$": json.dumps(items), "type": "rdf:JSON"}


def _finite(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "INF" if value > 0 else "-INF"
