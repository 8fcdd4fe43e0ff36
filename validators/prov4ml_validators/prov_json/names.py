"""Prefixes, namespaces and qualified names."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..json_text import pointer, shorten
from ..report import Finding, Location, Severity
from ..rules import rule
from .records import ARGUMENTS, ELEMENTS, Record, Scope
from .shape import REQUIRED
from .structure import MISSING_ARGUMENT

_SOURCE = "PROV-JSON, section 2.2"
NONE = "-"
"""An argument that is left out, as PROV-N writes it."""
_IRI_HELP = "a name is no IRI: declare the namespace of the IRI, and write prefix:rest"
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
PREFIX_NAME = rule(
    "prov-json/prefix-name",
    Severity.SHOULD,
    "A prefix begins with a letter and goes on with letters, digits, dots, hyphens and underscores.",
    source=f"{_SOURCE}; PROV-N, section 3.7.1 (PN_PREFIX)",
    help='give it another name; "default" is that of names without a prefix, and _ that of no identifier',
)
QUALIFIED_TYPES = frozenset({"prov:QUALIFIED_NAME", "xsd:QName"})
_PREFIX = re.compile(r"[^\W\d_](?:[\w.·-]*[\w·-])?")


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


def is_absolute_iri(text: str) -> bool:
    """Return whether a text has the form of an absolute IRI: a scheme and only their characters."""
    return _ABSOLUTE_IRI.fullmatch(text) is not None


class Expanded(dict[str, str]):
    """Names that come again and again, such as those of attributes, to their IRIs."""

    def __init__(self, namespaces: Mapping[str | None, str]) -> None:
        self._namespaces = namespaces

    def __missing__(self, name: str) -> str:
        self[name] = iri = expand(name, self._namespaces)
        return iri


def check_namespaces(scope: Scope) -> Iterator[Finding]:
    """Yield what is wrong in the prefix table of a document or bundle."""
    declared = scope.content.get("prefix")
    if not isinstance(declared, dict):
        return
    for prefix, namespace in declared.items():
        if not isinstance(namespace, str):
            continue
        where = Location(pointer=scope.pointer + pointer("prefix", prefix))
        if _PREFIX.fullmatch(prefix) is None:
            yield PREFIX_NAME.finding(f"{shorten(prefix)} is no prefix", where)
        if not is_absolute_iri(namespace):
            message = f"the namespace of {shorten(prefix)} is no absolute IRI: {shorten(namespace)}"
            yield RELATIVE_NAMESPACE.finding(message, where)
        elif namespace in _OTHER_XSD:
            yield OLD_XSD.finding(f"{prefix} is {namespace}", where)
        elif {"prov": PROV, "xsd": XSD}.get(prefix, namespace) != namespace:
            yield REDEFINED_PREFIX.finding(f"{prefix} is made to mean {shorten(namespace)}", where)


def check_names(scope: Scope) -> Iterator[Finding]:
    """Yield the names of a document or bundle that no namespace explains, each prefix once a record."""
    known = scope.namespaces
    if "bundle" in scope.content and isinstance(scope.content["bundle"], dict):
        for name in scope.content["bundle"]:
            if not _is_explained(name, known):
                yield _unexplained(name, known, scope.pointer + pointer("bundle", name))
    explained: set[str] = set()  # attributes and datatypes: a few names that come again and again
    for record in scope.records:
        name = record.name
        if not _is_explained(name, known) and (record.kind in ELEMENTS or not name.startswith("_:")):
            yield _unexplained(name, known, record.pointer)
        arguments = ARGUMENTS.get(record.kind, ())
        for key, value in record.attributes.items():
            if key not in explained:
                if _is_explained(key, known):
                    explained.add(key)
                else:
                    yield _unexplained(key, known, record.pointer + pointer(key))
            if type(value) is str:
                if key in arguments and (value == NONE or not _is_explained(value, known)):
                    yield from _no_name(record, key, value, known)
            elif type(value) is dict:
                for one in _unexplained_in_literal(value, known, explained):
                    yield _unexplained(one, known, record.pointer + pointer(key))
            elif type(value) is list:
                yield from _in_values(record, key, value, known, explained)


def _in_values(
    record: Record, key: str, values: list[Any], known: Mapping[str | None, str], explained: set[str]
) -> Iterator[Finding]:
    is_argument = key in ARGUMENTS.get(record.kind, ())
    for index, value in enumerate(values):
        if isinstance(value, dict):
            names = _unexplained_in_literal(value, known, explained)
        else:
            names = (
                [value] if is_argument and isinstance(value, str) and not _is_explained(value, known) else []
            )
        for name in names:
            yield _unexplained(name, known, f"{record.pointer}{pointer(key)}/{index}")


def _unexplained_in_literal(
    literal: Mapping[str, Any], known: Mapping[str | None, str], explained: set[str]
) -> list[str]:
    datatype, text = literal.get("type"), literal.get("$")
    found: list[str] = []
    if isinstance(datatype, str):
        if datatype not in explained:
            if _is_explained(datatype, known):
                explained.add(datatype)
            else:
                found.append(datatype)
        if datatype in QUALIFIED_TYPES and isinstance(text, str) and not _is_explained(text, known):
            found.append(text)
    return found


def _is_explained(name: str, known: Mapping[str | None, str]) -> bool:
    prefix, colon, _ = name.partition(":")
    return (prefix in known or prefix == "_") if colon else None in known


def _no_name(record: Record, key: str, value: str, known: Mapping[str | None, str]) -> Iterator[Finding]:
    """Yield what is wrong with an argument that no namespace explains: `-` says that there is none."""
    where = record.pointer + pointer(key)
    if value != NONE:
        yield _unexplained(value, known, where)
    elif key in REQUIRED[record.kind]:
        yield MISSING_ARGUMENT.finding(f"{key} is - and cannot be left out", Location(pointer=where))


def _unexplained(name: str, known: Mapping[str | None, str], place: str) -> Finding:
    prefix, colon, _ = name.partition(":")
    where = Location(pointer=place)
    if not colon:
        return NO_DEFAULT.finding(f"{shorten(name)} has no prefix and there is no default", where)
    message = f"the prefix {shorten(prefix)} of {shorten(name)} is not declared"
    return UNDECLARED_PREFIX.finding(message, where, _IRI_HELP if "://" in name else None)
