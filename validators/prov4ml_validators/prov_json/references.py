"""What records say of each other: references, types of identifiers, times."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..json_text import pointer, shorten
from ..report import Finding, Location, Severity
from ..rules import rule
from .lexical import instant, is_date_time, is_lexical
from .names import XSD, expand
from .records import ARGUMENTS, TIMED, TIMES, Record, Scope, scope_records

DANGLING = rule(
    "prov-json/dangling-reference",
    Severity.SHOULD,
    "What a relation names is described in the document.",
    source="PROV-JSON, section 3; RDF and PROV-N allow names that are described elsewhere",
    help="add the record that it names, or correct the name",
)
ENTITY_AND_ACTIVITY = rule(
    "prov-json/entity-and-activity",
    Severity.MUST,
    "Nothing is both an entity and an activity.",
    source="PROV-CONSTRAINTS, constraint 55 (entity-activity-disjoint)",
    help="give one of them another identifier",
)
START_AFTER_END = rule(
    "prov-json/start-after-end",
    Severity.MUST,
    "An activity does not end before it starts.",
    source="PROV-CONSTRAINTS, constraint 30 (start-precedes-end)",
    help="check both times, and their zones",
)
LEXICAL = rule(
    "prov-json/lexical",
    Severity.MUST,
    "A value is written as its datatype asks.",
    source="PROV-JSON, section 2.3; XML Schema part 2, section 3",
    help="write the value in the form of its datatype, or give it the datatype that it has",
)


def check_references(scope: Scope, outer: Scope | None) -> Iterator[Finding]:
    """Yield names that nothing in the document or bundle describes, and identifiers of two kinds.

    Args:
        scope: the document, or a bundle.
        outer: the document around a bundle, where its names may be described too.
    """
    described: set[str] = set()
    kinds: dict[str, set[str]] = {"entity": set(), "activity": set()}
    records = list(scope_records(scope))
    for record in records:
        iri = expand(record.name, scope.namespaces)
        described.add(iri)
        if record.kind in kinds:
            kinds[record.kind].add(iri)
    if outer is not None:
        described.update(expand(record.name, outer.namespaces) for record in scope_records(outer))
    document = outer or scope
    bundles = document.content.get("bundle")
    if isinstance(bundles, dict):
        described.update(expand(name, document.namespaces) for name in bundles)
    both = kinds["entity"] & kinds["activity"]
    for record in records:
        if record.kind == "activity" and expand(record.name, scope.namespaces) in both:
            message = f"{shorten(record.name)} is an entity and an activity"
            yield ENTITY_AND_ACTIVITY.finding(message, Location(pointer=record.pointer))
        yield from _dangling(record, scope, described)


def _dangling(record: Record, scope: Scope, described: set[str]) -> Iterator[Finding]:
    for argument, kind in ARGUMENTS.get(record.kind, {}).items():
        value = record.attributes.get(argument)
        names: Sequence[Any] = value if isinstance(value, list) else [value]
        for index, name in enumerate(names):
            if isinstance(name, str) and expand(name, scope.namespaces) not in described:
                place = record.pointer + pointer(argument) + (f"/{index}" if isinstance(value, list) else "")
                what = "thing" if kind == "any" else kind
                yield DANGLING.finding(f"no {what} {shorten(name)} is described", Location(pointer=place))


def check_values(scope: Scope) -> Iterator[Finding]:
    """Yield values that are not in the form of their datatype, and activities that end before they start."""
    for record in scope_records(scope):
        for key, value in record.attributes.items():
            place = record.pointer + pointer(key)
            if key in TIMES and record.kind in TIMED and isinstance(value, str):
                if not is_date_time(value):
                    yield LEXICAL.finding(f"{shorten(value)} is no xsd:dateTime", Location(pointer=place))
            elif isinstance(value, list):
                for index, one in enumerate(value):
                    yield from _literal(one, scope.namespaces, f"{place}/{index}")
            else:
                yield from _literal(value, scope.namespaces, place)
        if record.kind == "activity":
            yield from _order(record)


def _literal(value: Any, namespaces: Mapping[str | None, str], place: str) -> Iterator[Finding]:
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        return
    datatype = expand(value["type"], namespaces)
    local = datatype.rpartition("#")[2] if datatype.startswith(XSD[:-1]) or "XMLSchema" in datatype else None
    text = value.get("$")
    if isinstance(text, bool):
        text = "true" if text else "false"
    elif isinstance(text, int | float):
        text = repr(text)
    if local is not None and isinstance(text, str) and not is_lexical(text, local):
        yield LEXICAL.finding(f"{shorten(text)} is no {value['type']}", Location(pointer=place))


def _order(record: Record) -> Iterator[Finding]:
    start, end = record.attributes.get("prov:startTime"), record.attributes.get("prov:endTime")
    if not isinstance(start, str) or not isinstance(end, str):
        return
    first, last = instant(start), instant(end)
    if first is None or last is None or (first.tzinfo is None) != (last.tzinfo is None):
        return  # with and without a zone there is no order
    if first > last:
        message = f"{shorten(record.name)} starts at {start} and ends before, at {end}"
        yield START_AFTER_END.finding(message, Location(pointer=record.pointer))
