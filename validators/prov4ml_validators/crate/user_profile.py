"""Profiles that users write: rules in a TOML or YAML file that hold in addition to those of RO-Crate.

The file has a `name` and a list `rule` of tables; `docs/ro-crate-conformance.md` lists their keys. Nothing in
it is executed but regular expressions, which come from the user and not from the crate.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..report import Finding, Severity, Unreadable
from ..rules import Rule
from .graph import CrateGraph, Entity, is_absolute
from .shape import Expect, Selector, Shape, of, the_root
from .user_profile_text import SUFFIXES, ProfileText, read_profile_text

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_SELECTORS = ("type", "match", "referenced_by")
_DEMANDS = ("min", "max", "value_types", "value_kind", "among", "pattern")
_KEYS: Mapping[str, type | tuple[type, ...]] = {
    "id": str,
    "severity": str,
    "sentence": str,
    "help": str,
    "type": (str, list),
    "match": str,
    "referenced_by": str,
    "property": str,
    "min": int,
    "max": int,
    "value_types": list,
    "value_kind": str,
    "among": list,
    "pattern": str,
    "wrong": str,
    "right": str,
}
_NEEDED = ("id", "property")
_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ].+)?")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, dict) and isinstance(value.get("@value"), str))


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("@id"), str)


def _is_url(value: Any) -> bool:
    found = value.get("@id") if isinstance(value, dict) else value
    return isinstance(found, str) and is_absolute(found)


_KINDS: Mapping[str, Callable[[Any], bool]] = {
    "text": _is_text,
    "reference": _is_reference,
    "url": _is_url,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "date": lambda value: isinstance(value, str) and _DATE.fullmatch(value) is not None,
}


@dataclass(frozen=True)
class UserProfile:
    """The rules of one file.

    Attributes:
        name: as the file says; the rules are `user/<name>/<id>`.
        shapes: in the order of the file.
    """

    name: str
    shapes: tuple[Shape, ...]

    def check(self, graph: CrateGraph) -> Iterator[Finding]:
        """Yield what of a crate breaks the rules."""
        for shape in self.shapes:
            yield from shape.check(graph)


def is_user_profile(name: str) -> bool:
    """Return whether a name is that of a file with rules."""
    return name.lower().endswith(SUFFIXES)


def read_user_profile(path: Path) -> UserProfile:
    """Read a profile.

    Args:
        path: a TOML or YAML file.

    Raises:
        Unreadable: absent, neither, or a rule that is not understood; names the rule, its key and its line.
    """
    text = read_profile_text(path)
    name = text.table.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        hint = f"add {text.example('name', 'lab')}, in small letters"
        raise Unreadable(str(path), "the profile has no name", hint, text.place("name"))
    unknown = sorted(str(key) for key in set(text.table) - {"name", "rule"})
    if unknown:
        message = f"unknown key {unknown[0]}"
        raise Unreadable(str(path), message, "known are name and rule", text.place(unknown[0]))
    rules = text.table.get("rule")
    if not isinstance(rules, list) or not rules or not all(isinstance(one, dict) for one in rules):
        message = "the profile has no rules"
        raise Unreadable(str(path), message, f"add {text.rule_example}", text.place("rule"))
    shapes = tuple(_shape(text, name, number, one) for number, one in enumerate(rules))
    seen: set[str] = set()
    for number, shape in enumerate(shapes):
        if shape.rule.id in seen:
            message = f"{shape.rule.id} is there twice"
            raise Unreadable(str(path), message, "give one of them another id", text.place("id", number))
        seen.add(shape.rule.id)
    return UserProfile(name, shapes)


def _shape(text: ProfileText, profile: str, number: int, table: Mapping[str, Any]) -> Shape:
    label = f"rule {number + 1}" + (f" ({table['id']})" if isinstance(table.get("id"), str) else "")

    def refuse(key: str, problem: str, hint: str) -> Unreadable:
        return Unreadable(str(text.path), f"{label}: {problem}", hint, text.place(key, number))

    for key, value in table.items():
        if key not in _KEYS:
            raise refuse(str(key), f"unknown key {key}", f"known are {', '.join(_KEYS)}")
        if not isinstance(value, _KEYS[key]) or isinstance(value, bool):
            raise refuse(key, f"{key} has the wrong type", f"write {_form(text, key)}")
        if isinstance(value, list) and not all(isinstance(one, str) for one in value):
            raise refuse(key, f"{key} is no list of names", f"write {_form(text, key)}")
    for key in _NEEDED:
        if key not in table:
            raise refuse("", f"{key} is missing", f"add {_form(text, key)}")
    if not _NAME.fullmatch(table["id"]):
        raise refuse("id", "the id has other characters than a-z, 0-9, . _ -", "write it in small letters")
    if not table.keys() & set(_SELECTORS):
        raise refuse("", "no entity is selected", f"add {', '.join(_SELECTORS[:-1])} or {_SELECTORS[-1]}")
    severity = table.get("severity", "MUST")
    if severity not in Severity.__members__:
        raise refuse("severity", f"the severity is {severity}", "write MUST, SHOULD or MAY")
    kind = table.get("value_kind")
    if kind is not None and kind not in _KINDS:
        raise refuse("value_kind", f"the value_kind is {kind}", f"write one of {', '.join(_KINDS)}")
    at_least, at_most = table.get("min", 0), table.get("max")
    if at_least < 0 or (at_most is not None and at_most < at_least):
        raise refuse("min", "min and max contradict", "write 0 <= min <= max")
    if not at_least and not table.keys() & set(_DEMANDS[1:]):
        raise refuse("", "the rule asks for nothing", f"add {', '.join(_DEMANDS[:-1])} or {_DEMANDS[-1]}")
    patterns: dict[str, re.Pattern[str]] = {}
    for key in ("match", "pattern"):
        if key in table:
            try:
                patterns[key] = re.compile(table[key])
            except re.error as error:
                raise refuse(key, f"{key} is no regular expression ({error})", "correct it") from error
    name = table["property"]
    rule = Rule(
        f"user/{profile}/{table['id']}",
        Severity[severity],
        table.get("sentence", f"{name} is as the profile {profile} asks."),
        f"profile {profile}",
        table.get("help", f"correct {name}"),
        table.get("wrong", ""),
        table.get("right", ""),
    )
    expect = Expect(
        name,
        at_least,
        at_most,
        types=frozenset(table.get("value_types", ())),
        pattern=patterns.get("pattern"),
        among=frozenset(table.get("among", ())),
        kind=None if kind is None else (kind, _KINDS[kind]),
    )
    return Shape(rule, _selector(table, patterns.get("match")), expect)


def _form(text: ProfileText, key: str) -> str:
    """Return what a key looks like in the language of the file."""
    kinds = _KEYS[key]
    if kinds is int:
        return text.example(key, 1)
    if kinds is list:
        return text.example(key, ["File", "Dataset"])
    return text.example(key, {"id": "model-card", "property": "subjectOf", "type": "File"}.get(key, "..."))


def _selector(table: Mapping[str, Any], match: re.Pattern[str] | None) -> Selector:
    def everything(graph: CrateGraph) -> Iterable[Entity]:
        return graph.entities

    kind, link = table.get("type"), table.get("referenced_by")
    select: Selector
    if kind is None:
        select = everything
    elif kind == "root":
        select = the_root
    else:
        select = of(*([kind] if isinstance(kind, str) else kind))

    def selected(graph: CrateGraph) -> Iterable[Entity]:
        for one in select(graph):
            is_wanted = match is None or match.search(one.id) is not None
            if is_wanted and (link is None or graph.referrers(link, one.id)):
                yield one

    return selected
