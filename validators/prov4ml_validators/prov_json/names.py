"""Prefixes, namespaces and qualified names."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..json_text import pointer, shorten
from ..report import Finding, Location, Severity
from ..rules import rule
from .records import ARGUMENTS, KINDS, Record, Scope, scope_records

_SOURCE = "PROV-JSON, section 2.2"
PROV = "http://www.w3.org/ns/prov#"
XSD = "http://www.w3.org/2001/XMLSchema#"
_OTHER_XSD = frozenset({"http://www.w3.org/2001/XMLSchema", "http://www.w3.org/2000/10/XMLSchema#"})
_ABSOLUTE_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+")

RELATIVE_NAMESPACE = rule(
    "prov-json/relative-namespace",
    Severity.MUST,
    "A namespace is an absolute IRI.",
    source=f"{_SOURCE}; RFC 3987, section 2.2",
    help="begin it with a scheme, such as http://, and end it with # or /",
)
REDEFINED_PREFIX = rule(
    "prov-json/redefined-prefix",
    Severity.MUST,
    "The prefixes prov and xsd stand for their own namespaces.",
    source=f"{_SOURCE}; PROV-N, section 3.7.1",
    help=f"leave prov and xsd out; they mean {PROV} and {XSD}",
)
OLD_XSD = rule(
    "prov-json/xsd-namespace",
    Severity.SHOULD,
    "The namespace of the XML Schema datatypes ends in #, and is that of the Recommendation.",
    source="XML Schema part 2, section 3.1",
    help=f"write {XSD}",
)
UNDECLARED_PREFIX = rule(
    "prov-json/undeclared-prefix",
    Severity.MUST,
    "Every prefix that a name uses is declared.",
    source=_SOURCE,
    help='add it to "prefix"',
)
NO_DEFAULT = rule(
    "prov-json/no-default-namespace",
    Severity.MUST,
    "A name without a prefix needs a default namespace.",
    source=_SOURCE,
    help='give the name a prefix, or declare "default" in "prefix"',
)
_QUALIFIED_TYPES = frozenset({"prov:QUALIFIED_NAME", "xsd:QName"})


def scopes(document: Mapping[str, Any]) -> Iterator[Scope]:
    """Yield the document and then each of its bundles; a bundle sees the document's prefixes too."""
    namespaces = _namespaces(document, {"prov": PROV, "xsd": XSD})
    yield Scope(document, namespaces, "")
    bundles = document.get("bundle")
    if isinstance(bundles, dict):
        for name, content in bundles.items():
            if isinstance(content, dict):
                yield Scope(content, _namespaces(content, namespaces), pointer("bundle", name))


def _namespaces(content: Mapping[str, Any], inherited: Mapping[str | None, str]) -> dict[str | None, str]:
    namespaces = dict(inherited)
    declared = content.get("prefix")
    if isinstance(declared, dict):
        for prefix, namespace in declared.items():
            if isinstance(namespace, str):
                namespaces[None if prefix == "default" else prefix] = namespace
    return namespaces


def expand(name: str, namespaces: Mapping[str | None, str]) -> str:
    """Return the IRI of a qualified name; the name itself where its prefix is not declared or it is blank."""
    prefix, colon, local = name.partition(":")
    namespace = namespaces.get(prefix if colon else None)
    return name if namespace is None else namespace + (local if colon else name)


def check_namespaces(scope: Scope) -> Iterator[Finding]:
    """Yield what is wrong in the prefix table of a document or bundle."""
    declared = scope.content.get("prefix")
    if not isinstance(declared, dict):
        return
    for prefix, namespace in declared.items():
        if not isinstance(namespace, str):
            continue
        where = Location(pointer=scope.pointer + pointer("prefix", prefix))
        if _ABSOLUTE_IRI.fullmatch(namespace) is None:
            message = f"the namespace of {shorten(prefix)} is no absolute IRI: {shorten(namespace)}"
            yield RELATIVE_NAMESPACE.finding(message, where)
        elif prefix == "xsd" and namespace in _OTHER_XSD:
            yield OLD_XSD.finding(f"xsd is {namespace}", where)
        elif {"prov": PROV, "xsd": XSD}.get(prefix, namespace) != namespace:
            yield REDEFINED_PREFIX.finding(f"{prefix} is made to mean {shorten(namespace)}", where)


def check_names(scope: Scope) -> Iterator[Finding]:
    """Yield the names of a document or bundle that no namespace explains, each prefix once a record."""
    known = scope.namespaces
    if "bundle" in scope.content and isinstance(scope.content["bundle"], dict):
        for name in scope.content["bundle"]:
            yield from _unexplained(name, known, scope.pointer + pointer("bundle", name))
    for record in scope_records(scope):
        if record.kind in KINDS[:3] or not record.name.startswith("_:"):
            yield from _unexplained(record.name, known, record.pointer)
        for key, value in record.attributes.items():
            place = record.pointer + pointer(key)
            yield from _unexplained(key, known, place)
            yield from _value_names(record, key, value, known, place)


def _value_names(
    record: Record, key: str, value: Any, known: Mapping[str | None, str], place: str
) -> Iterator[Finding]:
    is_argument = key in ARGUMENTS.get(record.kind, {})
    values = enumerate(value) if isinstance(value, list) else [(None, value)]
    for index, one in values:
        where = place if index is None else f"{place}/{index}"
        if isinstance(one, str) and is_argument:
            yield from _unexplained(one, known, where)
        elif isinstance(one, dict):
            datatype, text = one.get("type"), one.get("$")
            if isinstance(datatype, str):
                yield from _unexplained(datatype, known, where)
                if datatype in _QUALIFIED_TYPES and isinstance(text, str):
                    yield from _unexplained(text, known, where)


def _unexplained(name: str, known: Mapping[str | None, str], place: str) -> Iterator[Finding]:
    prefix, colon, _ = name.partition(":")
    if not colon:
        if None not in known:
            yield NO_DEFAULT.finding(
                f"{shorten(name)} has no prefix and there is no default", Location(pointer=place)
            )
    elif prefix not in known and prefix != "_":
        message = f"the prefix {shorten(prefix)} of {shorten(name)} is not declared"
        yield UNDECLARED_PREFIX.finding(message, Location(pointer=place))
