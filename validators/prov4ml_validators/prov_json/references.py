"""What records say of each other: references and times."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..json_text import pointer, shorten
from ..report import Finding, Location, Severity
from ..rules import rule
from .lexical import DATATYPES, instant, is_date_time, is_lexical
from .names import NONE, QUALIFIED_TYPES, XSD, expand
from .records import ARGUMENTS, TIMED, TIMES, Record, Scope

DANGLING = rule(
    "prov-json/dangling-reference",
    Severity.SHOULD,
    "What a relation names is described in the document.",
    source="PROV-JSON, section 3; RDF and PROV-N allow names that are described elsewhere",
    help="add the record that it names, or correct the name",
)
START_AFTER_END = rule(
    "prov-json/start-after-end",
    Severity.SHOULD,
    "An activity does not end before it starts.",
    source="PROV-CONSTRAINTS, constraint 30 (start-precedes-end); it compares no times itself",
    help="check both times, and their zones",
)
LEXICAL = rule(
    "prov-json/lexical",
    Severity.MUST,
    "A value is written as its datatype asks.",
    source="PROV-JSON, section 2.3; XML Schema part 2, section 3",
    help="write the value in the form of its datatype, or give it the datatype that it has",
)


DATATYPE = rule(
    "prov-json/datatype",
    Severity.SHOULD,
    "A datatype in the namespace of XML Schema is one that XML Schema has.",
    source="PROV-DM, section 5.7.3; XML Schema part 2, section 3",
    help="correct the spelling, or take a namespace of your own",
)
LANGUAGE = rule(
    "prov-json/language-and-type",
    Severity.SHOULD,
    "A text with a language has no datatype but prov:InternationalizedString.",
    source="PROV-N, section 3.7.3; PROV-JSON, section 2.3",
    help="leave one of the two out",
)
_WITH_LANGUAGE = ("InternationalizedString", "langString")


def check_references(scope: Scope, outer: Scope | None) -> Iterator[Finding]:
    """Yield names that nothing in the document or bundle describes.

    Args:
        scope: the document, or a bundle.
        outer: the document around a bundle, where its names may be described too.
    """
    names = {record.name for record in scope.records}
    described: set[str] | None = None
    for record in scope.records:
        for argument, kind in ARGUMENTS.get(record.kind, {}).items():
            value = record.attributes.get(argument)
            if value is None or (type(value) is str and (value in names or value == NONE)):
                continue  # described under the very same name, as nearly all are
            if described is None:
                described = _described(scope, outer)
            yield from _dangling(record, argument, kind, value, scope, described)


def _described(scope: Scope, outer: Scope | None) -> set[str]:
    document = outer or scope
    described = {expand(record.name, scope.namespaces) for record in scope.records}
    if outer is not None:
        described.update(expand(record.name, outer.namespaces) for record in outer.records)
    bundles = document.content.get("bundle")
    if isinstance(bundles, dict):
        described.update(expand(name, document.namespaces) for name in bundles)
    return described


def _dangling(
    record: Record, argument: str, kind: str, value: Any, scope: Scope, described: set[str]
) -> Iterator[Finding]:
    names: Sequence[Any] = value if isinstance(value, list) else [value]
    for index, name in enumerate(names):
        if isinstance(name, str) and expand(name, scope.namespaces) not in described:
            place = record.pointer + pointer(argument) + (f"/{index}" if isinstance(value, list) else "")
            what = "thing" if kind == "any" else kind
            yield DANGLING.finding(f"no {what} {shorten(name)} is described", Location(pointer=place))


def check_values(scope: Scope) -> Iterator[Finding]:
    """Yield values that are not in the form of their datatype, and activities that end before they start."""
    datatypes = _Datatypes(scope.namespaces)
    for record in scope.records:
        timed = record.kind in TIMED
        for key, value in record.attributes.items():
            if type(value) is str:
                if timed and key in TIMES and instant(value) is None and not is_date_time(value):
                    place = Location(pointer=record.pointer + pointer(key))
                    yield LEXICAL.finding(f"{shorten(value)} is no xsd:dateTime", place)
            elif type(value) is dict:
                if not datatypes.holds(value):
                    yield _not_lexical(value, record.pointer + pointer(key))
                if len(value) > 2:
                    yield from _language(value, record.pointer + pointer(key))
            elif type(value) is list:
                for index, one in enumerate(value):
                    if type(one) is dict:
                        if not datatypes.holds(one):
                            yield _not_lexical(one, f"{record.pointer}{pointer(key)}/{index}")
                        if len(one) > 2:
                            yield from _language(one, f"{record.pointer}{pointer(key)}/{index}")
        if record.kind == "activity":
            yield from _order(record)
    if datatypes.unknown:
        yield from _unknown_datatypes(scope, datatypes.unknown)


def _language(literal: Mapping[str, Any], place: str) -> Iterator[Finding]:
    datatype = literal.get("type")
    if isinstance(datatype, str) and "lang" in literal and not datatype.endswith(_WITH_LANGUAGE):
        message = f"the text has the language {shorten(literal['lang'])} and the datatype {datatype}"
        yield LANGUAGE.finding(message, Location(pointer=place))


def _unknown_datatypes(scope: Scope, unknown: set[str]) -> Iterator[Finding]:
    """Yield datatypes that XML Schema does not have, each where it first stands."""
    left = set(unknown)
    for record in scope.records:
        for key, value in record.attributes.items():
            for one in value if isinstance(value, list) else [value]:
                datatype = one.get("type") if isinstance(one, dict) else None
                if isinstance(datatype, str) and datatype in left:
                    left.discard(datatype)
                    where = Location(pointer=record.pointer + pointer(key))
                    yield DATATYPE.finding(f"XML Schema has no datatype {datatype}", where)


class _Datatypes(dict[str, str | None]):
    """Datatypes as written to their local names in XML Schema; None for those of others."""

    def __init__(self, namespaces: Mapping[str | None, str]) -> None:
        self._namespaces = namespaces
        self.unknown: set[str] = set()

    def __missing__(self, name: str) -> str | None:
        iri = expand(name, self._namespaces)
        is_xsd = iri.startswith(XSD[:-1]) or "XMLSchema" in iri
        self[name] = local = iri.rpartition("#")[2] if is_xsd else None
        if local is not None and iri.startswith(XSD) and local not in DATATYPES:
            self.unknown.add(name)
        return local

    def holds(self, literal: Mapping[str, Any]) -> bool:
        """Return whether the text of a literal is in the form of its datatype."""
        datatype, text = literal.get("type"), literal.get("$")
        if not isinstance(datatype, str):
            return True
        if datatype in QUALIFIED_TYPES:
            return not isinstance(text, bool | int | float)
        local = self[datatype]
        if local is None:
            return True
        if not isinstance(text, str | int | float):
            return True  # no literal: the structure says so
        return is_lexical(_written(text), local)


def _written(value: str | int | float) -> str:
    """Return a value as it would stand in a literal."""
    return (
        value
        if isinstance(value, str)
        else "true"
        if value is True
        else "false"
        if value is False
        else repr(value)
    )


def _not_lexical(literal: Mapping[str, Any], place: str) -> Finding:
    return LEXICAL.finding(
        f"{shorten(_written(literal['$']))} is no {literal['type']}", Location(pointer=place)
    )


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
