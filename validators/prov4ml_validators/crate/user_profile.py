"""Profiles that users write: rules in a TOML file that hold in addition to those of RO-Crate.

The file has a `name` and tables `[[rule]]`; `docs/ro-crate-conformance.md` lists their keys. Nothing in it is
executed but regular expressions, which come from the user and not from the crate.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..report import Finding, Location, Severity, Unreadable
from ..rules import Rule
from .graph import CrateGraph, Entity
from .shape import Expect, Selector, Shape, of, the_root

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_KEYS = {
    "id": str,
    "severity": str,
    "sentence": str,
    "help": str,
    "type": (str, list),
    "match": str,
    "property": str,
    "min": int,
    "max": int,
    "value_types": list,
    "pattern": str,
}
_NEEDED = ("id", "property")
_LINE = re.compile(r"at line (\d+), column (\d+)")


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


def read_user_profile(path: Path) -> UserProfile:
    """Read a profile.

    Args:
        path: a TOML file.

    Raises:
        Unreadable: absent, no TOML, or a rule that is not understood; names the rule and its key.
    """
    import tomllib

    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise Unreadable(str(path), f"cannot be read: {error.strerror or error}", "check the path") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        match = _LINE.search(str(error))
        where = Location(line=int(match[1]), column=int(match[2])) if match else Location()
        raise Unreadable(str(path), f"no TOML ({error})", "correct it", where) from error
    name = table.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Unreadable(str(path), "the profile has no name", 'add name = "lab", in small letters')
    unknown = sorted(set(table) - {"name", "rule"})
    if unknown:
        raise Unreadable(str(path), f"unknown key {unknown[0]}", "known are name and [[rule]]")
    rules = table.get("rule")
    if not isinstance(rules, list) or not all(isinstance(one, dict) for one in rules):
        raise Unreadable(str(path), "the profile has no rules", "add a table [[rule]]")
    shapes = tuple(_shape(str(path), name, number, one) for number, one in enumerate(rules, 1))
    ids = [shape.rule.id for shape in shapes]
    for one in ids:
        if ids.count(one) > 1:
            raise Unreadable(str(path), f"{one} is there twice", "give one of them another id")
    return UserProfile(name, shapes)


def _shape(path: str, profile: str, number: int, table: Mapping[str, Any]) -> Shape:
    label = f"rule {number}" + (f" ({table['id']})" if isinstance(table.get("id"), str) else "")

    def refuse(problem: str, hint: str) -> Unreadable:
        return Unreadable(path, f"{label}: {problem}", hint)

    for key, value in table.items():
        if key not in _KEYS:
            raise refuse(f"unknown key {key}", f"known are {', '.join(_KEYS)}")
        if not isinstance(value, _KEYS[key]) or isinstance(value, bool):  # type: ignore[arg-type]
            raise refuse(f"{key} has the wrong type", "see the page on RO-Crate conformance")
        if isinstance(value, list) and not all(isinstance(one, str) for one in value):
            raise refuse(f"{key} is no list of names", 'write ["File", "Dataset"]')
    for key in _NEEDED:
        if key not in table:
            raise refuse(f"{key} is missing", f"add {key}")
    if not _NAME.fullmatch(table["id"]):
        raise refuse("the id has other characters than a-z, 0-9, . _ -", "write it in small letters")
    if "type" not in table and "match" not in table:
        raise refuse("no entity is selected", "add type, match, or both")
    severity = table.get("severity", "MUST")
    if severity not in Severity.__members__:
        raise refuse(f"the severity is {severity}", "write MUST, SHOULD or MAY")
    at_least, at_most = table.get("min", 0), table.get("max")
    if at_least < 0 or (at_most is not None and at_most < at_least):
        raise refuse("min and max contradict", "write 0 <= min <= max")
    if not at_least and at_most is None and not table.keys() & {"value_types", "pattern"}:
        raise refuse("the rule asks for nothing", "add min, max, value_types or pattern")
    patterns: dict[str, re.Pattern[str]] = {}
    for key in ("match", "pattern"):
        if key in table:
            try:
                patterns[key] = re.compile(table[key])
            except re.error as error:
                raise refuse(f"{key} is no regular expression ({error})", "correct it") from error
    name = table["property"]
    sentence = table.get("sentence", f"{name} is as the profile {profile} asks.")
    rule = Rule(
        f"user/{profile}/{table['id']}",
        Severity[severity],
        sentence,
        f"profile {profile}",
        table.get("help", f"correct {name}"),
    )
    expect = Expect(
        name,
        at_least,
        at_most,
        types=frozenset(table.get("value_types", ())),
        pattern=patterns.get("pattern"),
    )
    return Shape(rule, _selector(table.get("type"), patterns.get("match")), expect)


def _selector(kind: str | list[str] | None, match: re.Pattern[str] | None) -> Selector:
    def everything(graph: CrateGraph) -> Iterable[Entity]:
        return graph.entities

    select: Selector
    if kind is None:
        select = everything
    elif kind == "root":
        select = the_root
    else:
        select = of(*([kind] if isinstance(kind, str) else kind))
    if match is None:
        return select
    return lambda graph: [one for one in select(graph) if match.search(one.id)]
