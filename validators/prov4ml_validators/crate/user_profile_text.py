"""The text of a profile that a user wrote, in TOML or YAML: its table, and the line of each key."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..report import Location, Unreadable

SUFFIXES = (".toml", ".yaml", ".yml")
_TOML_PLACE = re.compile(r"at line (\d+), column (\d+)")
_TOML_RULE = re.compile(r"\s*\[\[\s*rule\s*\]\]")
_TOML_KEY = re.compile(r"""\s*["']?([A-Za-z0-9_-]+)["']?\s*=""")
_LARGEST = 1 << 20


@dataclass(frozen=True)
class ProfileText:
    """A profile as it was read.

    Attributes:
        path: for messages.
        table: what it says.
        lines: line, from 1, of each key: `(None, key)` at the top, `(number of the rule from 0, key)` in a
            rule, and `(number, "")` of the rule itself.
        is_toml: whether it is TOML, else YAML.
    """

    path: Path
    table: Mapping[str, Any]
    lines: Mapping[tuple[int | None, str], int]
    is_toml: bool

    def place(self, key: str, rule: int | None = None) -> Location:
        """Return where a key is, or the rule that lacks it."""
        return Location(line=self.lines.get((rule, key), self.lines.get((rule, ""))))

    def example(self, key: str, value: Any) -> str:
        """Return how a key is written in the language of the file."""
        return f"{key} {'=' if self.is_toml else ':'} {json.dumps(value)}".replace(" :", ":")

    @property
    def rule_example(self) -> str:
        """Return how a rule begins in the language of the file."""
        return "a table [[rule]]" if self.is_toml else "a list rule:, each with - id: ..."


def read_profile_text(path: Path) -> ProfileText:
    """Read a profile without judging what it says.

    Raises:
        Unreadable: absent, too large, no TOML or YAML, or YAML without PyYAML; names line and column.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(str(path), f"cannot be read: {error.strerror or error}", "check the path") from error
    if len(data) > _LARGEST:
        raise Unreadable(str(path), "too large for a profile", "give a file of less than 1 MiB")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(str(path), "no UTF-8", "save it as UTF-8") from error
    is_toml = path.name.lower().endswith(".toml")
    return _read_toml(path, text) if is_toml else _read_yaml(path, text)


def _read_toml(path: Path, text: str) -> ProfileText:
    import tomllib

    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        match = _TOML_PLACE.search(str(error))
        where = Location(line=int(match[1]), column=int(match[2])) if match else Location()
        raise Unreadable(str(path), f"no TOML ({error})", "correct it", where) from error
    lines: dict[tuple[int | None, str], int] = {}
    rule: int | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if _TOML_RULE.match(line):
            rule = 0 if rule is None else rule + 1
            lines[rule, ""] = number
            lines.setdefault((None, "rule"), number)
        elif match := _TOML_KEY.match(line):
            lines.setdefault((rule, match[1]), number)
    return ProfileText(path, table, lines, is_toml=True)


def _read_yaml(path: Path, text: str) -> ProfileText:
    try:
        import yaml
    except ImportError as error:
        hint = "pip install 'prov4ml[validate]' (PyYAML), or write the profile in TOML"
        raise Unreadable(str(path), "a profile in YAML needs PyYAML", hint) from error
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        table = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = Location(line=mark.line + 1, column=mark.column + 1) if mark is not None else Location()
        problem = getattr(error, "problem", None) or type(error).__name__
        raise Unreadable(str(path), f"no YAML ({problem})", "correct it", where) from error
    if not isinstance(table, dict):
        raise Unreadable(str(path), "the profile is no table", "begin it with name: lab", Location(line=1))
    lines: dict[tuple[int | None, str], int] = {}
    _add_lines(path, node, None, lines)
    for key, value in node.value:
        if key.value == "rule" and isinstance(value, yaml.SequenceNode):
            for number, one in enumerate(value.value):
                lines[number, ""] = one.start_mark.line + 1
                if isinstance(one, yaml.MappingNode):
                    _add_lines(path, one, number, lines)
    return ProfileText(path, table, lines, is_toml=False)


def _add_lines(path: Path, node: Any, rule: int | None, lines: dict[tuple[int | None, str], int]) -> None:
    for key, _ in node.value:
        place, line = (rule, str(key.value)), key.start_mark.line + 1
        if place in lines:  # YAML forbids it; PyYAML keeps the last
            raise Unreadable(str(path), f"{key.value} is there twice", "take one away", Location(line=line))
        lines[place] = line
