"""Structure: what of a document breaks the JSON Schema of PROV-JSON, as findings."""

from collections.abc import Iterator
from typing import Any

from ..json_text import pointer, shorten
from ..report import Finding, Location, Severity
from ..rules import rule
from .records import KINDS
from .shape import shape_violations

_SOURCE = "PROV-JSON, W3C Member Submission 24 April 2013"

STRUCTURE = rule(
    "prov-json/structure",
    Severity.MUST,
    "A document is an object of prefixes, bundles and sections, a section an object of records, and each part"
    " has the JSON type that the submission gives it.",
    source=f"{_SOURCE}, section 2",
    help="see https://www.w3.org/submissions/prov-json/",
)
UNKNOWN_SECTION = rule(
    "prov-json/unknown-section",
    Severity.MUST,
    "A document or bundle has no sections but prefix, bundle and the 18 kinds of records.",
    source=f"{_SOURCE}, section 2.1",
    help="check the spelling; bundles do not nest",
)
MISSING_ARGUMENT = rule(
    "prov-json/missing-argument",
    Severity.MUST,
    "A relation has the arguments that PROV-DM does not let be left out.",
    source=f"{_SOURCE}, section 3; PROV-DM, section 5",
    help="name what the relation is about",
)
BAD_LITERAL = rule(
    "prov-json/literal",
    Severity.MUST,
    "A value is a string, a number, a boolean, a literal with $ and type or lang, or an array of these.",
    source=f"{_SOURCE}, section 2.3",
    help='write {"$": "text of the value", "type": "xsd:..."}',
)


_OTHER_WORDS = {
    "wasRevisionOf": "wasDerivedFrom with the prov:type prov:Revision",
    "wasQuotedFrom": "wasDerivedFrom with the prov:type prov:Quotation",
    "hadPrimarySource": "wasDerivedFrom with the prov:type prov:PrimarySource",
    "bundles": "bundle",
    "prefixes": "prefix",
    "namespaces": "prefix",
    "agents": "agent",
    "activities": "activity",
    "entities": "entity",
}


def _unknown_sections(document: Any, place: str) -> Iterator[Finding]:
    """Yield each key that is no section, where it stands, and what may be meant."""
    in_bundle = bool(place)
    content = document
    if in_bundle:
        name = place.removeprefix("/bundle/").replace("~1", "/").replace("~0", "~")
        content = document["bundle"][name]
    known = (*KINDS, "prefix") if in_bundle else (*KINDS, "prefix", "bundle")
    for key in content:
        if key not in known:
            message = f"{shorten(key)} is no section{_meant(key, known)}"
            yield UNKNOWN_SECTION.finding(message, Location(pointer=place + pointer(key)))


def _meant(key: str, known: tuple[str, ...]) -> str:
    if key == "bundle":
        return ": bundles do not nest"
    if key in _OTHER_WORDS:
        return f"; write {_OTHER_WORDS[key]}"
    from difflib import get_close_matches

    lowered = {one.lower(): one for one in known}
    near = get_close_matches(key.lower(), list(lowered), 1, 0.7)
    return f"; near is {lowered[near[0]]}" if near else ""


def check_structure(document: Any) -> Iterator[Finding]:
    """Yield what of a document breaks the schema."""
    for violation in shape_violations(document):
        parts = violation.pointer.count("/")
        in_bundle = violation.pointer.startswith("/bundle/")
        if violation.keyword == "required":
            broken = BAD_LITERAL if violation.message.startswith("$ ") else MISSING_ARGUMENT
        elif violation.keyword == "additionalProperties" and parts == (2 if in_bundle else 0):
            yield from _unknown_sections(document, violation.pointer)
            continue
        elif violation.keyword == "additionalProperties":
            broken = BAD_LITERAL
        else:
            broken = STRUCTURE
        yield broken.finding(violation.message, Location(pointer=violation.pointer))
