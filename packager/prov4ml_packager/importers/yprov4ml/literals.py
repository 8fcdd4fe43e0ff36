"""Values of a document as Python values: typed literals, and what was written as text."""

from typing import Any

from ...record import JsonValue
from ...repair.model import Attributes, local_name, plain
from ...repair.python_text import number_of, value_of

_FLOATS = frozenset({"double", "float", "decimal"})
_TEXTS = frozenset({"string", "QName", "QUALIFIED_NAME", "anyURI", "dateTime"})


def literal_value(value: Any) -> JsonValue:
    """Return what one value of an attribute stands for; text that is a number is a number."""
    if not isinstance(value, dict):
        return value_of(value) if isinstance(value, str) else value
    content, datatype = plain(value), local_name(str(value.get("type", "")))
    if isinstance(content, str):
        if datatype in _TEXTS:
            return content
        found = number_of(content) if datatype in _FLOATS else value_of(content)
        if datatype == "boolean":
            return {"true": True, "1": True, "false": False, "0": False}.get(content.strip().lower(), content)
        return content if found is None and datatype in _FLOATS else found
    if datatype in _FLOATS and isinstance(content, int) and not isinstance(content, bool):
        try:
            return float(content)
        except OverflowError:
            return content
    return content  # type: ignore[no-any-return]


def attribute_value(values: list[Any]) -> JsonValue:
    """Return the value of an attribute; several values are a list."""
    found = [literal_value(value) for value in values]
    return found[0] if len(found) == 1 else found


def remaining(attributes: Attributes, *without: str) -> dict[str, JsonValue]:
    """Return the attributes but those of these local names and those of PROV itself, by their local names."""
    kept: dict[str, JsonValue] = {}
    for key, values in attributes.items():
        name = local_name(key)
        if name in without or key.startswith("prov:"):
            continue
        value = attribute_value(values)
        if value is not None:
            kept[name if name not in kept else key] = value
    return kept
