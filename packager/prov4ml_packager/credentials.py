"""Credentials in what a run directory says: hidden where it is read, and in raw files that go into a crate.

The logger hides them when it records; importers write down what other trackers recorded. The rule is one,
`prov4ml.redaction`, for both.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from prov4ml.redaction import hide_credentials, redact_arguments, redact_command

_MARKS = (b"@", b"=", b"\\u", b"authorization", b"--")
"""Bytes without which, in lower case, a line of JSON holds no credential that the rule knows."""

# Options and assignments in prose, also in the list of arguments that `subprocess` quotes in its errors.
_IN_PROSE = re.compile(
    r"""(?<![\w.-])(?P<name>--[A-Za-z][\w.-]*)(?P<between>=|\s+|["'],\s*["'])(?P<value>[^\s"',-][^\s"',]*)
    |(?<![\w.-])(?P<variable>[A-Z][A-Z0-9_]*|(?i:\w{0,64}(?:passw|secret|credential)\w{0,64}))=(?P<given>[^\s"',;]+)""",
    re.VERBOSE,
)


def hide_in_event(data: dict[str, Any], line: bytes) -> dict[str, Any]:
    """Return a line of a journal without credentials; the same object if it has none.

    Args:
        data: the line parsed.
        line: its bytes, by which most lines are known to hold nothing at once.
    """
    lower = line.lower()
    kind = data.get("event")
    if kind not in ("rank_start", "command") and not any(mark in lower for mark in _MARKS):
        return data
    command = data.get("command")
    hide = _HIDE.get(str(kind), hide_credentials)
    hidden: dict[str, Any] = map_texts(data, hide)
    if isinstance(command, str):
        hidden["command"] = redact_command(command)
    elif isinstance(command, list) and all(isinstance(word, str) for word in command):
        hidden["command"] = redact_arguments(command)
    return hidden if hidden != data else data


def _hide_in_value(text: str) -> str:
    """Hide in the value of a parameter or tag, where other trackers keep whole command lines."""
    return redact_command(text) if text.startswith("--") or " --" in text else hide_credentials(text)


def _hide_in_message(text: str) -> str:
    """Hide in the message of an error, which may quote the command that failed."""
    return _IN_PROSE.sub(_hide_option, hide_credentials(text))


def _hide_option(match: re.Match[str]) -> str:
    if match["name"]:
        (_, value) = redact_arguments([match["name"], match["value"]])
        return f"{match['name']}{match['between']}{value}"
    (assignment,) = redact_arguments([match[0]])
    return assignment


_HIDE: Mapping[str, Callable[[str], str]] = {
    "param": _hide_in_value, "tag": _hide_in_value, "run_end": _hide_in_message, "warning": _hide_in_message
}  # fmt: skip


def hide_in_run_file(data: dict[str, Any]) -> dict[str, Any]:
    """Return the content of `run.json` without credentials."""
    hidden: dict[str, Any] = map_texts(data, hide_credentials)
    return hidden


def map_texts(value: Any, change: Callable[[str], str]) -> Any:
    """Return a JSON value with each text in it changed, names of fields that users chose included.

    The path of a logged file, beside its `original`, stays: it is a key of ours and names a file on the disk.
    """
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [map_texts(one, change) for one in value]
    if isinstance(value, dict):
        kept = "path" if "original" in value else None
        return {change(name): one if name == kept else map_texts(one, change) for name, one in value.items()}
    return value


def without_credentials(path: Path, *, journal: bool) -> bytes | None:
    """Return the content of a run's `run.json` or journal without credentials; None if it holds none.

    Lines of a journal that hold none keep their bytes. Lines that are no JSON are treated as text.

    Raises:
        OSError: it cannot be read.
    """
    changed = False
    lines: list[bytes] = []
    with path.open("rb") as stream:
        for line in stream if journal else [stream.read()]:
            hidden = _hidden_line(line, journal=journal)
            changed = changed or hidden != line
            lines.append(hidden)
    return b"".join(lines) if changed else None


def _hidden_line(line: bytes, *, journal: bool) -> bytes:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        text = line.decode("utf-8", "surrogateescape")
        return hide_credentials(text).encode("utf-8", "surrogateescape")
    hidden = hide_in_event(data, line) if journal else hide_in_run_file(data)
    if hidden == data:
        return line
    text = json.dumps(hidden) if journal else json.dumps(hidden, indent=2)
    return text.encode("ascii") + b"\n"
