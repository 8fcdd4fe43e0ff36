"""Structure: what of a document breaks the JSON Schema of PROV-JSON, as findings."""

from collections.abc import Iterator
from typing import Any

from ..report import Finding, Location, Severity
from ..rules import rule
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


def check_structure(document: Any) -> Iterator[Finding]:
    """Yield what of a document breaks the schema."""
    for violation in shape_violations(document):
        parts = violation.pointer.count("/")
        in_bundle = violation.pointer.startswith("/bundle/")
        if violation.keyword == "required":
            broken = BAD_LITERAL if violation.message.startswith("$ ") else MISSING_ARGUMENT
        elif violation.keyword == "additionalProperties":
            broken = UNKNOWN_SECTION if parts == (2 if in_bundle else 0) else BAD_LITERAL
        else:
            broken = STRUCTURE
        yield broken.finding(violation.message, Location(pointer=violation.pointer))
