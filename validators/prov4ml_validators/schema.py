"""JSON Schemas of this package, compiled once, and their errors in words of our own."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from .json_text import pointer, shorten


class Violation(NamedTuple):
    """One place where a value breaks a schema: pointer, keyword of the schema, and a sentence."""

    pointer: str
    keyword: str
    message: str


_FOLDER = Path(__file__).with_name("schemas")
"""Beside the code and not by `importlib.resources`, whose import takes longer than a small crate's check."""
_TYPE_NAMES = {"object": "an object", "array": "an array", "integer": "an integer"}


def load_resource(name: str) -> Any:
    """Return a JSON file of the `schemas` folder."""
    return json.loads((_FOLDER / name).read_bytes())


@cache
def _validator(name: str, definition: str | None) -> Any:
    from jsonschema import Draft202012Validator

    document = load_resource(name)
    if definition is not None:
        document = {"$ref": f"#/$defs/{definition}", "$defs": document["$defs"]}
    return Draft202012Validator(document)


@cache
def definitions(name: str) -> frozenset[str]:
    """Return the names under `$defs` of a schema."""
    return frozenset(load_resource(name)["$defs"])


def describe(keyword: str, limit: Any, value: Any, schema: Any) -> str:
    """Return one sentence on a value that breaks a keyword of a schema.

    Args:
        keyword: such as `type`.
        limit: what the schema has there.
        value: the value that breaks it.
        schema: the object with the keyword; asked only for the known members.
    """
    if keyword == "type":
        allowed = [limit] if isinstance(limit, str) else limit
        return (
            f"{shorten(value)} where {' or '.join(_TYPE_NAMES.get(one, one) for one in allowed)} is expected"
        )
    if keyword == "additionalProperties":
        return (
            f"unknown: {', '.join(shorten(key) for key in value if key not in schema.get('properties', {}))}"
        )
    if keyword == "enum":
        return f"{shorten(value)} is none of {', '.join(shorten(one) for one in limit)}"
    if keyword == "pattern":
        return f"{shorten(value)} does not match {limit}"
    if keyword in ("minItems", "minLength"):
        return f"{shorten(value)} is empty"
    if keyword == "minimum":
        return f"{shorten(value)} is smaller than {limit}"
    if keyword == "maximum":
        return f"{shorten(value)} is larger than {limit}"
    return f"{shorten(value)} breaks the rule {keyword}"


def violations(value: Any, name: str, definition: str | None = None) -> Iterator[Violation]:
    """Yield where a value breaks a schema, in the order of the schema.

    Args:
        value: parsed JSON.
        name: file in the `schemas` folder.
        definition: check against this entry of `$defs` and not the whole schema.
    """
    for error in _validator(name, definition).iter_errors(value):
        place = pointer(*error.absolute_path)
        keyword = error.validator
        if keyword == "required":
            missing = [key for key in error.validator_value if key not in error.instance]
            # jsonschema reports each missing member on its own; the message says which.
            named = next((key for key in missing if error.message.startswith(repr(key))), missing[0])
            yield Violation(place, keyword, f"{named} is missing")
        else:
            yield Violation(
                place, keyword, describe(keyword, error.validator_value, error.instance, error.schema)
            )
