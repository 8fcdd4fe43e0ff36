"""Attributes: those that PROV defines, where it allows them; and characters that no name has."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..json_text import pointer, shorten
from ..report import Finding, Location, Severity
from ..rules import rule
from .names import PROV, expand
from .records import ARGUMENTS, ELEMENTS, TIMED, Record, Scope

_DM = "PROV-DM, section 5.7.2, table 8"

PROV_ATTRIBUTE = rule(
    "prov-json/prov-attribute",
    Severity.SHOULD,
    "An attribute in the namespace of PROV is one that PROV defines, on a kind of record that may have it.",
    source=f"{_DM}; PROV-JSON, section 3",
    help="correct the spelling, move it to the right record, or take a namespace of your own",
)
SEVERAL_VALUES = rule(
    "prov-json/several-values",
    Severity.SHOULD,
    "An entity has at most one prov:value.",
    source="PROV-DM, section 5.7.2.5",
    help="keep one, or describe each value by an entity of its own",
)
TYPE_AS_TEXT = rule(
    "prov-json/type-as-text",
    Severity.SHOULD,
    "A type that is a name is written as one: plain text names nothing.",
    source="PROV-DM, section 5.7.2.4; PROV-JSON, section 2.3",
    help='write {"$": "prefix:Type", "type": "prov:QUALIFIED_NAME"}',
)
EMPTY_RELATION = rule(
    "prov-json/empty-relation",
    Severity.SHOULD,
    "Of what a relation may leave out, at least one argument or attribute is there, or its identifier.",
    source="PROV-DM, sections 5.1.3, 5.1.4, 5.1.6–5.1.8 and 5.3.3",
    help="say by what, of what or when it was, or leave the relation out",
)
NAME_CHARACTERS = rule(
    "prov-json/name-characters",
    Severity.SHOULD,
    "A name has no space and no other character that an IRI cannot have.",
    source="PROV-N, section 3.7.1; RFC 3987, section 2.2",
    help="replace the character, by - or _ or its percent-encoding",
)

_FORBIDDEN = ' <>"{}|\\^`'
_EVERYWHERE = frozenset({"prov:label", "prov:type"})
_ROLE = frozenset({*TIMED, "wasAssociatedWith"}) - {"activity"}
_PLACED: Mapping[str, frozenset[str]] = {
    "prov:location": frozenset({*ELEMENTS, *TIMED}),
    "prov:role": _ROLE,
    "prov:value": frozenset({"entity"}),
}
_OF_PROV_O = frozenset({"startedAtTime", "endedAtTime", "generatedAtTime", "invalidatedAtTime", "atTime"})
"""Of these `prov-ml/time-attribute` says by what name PROV-JSON has them."""

_ONE_ARGUMENT = {
    "wasGeneratedBy": "prov:entity",
    "used": "prov:activity",
    "wasStartedBy": "prov:activity",
    "wasEndedBy": "prov:activity",
    "wasInvalidatedBy": "prov:entity",
    "wasAssociatedWith": "prov:activity",
}


def _formal(kind: str) -> frozenset[str]:
    if kind == "activity":
        return frozenset({"prov:startTime", "prov:endTime"})
    return frozenset({*ARGUMENTS.get(kind, ()), *(("prov:time",) if kind in TIMED else ())})


_ALLOWED = {
    kind: _formal(kind) | _EVERYWHERE | {key for key, kinds in _PLACED.items() if kind in kinds}
    for kind in (*ELEMENTS, *ARGUMENTS)
}


def check_attributes(scope: Scope) -> Iterator[Finding]:
    """Yield attributes that PROV does not define or has elsewhere, and records that say too much or nothing.

    Each attribute and each type is one finding for a kind of record, at the first that has it.
    """
    seen = {kind: set(allowed) for kind, allowed in _ALLOWED.items()}
    texts: dict[str, list[Record]] = {}
    for record in scope.records:
        kind, attributes = record.kind, record.attributes
        if not seen[kind].issuperset(attributes):
            strange = attributes.keys() - seen[kind]
            seen[kind] |= strange
            yield from _strange(scope, record, strange)
        if len(attributes) == 1 and kind in _ONE_ARGUMENT and record.name.startswith("_:"):
            yield EMPTY_RELATION.finding(
                f"{kind} says no more than its {_ONE_ARGUMENT[kind]}", Location(pointer=record.pointer)
            )
        if "prov:value" in attributes:
            value = attributes["prov:value"]
            if type(value) is list and len(value) > 1:
                where = Location(pointer=record.pointer + pointer("prov:value"))
                yield SEVERAL_VALUES.finding(f"{shorten(record.name)} has {len(value)} values", where)
        if "prov:type" in attributes:
            types = attributes["prov:type"]
            for one in types if type(types) is list else (types,):
                if type(one) is str and ":" in one:
                    texts.setdefault(one, []).append(record)
    yield from _texts(scope, texts)


def _strange(scope: Scope, record: Record, keys: set[str]) -> Iterator[Finding]:
    for key in sorted(keys, key=list(record.attributes).index):
        local = key.removeprefix("prov:")
        if local in _OF_PROV_O or not expand(key, scope.namespaces).startswith(PROV):
            continue
        where = Location(pointer=record.pointer + pointer(key))
        if key in _PLACED:
            message = f"{key} is no attribute of {record.kind}: PROV has it on {_listed(_PLACED[key])}"
        elif key == f"prov:{local}":
            message = f"{key} is no attribute of {record.kind} in PROV{_nearest(local, record.kind)}"
        else:
            message = f"{key} is in the namespace of PROV, whose prefix in PROV-JSON is prov"
        yield PROV_ATTRIBUTE.finding(message, where)


def _nearest(local: str, kind: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(f"prov:{local}", sorted(_ALLOWED[kind]), 1, 0.8)
    return f"; near is {near[0]}" if near else ""


def _listed(kinds: frozenset[str]) -> str:
    return ", ".join(kind for kind in (*ELEMENTS, *ARGUMENTS) if kind in kinds)


def _texts(scope: Scope, texts: Mapping[str, list[Record]]) -> Iterator[Finding]:
    for text, records in texts.items():
        prefix, _, local = text.partition(":")
        if prefix in scope.namespaces and local and not local.startswith("//") and " " not in text:
            more = f", and of {len(records) - 1:,} more" if len(records) > 1 else ""
            message = f"the type of {shorten(records[0].name)}{more} is the text {shorten(text)} and no name"
            yield TYPE_AS_TEXT.finding(message, Location(pointer=records[0].pointer + pointer("prov:type")))


def check_characters(scope: Scope) -> Iterator[Finding]:
    """Yield identifiers with characters that cannot be in the IRI that they stand for.

    All identifiers of a section are looked at in one go; one by one only where there is something.
    """
    sections: list[tuple[str, Any]] = [(kind, scope.content.get(kind)) for kind in (*ELEMENTS, *ARGUMENTS)]
    if not scope.pointer:
        sections.append(("bundle", scope.content.get("bundle")))
    for kind, section in sections:
        if isinstance(section, dict) and not _is_clean("".join(section)):
            for name in section:
                if not _is_clean(name):
                    character = next(char for char in name if not _is_clean(char))
                    message = f"the identifier {shorten(name)} has {_shown(character)}"
                    where = Location(pointer=scope.pointer + pointer(kind, name))
                    yield NAME_CHARACTERS.finding(message, where)


def _is_clean(text: str) -> bool:
    return text.isprintable() and not any(char in text for char in _FORBIDDEN)


def _shown(character: str) -> str:
    if character == " ":
        return "a space"
    return (
        f"the character {character}" if character.isprintable() else f"the character U+{ord(character):04X}"
    )
