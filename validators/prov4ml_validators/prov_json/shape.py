"""The schema of PROV-JSON as a program: the violations that the JSON Schema has, a hundred times faster.

`schemas/prov-json.schema.json` remains the reference; a test holds both against each other on every corpus
and on damaged documents. Each function yields what is wrong in one kind of place, and the common case, that
nothing is, costs a few comparisons and no string is built.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..json_text import pointer
from ..schema import Violation, describe
from .records import ARGUMENTS, ELEMENTS, TIMED, TIMES

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "wasGeneratedBy": ("prov:entity",),
    "used": ("prov:activity",),
    "wasInformedBy": ("prov:informed", "prov:informant"),
    "wasStartedBy": ("prov:activity",),
    "wasEndedBy": ("prov:activity",),
    "wasInvalidatedBy": ("prov:entity",),
    "wasDerivedFrom": ("prov:generatedEntity", "prov:usedEntity"),
    "wasAttributedTo": ("prov:entity", "prov:agent"),
    "wasAssociatedWith": ("prov:activity",),
    "actedOnBehalfOf": ("prov:delegate", "prov:responsible"),
    "wasInfluencedBy": ("prov:influencee", "prov:influencer"),
    "specializationOf": ("prov:specificEntity", "prov:generalEntity"),
    "alternateOf": ("prov:alternate1", "prov:alternate2"),
    "hadMember": ("prov:collection", "prov:entity"),
    "mentionOf": ("prov:specificEntity", "prov:generalEntity", "prov:bundle"),
}
"""The arguments that PROV-DM, section 5 does not let be left out."""

_LANGUAGE = r"^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$"
_IS_LANGUAGE = re.compile(_LANGUAGE).search
_LITERAL = {"$": None, "type": None, "lang": None}
_SCALAR_TYPES = ["string", "number", "boolean", "object"]
_PLAIN = frozenset({str, int, float, bool})


def _time_keys(kind: str) -> frozenset[str]:
    if kind == "activity":
        return TIMES - {"prov:time"}
    return frozenset({"prov:time"}) if kind in TIMED else frozenset()


_NAMES = {kind: frozenset(ARGUMENTS.get(kind, {})) for kind in (*ELEMENTS, *ARGUMENTS)}
_TIMES = {kind: _time_keys(kind) for kind in _NAMES}


def shape_violations(document: Any) -> Iterator[Violation]:
    """Yield where a document breaks the schema, in the order of the document."""
    if not isinstance(document, dict):
        yield _of_type("", "object", document)
        return
    yield from _content(document, "", inside_bundle=False)
    bundles = document.get("bundle", {})
    if not isinstance(bundles, dict):
        yield _of_type("/bundle", "object", bundles)
        return
    for name, content in bundles.items():
        place = pointer("bundle", name)
        if isinstance(content, dict):
            yield from _content(content, place, inside_bundle=True)
        else:
            yield _of_type(place, "object", content)


def _of_type(place: str, expected: str | list[str], value: Any) -> Violation:
    return Violation(place, "type", describe("type", expected, value, None))


def _content(content: Mapping[str, Any], place: str, *, inside_bundle: bool) -> Iterator[Violation]:
    unknown = [
        key for key in content if key not in _NAMES and key != "prefix" and (inside_bundle or key != "bundle")
    ]
    if unknown:
        yield _unknown(place, unknown)
    for key, section in content.items():
        if key == "prefix":
            yield from _namespaces(section, f"{place}/prefix")
        elif key in _NAMES:
            yield from _section(key, section, place)


def _unknown(place: str, keys: list[str]) -> Violation:
    return Violation(
        place,
        "additionalProperties",
        describe("additionalProperties", False, dict.fromkeys(keys), {"properties": {}}),
    )


def _namespaces(table: Any, place: str) -> Iterator[Violation]:
    if not isinstance(table, dict):
        yield _of_type(place, "object", table)
        return
    for prefix, namespace in table.items():
        if not isinstance(namespace, str):
            yield _of_type(place + pointer(prefix), "string", namespace)


def _section(kind: str, section: Any, place: str) -> Iterator[Violation]:
    if not isinstance(section, dict):
        yield _of_type(place + pointer(kind), "object", section)
        return
    names, times, required = _NAMES[kind], _TIMES[kind], REQUIRED.get(kind, ())
    for name, body in section.items():
        for record in body if type(body) is list else (body,):
            if not _is_well_formed(record, names, times, required):
                break
        else:
            if body != []:
                continue
        yield from _explain(kind, body, place + pointer(kind, name))


def _is_well_formed(
    record: Any, names: frozenset[str], times: frozenset[str], required: tuple[str, ...]
) -> bool:
    """Return whether a record has nothing that needs a closer look."""
    if type(record) is not dict:
        return False
    for key in required:
        if key not in record:
            return False
    for key, value in record.items():
        kind = type(value)
        if kind is str:
            if not value and key in names:
                return False
        elif key in names or key in times:
            return False
        elif kind is dict:
            if not _is_literal(value):
                return False
        elif kind is list:
            for one in value:
                if type(one) not in _PLAIN and not (type(one) is dict and _is_literal(one)):
                    return False
        elif kind not in _PLAIN:
            return False
    return True


def _is_literal(value: Mapping[str, Any]) -> bool:
    if "$" not in value or type(value["$"]) not in _PLAIN:
        return False
    if len(value) == 1:
        return True
    datatype = value.get("type")
    return len(value) == 2 and type(datatype) is str and datatype != ""


def _explain(kind: str, body: Any, place: str) -> Iterator[Violation]:
    if not isinstance(body, list):
        yield from _record(kind, body, place)
    elif not body:
        yield Violation(place, "minItems", describe("minItems", 1, body, None))
    else:
        for index, one in enumerate(body):
            yield from _record(kind, one, f"{place}/{index}")


def _record(kind: str, record: Any, place: str) -> Iterator[Violation]:
    if not isinstance(record, dict):
        yield _of_type(place, "object", record)
        return
    for key in REQUIRED.get(kind, ()):
        if key not in record:
            yield Violation(place, "required", f"{key} is missing")
    for key, value in record.items():
        here = place + pointer(key)
        if key in _TIMES[kind]:
            if not isinstance(value, str):
                yield _of_type(here, "string", value)
        elif kind == "hadMember" and key == "prov:entity":
            yield from _names(value, here)
        elif key in _NAMES[kind]:
            yield from _name(value, here)
        elif isinstance(value, list):
            for index, one in enumerate(value):
                yield from _scalar(one, f"{here}/{index}")
        else:
            yield from _scalar(value, here)


def _names(value: Any, place: str) -> Iterator[Violation]:
    if not isinstance(value, list):
        if isinstance(value, str):
            yield from _name(value, place)
        else:
            yield _of_type(place, ["string", "array"], value)
        return
    if not value:
        yield Violation(place, "minItems", describe("minItems", 1, value, None))
    for index, one in enumerate(value):
        yield from _name(one, f"{place}/{index}")


def _name(value: Any, place: str) -> Iterator[Violation]:
    if not isinstance(value, str):
        yield _of_type(place, "string", value)
    elif not value:
        yield Violation(place, "minLength", describe("minLength", 1, value, None))


def _scalar(value: Any, place: str) -> Iterator[Violation]:
    if type(value) in _PLAIN:
        return
    if not isinstance(value, dict):
        yield _of_type(place, _SCALAR_TYPES, value)
        return
    if "$" not in value:
        yield Violation(place, "required", "$ is missing")
    elif type(value["$"]) not in _PLAIN:
        yield _of_type(f"{place}/$", ["string", "number", "boolean"], value["$"])
    if "type" in value:
        yield from _name(value["type"], f"{place}/type")
    if "lang" in value:
        language = value["lang"]
        if not isinstance(language, str):
            yield _of_type(f"{place}/lang", "string", language)
        elif not _IS_LANGUAGE(language):
            yield Violation(f"{place}/lang", "pattern", describe("pattern", _LANGUAGE, language, None))
    unknown = [key for key in value if key not in _LITERAL]
    if unknown:
        yield _unknown(place, unknown)
