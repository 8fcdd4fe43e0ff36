"""From records to PROV-JSON, with prefixes that mean something and names that IRIs can carry."""

import re
import uuid
from collections.abc import Iterable
from typing import Any

from prov4ml_validators.prov_json.lexical import is_lexical
from prov4ml_validators.prov_json.names import is_absolute_iri
from prov4ml_validators.prov_json.records import ARGUMENTS, ELEMENTS

from ..text import escape_text
from .model import Attributes, Document, Ledger, Relation

PROV, XSD = "http://www.w3.org/ns/prov#", "http://www.w3.org/2001/XMLSchema#"
_OTHER_XSD = frozenset(
    {
        "http://www.w3.org/2001/XMLSchema",
        "http://www.w3.org/2000/10/XMLSchema#",
        "http://www.w3.org/2000/10/XMLSchema",
    }
)
KNOWN = {
    "prov": PROV,
    "xsd": XSD,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "schema": "http://schema.org/",
    "prov-ml": "https://w3id.org/prov4ml/prov-ml#",
    "provml": "https://w3id.org/prov4ml/prov-ml#",
    "yprov": "https://github.com/HPCI-Lab/yProv4ML#",
    "yProv4ML": "https://github.com/HPCI-Lab/yProv4ML#",
    "context": "https://w3id.org/prov4ml/context#",
}
"""Namespaces of prefixes that documents use without declaring them, or declare with no IRI. PROV-ML publishes
no namespace, so its terms have one of ours (docs/imports.md)."""

_BARE_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[0-9]+)?(?:/\S*)?")
# RFC 3987, section 2.2: what an IRI cannot hold; a % begins an escape.
_NOT_IN_IRI = re.compile(r'[\x00-\x20<>"{}|\\^`\x7f-\x9f\ud800-\udfff\ufffe\uffff]|%(?![0-9A-Fa-f]{2})')
# PROV-N, section 3.7.1: a local name has the letters and digits of SPARQL's PN_CHARS, and some marks.
_NOT_IN_NAME = re.compile(
    r"[^A-Za-z0-9_/@~&+*?#$!%=\'(),\-:;\[\].\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u037d\u037f-\u1fff"
    r"\u200c\u200d\u203f\u2040\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd"
    r"\U00010000-\U000effff]|%(?![0-9A-Fa-f]{2})"
)
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_QUALIFIED = ("prov:QUALIFIED_NAME", "xsd:QName")


def _escape(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogatepass"))


class Names:
    """The prefixes of a document as they are written, and its names under them."""

    def __init__(
        self, declared: dict[str, str], seed: str, ledger: Ledger, outer: "Names | None" = None
    ) -> None:
        self._ledger = ledger
        self._outer = outer
        self._own: dict[str, str] = {}
        self._xsd: set[str] = set()
        self._known: dict[str, str] = {}
        self._own_namespace = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, seed)}#"
        for prefix, namespace in declared.items():
            self._declare(prefix, namespace)

    def _declare(self, prefix: str, namespace: str) -> None:
        if namespace in _OTHER_XSD or (namespace == XSD and prefix != "xsd"):
            self._xsd.add(prefix)
            self._note(f"the XML Schema datatypes are those of {XSD}", prefix)
        elif prefix in ("prov", "xsd"):
            if namespace != KNOWN[prefix]:
                self._note(f"{prefix} means {KNOWN[prefix]}", prefix)
        elif prefix != "default" and not _PREFIX.fullmatch(prefix):
            self._note("a prefix that is no name is left out", prefix)
        else:
            self._own[prefix] = self._absolute(prefix, namespace)

    def _absolute(self, prefix: str, namespace: str) -> str:
        iri = _NOT_IN_IRI.sub(_escape, namespace.strip())
        if not is_absolute_iri(iri) or iri.startswith("_:"):
            if prefix != "default" and prefix in KNOWN:
                iri = KNOWN[prefix]
            elif _BARE_HOST.fullmatch(iri) and prefix == "default":
                iri = f"http://{iri}"
            elif prefix == "default":
                iri = self._own_namespace
            else:
                iri = f"{self._own_namespace[:-1]}:{_NOT_IN_IRI.sub(_escape, prefix)}#"
        if not iri.endswith(("#", "/", ":", "=", "?", "_")):
            iri += "/" if iri.count("/") == 2 else "#"
        if iri != namespace:
            self._note("a namespace is an absolute IRI that ends in # or /", f"{prefix} {namespace}")
        return iri

    def _note(self, message: str, subject: str) -> None:
        self._ledger.note("namespace", message, subject)

    def prefixes(self) -> dict[str, str]:
        """Return the prefixes to declare; ask when all names were asked for."""
        return dict(self._own)

    def name(self, name: str) -> str:
        """Return a name under the prefixes declared; what no IRI can hold is percent-encoded."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._resolve(name)
        return known

    def _resolve(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        if colon and prefix in self._xsd:
            return f"xsd:{self._encoded(name, local)}"
        if colon and self._declares(prefix):
            return f"{prefix}:{self._encoded(name, local)}"
        if colon and prefix in KNOWN:
            self._own[prefix] = KNOWN[prefix]
            self._ledger.note("prefix", "a prefix that is used is declared", prefix)
            return f"{prefix}:{self._encoded(name, local)}"
        if not self._declares("default"):
            self._own["default"] = self._own_namespace
            self._note("names without a prefix have a namespace", self._own_namespace)
        if colon:
            self._ledger.note("name", "a name with a colon and no prefix has it percent-encoded", name)
        return self._encoded(name, name).replace(":", "%3A") or "unnamed"

    def _declares(self, prefix: str) -> bool:
        if prefix in self._own or (prefix in ("prov", "xsd") and prefix not in self._xsd):
            return True
        return self._outer is not None and self._outer._declares(prefix)

    def _encoded(self, name: str, local: str) -> str:
        encoded = _NOT_IN_NAME.sub(_escape, local)
        if encoded != local:
            self._ledger.note("name", "what a qualified name cannot hold is percent-encoded in it", name)
        return encoded


def write_document(
    document: Document, ledger: Ledger, *, seed: str, outer: Names | None = None
) -> dict[str, Any]:
    """Return a document as PROV-JSON.

    Args:
        document: its records, one for each element.
        ledger: where repairs of names are noted.
        seed: what its own namespace is made from, if it needs one; the same text gives the same IRI.
        outer: the names of the document that a bundle is in.
    """
    names = Names(document.prefixes, seed, ledger, outer)
    sections: dict[str, Any] = {}
    for kind in ELEMENTS:
        written = {
            names.name(name): _attributes(element.attributes, name, names, ledger)
            for name, element in document.elements[kind].items()
        }
        if written:
            sections[kind] = written
    for relation in document.relations:
        section = sections.setdefault(relation.kind, {})
        section[_identifier(relation, section, names)] = _relation(relation, names, ledger)
    bundles = {
        names.name(name): write_document(bundle, ledger, seed=f"{seed}/{name}", outer=names)
        for name, bundle in document.bundles.items()
    }
    if bundles:
        sections["bundle"] = bundles
    prefixes = names.prefixes()
    return {"prefix": prefixes, **sections} if prefixes or outer is None else sections


def _identifier(relation: Relation, section: dict[str, Any], names: Names) -> str:
    if relation.name is not None:
        name = names.name(relation.name)
        if name not in section:
            return name
    return f"_:{relation.kind}{len(section) + 1}"


def _relation(relation: Relation, names: Names, ledger: Ledger) -> dict[str, Any]:
    order = ARGUMENTS[relation.kind]
    written: dict[str, Any] = {
        key: names.name(relation.arguments[key]) for key in order if key in relation.arguments
    }
    if relation.time is not None:
        written["prov:time"] = relation.time
    return written | _attributes(relation.attributes, relation.name or relation.kind, names, ledger)


def _attributes(attributes: Attributes, subject: str, names: Names, ledger: Ledger) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for key, values in attributes.items():
        if key in ("prov:startTime", "prov:endTime"):
            written[key] = values[0]
            continue
        typed = [_value(key, value, subject, names, ledger) for value in values]
        written[names.name(key)] = typed[0] if len(typed) == 1 else _distinct(typed)
    return written


def _distinct(values: Iterable[Any]) -> list[Any]:
    kept: list[Any] = []
    for value in values:
        if value not in kept:
            kept.append(value)
    return kept


def _value(key: str, value: Any, subject: str, names: Names, ledger: Ledger) -> Any:
    if isinstance(value, str):
        if key == "prov:type" and (prefix := value.partition(":"))[1] and _PREFIX.fullmatch(prefix[0]):
            ledger.note("type-as-text", "a type is a qualified name", f"{value} of {subject}")
            return {"$": names.name(value), "type": "prov:QUALIFIED_NAME"}
        return escape_text(value)
    if not isinstance(value, dict):
        return value
    literal = {"$": value["$"] if not isinstance(value["$"], str) else escape_text(value["$"])}
    if "type" in value:
        literal["type"] = names.name(value["type"])
        if literal["type"] in _QUALIFIED and isinstance(literal["$"], str):
            literal["$"] = names.name(value["$"])
        elif not _is_of_type(literal["$"], literal["type"]):
            ledger.note("lexical", "a literal that is not of its datatype is text", f"{key} of {subject}")
            literal["$"], literal["type"] = str(literal["$"]), "xsd:string"
    if "lang" in value:
        if re.fullmatch(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", value["lang"]):
            literal["lang"] = value["lang"]
        else:
            ledger.note("language", "a language that is none is left out", f"{key} of {subject}")
    return literal if len(literal) > 1 else literal["$"]


def _is_of_type(content: Any, datatype: str) -> bool:
    prefix, _, local = datatype.partition(":")
    if prefix != "xsd":
        return True
    text = (
        content
        if isinstance(content, str)
        else str(content).lower()
        if isinstance(content, bool)
        else str(content)
    )
    return is_lexical(text, local)
