"""From the JSON of a document to its records: what has a wrong shape is mended, or dropped and noted."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from prov4ml_validators.prov_json.records import ARGUMENTS, ELEMENTS, KINDS, TIMED, TIMES
from prov4ml_validators.prov_json.shape import REQUIRED

from .loading import Repeated
from .model import Attributes, Document, Element, Ledger, Relation, local_name, plain
from .point_lists import POINT_LISTS

_SHAPE = "structure"
_ARGUMENTS = frozenset(argument for roles in ARGUMENTS.values() for argument in roles)
_WRITTEN = re.compile(
    r"""\{'(?:\$|value:?)': (?:(?P<quoted>'.*'|".*")|(?P<plain>[^'"\s].*)), 'd?type': '(?P<type>[\w:]+)'\}""",
    re.DOTALL,
)
_NESTED = "a list or object in a value is written as rdf:JSON"
_FORMAL_TIMES = {"activity": ("prov:startTime", "prov:endTime")}


def read_document(raw: dict[str, Any], ledger: Ledger) -> Document:
    """Return the records of a document; bundles are documents in it."""
    return _Reader(ledger).document(raw, is_bundle=False)


class _Reader:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def _drop(self, message: str, subject: str) -> None:
        self._ledger.note(_SHAPE, message, subject)

    def document(self, raw: dict[str, Any], *, is_bundle: bool) -> Document:
        document = Document()
        for section, content in raw.items():
            for part in content if isinstance(content, list) else [content]:
                if section == "prefix" and isinstance(part, dict):
                    self._prefixes(part, document)
                elif section == "bundle" and isinstance(part, dict) and not is_bundle:
                    self._bundles(part, document)
                elif section in KINDS and isinstance(part, dict):
                    self._section(section, part, document)
                else:
                    self._drop("what is no section of PROV-JSON is left out", section)
            if isinstance(content, list) and section in KINDS:
                self._drop("a section that stands several times becomes one", section)
        return document

    def _prefixes(self, part: dict[str, Any], document: Document) -> None:
        for prefix, namespace in part.items():
            if isinstance(namespace, str):
                document.prefixes[prefix] = namespace
            else:
                self._drop("a prefix whose namespace is no text is left out", prefix)

    def _bundles(self, part: dict[str, Any], document: Document) -> None:
        for name, content in part.items():
            if isinstance(content, dict):
                document.bundles[name] = self.document(content, is_bundle=True)
            else:
                self._drop("a bundle that is no object is left out", name)

    def _section(self, kind: str, part: dict[str, Any], document: Document) -> None:
        for name, body in part.items():
            records = [one for one in (body if isinstance(body, list) else [body]) if isinstance(one, dict)]
            if (isinstance(body, list) and len(records) < len(body)) or not isinstance(body, dict | list):
                self._drop("a record that is no object is left out", f"{kind} {name}")
            if kind in ELEMENTS:
                self._element(kind, name, records, document)
                continue
            for record in records:
                document.relations.extend(self._relations(kind, name, record))

    def _element(self, kind: str, name: str, records: list[dict[str, Any]], document: Document) -> None:
        if not records:
            return
        known = document.elements[kind].setdefault(name, Element(kind, name, []))
        known.records.extend(
            self._attributes(name, record, _FORMAL_TIMES.get(kind, ())) for record in records
        )

    def _relations(self, kind: str, name: str, record: dict[str, Any]) -> Iterator[Relation]:
        roles = ARGUMENTS[kind]
        subject = f"{kind} {name}"
        arguments: dict[str, list[str]] = {}
        rest: dict[str, Any] = {}
        time: str | None = None
        for key, value in record.items():
            if key in roles:
                names = [one for one in map(_name, value if isinstance(value, list) else [value]) if one]
                if names:
                    arguments[key] = names
                else:
                    self._drop("an argument that is no name is left out", subject)
            elif key == "prov:time":
                time = _time(value) if kind in TIMED else None
                if time is None:
                    self._drop("a time that is none, or where there is none, is left out", subject)
            else:
                rest[key] = value
        missing = [key for key in REQUIRED.get(kind, ()) if key not in arguments]
        if missing:
            self._drop(f"a relation without its {missing[0]} is left out", subject)
            return
        attributes = self._attributes(name, rest, ())
        several = [key for key, names in arguments.items() if len(names) > 1]
        if several and (kind, several) != ("hadMember", ["prov:entity"]):
            self._drop("an argument with several names becomes several relations", subject)
        # Only one argument is spread: two lists would say which belongs to which, and nothing does.
        spread = several[0] if several else None
        for one in arguments[spread] if spread else [""]:
            chosen = {key: one if key == spread else names[0] for key, names in arguments.items()}
            blank = name.startswith("_:") or not name or spread is not None
            copied = {key: list(values) for key, values in attributes.items()}
            yield Relation(kind, None if blank else name, chosen, copied, time)

    def _attributes(self, name: str, record: dict[str, Any], times: tuple[str, ...]) -> Attributes:
        attributes: Attributes = {}
        for key, value in record.items():
            if key in _ARGUMENTS:
                self._drop("an argument of a relation that this is none of is left out", f"{key} of {name}")
                continue
            if key in TIMES:
                time = _time(value) if key in times else None
                if time is None:
                    self._drop("a time that is none, or where there is none, is left out", name)
                else:
                    attributes[key] = [time]
                continue
            if isinstance(value, list) and local_name(key) in POINT_LISTS:
                attributes[key] = self._points(name, value)
                continue
            values = [self._value(name, one) for one in (value if isinstance(value, list) else [value])]
            kept = [one for one in values if one is not None]
            if kept:
                attributes[key] = kept
        return attributes

    def _points(self, name: str, value: list[Any]) -> list[Any]:
        """Return a list of points as one value: the several values of an attribute have no order."""
        if isinstance(value, Repeated):
            found: list[Any] = []
            for one in value:
                part = self._points(name, one) if isinstance(one, list) else [self._value(name, one)]
                found += [each for each in part if each is not None and each not in found]
            return found
        if len(value) == 1 and isinstance(plain(value[0]), str):
            return [self._value(name, value[0])]
        self._ledger.note("nested-value", _NESTED, name)
        return [
            {
                "$": json.dumps(_finite([plain(one) if _is_literal(one) else one for one in value])),
                "type": "rdf:JSON",
            }
        ]

    def _value(self, name: str, value: Any) -> Any:
        """Return a value that PROV-JSON knows; None for null, which it has not."""
        if isinstance(value, str):
            written = _literal_of(value)
            if written is None:
                return value
            self._ledger.note("python-text", "a literal that was written as text is one", name)
            return self._literal(name, written)
        if isinstance(value, bool | int):
            return value
        if isinstance(value, float):
            if math.isfinite(value):
                return value
            self._ledger.note("not-finite", "NaN and infinities are written as typed literals", name)
            text = "NaN" if math.isnan(value) else "INF" if value > 0 else "-INF"
            return {"$": text, "type": "xsd:double"}
        if _is_literal(value):
            return self._literal(name, value)
        if value is None:
            self._drop("null is no value and is left out", name)
            return None
        self._ledger.note("nested-value", _NESTED, name)
        return {"$": json.dumps(_finite(value)), "type": "rdf:JSON"}

    def _literal(self, name: str, value: dict[str, Any]) -> Any:
        content, datatype, language = value["$"], value.get("type"), value.get("lang")
        if isinstance(content, float) and not math.isfinite(content):
            return self._value(name, content)
        literal = {"$": content}
        if isinstance(datatype, str) and datatype:
            literal["type"] = datatype
        if isinstance(language, str) and language:
            literal["lang"] = language
        return literal if len(literal) > 1 else content


def _literal_of(text: str) -> dict[str, Any] | None:
    """Return the literal that a text is as Python writes it: yProv4ML 2.0.3 to 3.2.3 wrote some so."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    quoted, datatype = match["quoted"], match["type"]
    content = match["plain"] if quoted is None else quoted[1:-1]
    # Types of Python, such as NoneType, are no datatypes: what it was is told by the text.
    return {"$": content, "type": datatype} if ":" in datatype else {"$": content}


def _is_literal(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("$"), str | bool | int | float)


def _name(value: Any) -> str | None:
    content = value.get("$") if isinstance(value, dict) else value
    return content if isinstance(content, str) and content else None


def _time(value: Any) -> str | None:
    while isinstance(value, list) and value:
        value = value[0]
    content = value.get("$") if isinstance(value, dict) else value
    return None if content is None or isinstance(content, bool | list) else str(content)


def _finite(value: Any) -> Any:
    """Return a JSON value with floats that are not finite as text."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "INF" if value > 0 else "-INF"
    if isinstance(value, list):
        return [_finite(one) for one in value]
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    return value
