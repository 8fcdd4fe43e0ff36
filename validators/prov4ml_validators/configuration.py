"""The table `[tool.prov4ml.validate]` of a project's `pyproject.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .report import Severity, Unreadable

FILE = "pyproject.toml"
TABLE = "tool.prov4ml.validate"
_LARGEST = 1 << 20
_SEVERITIES = [severity.name.lower() for severity in sorted(Severity, reverse=True)]
_KEYS = ("ignore", "profile", "select", "severity")


@dataclass(frozen=True)
class Configuration:
    """What a project asks of `validate`; None where it says nothing.

    Attributes:
        path: the file that says so, for messages.
        severity: findings at or above it make a path not valid.
        select: patterns of the rules that count.
        ignore: patterns of the rules that do not.
        profile: what crates are checked against, whatever they declare.
    """

    path: Path | None = None
    severity: Severity | None = None
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    profile: str | None = None


def _problem(path: Path, key: str, message: str) -> Unreadable:
    return Unreadable(f"{path}: {TABLE}{f'.{key}' if key else ''}", message)


def _patterns(table: Mapping[str, Any], key: str, path: Path) -> tuple[str, ...] | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _problem(path, key, 'must be a list of rules, such as ["ro-crate-1.1/*"]')
    return tuple(value)


def parse_configuration(table: Any, path: Path) -> Configuration:
    """Return what the table says.

    Raises:
        Unreadable: a key is not known or a value has the wrong type; the message names file and key.
    """
    if not isinstance(table, Mapping):
        raise _problem(path, "", "must be a table")
    for key in table:
        if key not in _KEYS:
            raise _problem(path, key, f"is not known; the keys are {', '.join(_KEYS)}")
    severity, profile = table.get("severity"), table.get("profile")
    if severity is not None and severity not in _SEVERITIES:
        raise _problem(path, "severity", f"must be one of {', '.join(_SEVERITIES)}")
    if profile is not None and not isinstance(profile, str):
        raise _problem(path, "profile", "must be the name of a profile")
    return Configuration(
        path,
        None if severity is None else Severity[severity.upper()],
        _patterns(table, "select", path),
        _patterns(table, "ignore", path),
        profile,
    )


def _read_table(path: Path) -> Any:
    """Return the table, None where the file has none."""
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except OSError as error:
        raise Unreadable(str(path), f"cannot be read: {error.strerror or error}") from error
    if len(content) > _LARGEST:
        raise Unreadable(str(path), "is larger than 1 MiB, which no configuration is")
    if b"prov4ml" not in content:  # most projects: not worth the import of a TOML parser
        return None
    import tomllib

    try:
        value: Any = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise Unreadable(str(path), f"is no TOML: {error}") from error
    for key in TABLE.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return None
        value = value[key]
    return value


def load_configuration(start: Path | None = None) -> Configuration:
    """Return what the nearest `pyproject.toml` with the table says, an empty configuration without one.

    Args:
        start: the folder to begin in, the current one if None; those above it are searched too, up to one
            that holds `.git`.

    Raises:
        Unreadable: a file on the way is no TOML, or its table is not as `parse_configuration` wants it.
    """
    here = (start or Path.cwd()).absolute()
    for folder in (here, *here.parents):
        path = folder / FILE
        if path.is_file():
            table = _read_table(path)
            if table is not None:
                return parse_configuration(table, path)
        if (folder / ".git").exists():
            break
    return Configuration()
