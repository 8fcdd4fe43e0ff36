"""YAML files of other programs: plain data or an error, never objects, and bounded."""

import datetime
from pathlib import Path
from typing import Any

from ..record import JsonValue
from .sources import inside, open_source

MAXIMUM_BYTES = 16 << 20
_MAXIMUM_VALUES = 200_000
_MAXIMUM_DEPTH = 100


class YamlError(ValueError):
    """A file that cannot be read, is no YAML, or asks for more than plain data."""


def read_yaml(path: Path, *, describe_objects: bool = False) -> JsonValue:
    """Return what a YAML file holds: mappings with text as keys, lists, and scalars.

    A date is its ISO text, bytes are their `repr`. No tag makes an object.

    Args:
        path: the file.
        describe_objects: whether a Python object becomes a mapping of its `type` and its `value`, a class or
            a function its name, and a tuple a list. Such a tag is refused else.

    Raises:
        YamlError: one line on what is wrong.
    """
    import yaml

    try:
        with open_source(path) as stream:
            data = stream.read(MAXIMUM_BYTES + 1)
        if len(data) > MAXIMUM_BYTES:
            raise YamlError(f"is larger than {MAXIMUM_BYTES >> 20} MiB")
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        if describe_objects:
            loader = _describing(loader)
        return _Plain().convert(yaml.load(data, Loader=loader), 0)
    except OSError as error:
        raise YamlError(error.strerror or str(error)) from error
    except yaml.YAMLError as error:
        raise YamlError(f"is no plain YAML: {' '.join(str(error).split())[:200]}") from error
    except (RecursionError, ValueError) as error:
        if isinstance(error, YamlError):
            raise
        raise YamlError(f"is no plain YAML: {error or type(error).__name__}") from error


def _describing(safe: type[Any]) -> type[Any]:
    """Return a loader that describes Python objects, as `yaml.dump` writes them, in plain data."""
    import yaml

    def describe(loader: Any, tag: str, node: Any) -> Any:
        if isinstance(node, yaml.MappingNode):
            content: Any = loader.construct_mapping(node, deep=True)
        elif isinstance(node, yaml.SequenceNode):
            content = loader.construct_sequence(node, deep=True)
        else:
            content = loader.construct_scalar(node)
        kind, _, name = tag.partition(":")
        if not name:  # `tuple`, `str` and the like
            return content
        return name if kind in ("name", "module") else {"type": name, "value": content}

    # A class of its own, for constructors are kept in the class.
    describing: Any = type("Describing", (safe,), {})
    describing.add_multi_constructor("tag:yaml.org,2002:python/", describe)
    return describing  # type: ignore[no-any-return]


class _Plain:
    """Makes JSON of what was loaded; an alias counts each time, so that few bytes cannot become millions."""

    def __init__(self) -> None:
        self._count = 0

    def convert(self, value: Any, depth: int) -> JsonValue:
        self._count += 1
        if self._count > _MAXIMUM_VALUES or depth > _MAXIMUM_DEPTH:
            raise YamlError(f"expands to more than {_MAXIMUM_VALUES:,} values or {_MAXIMUM_DEPTH} levels")
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, dict):
            return {
                key if isinstance(key, str) else str(key): self.convert(one, depth + 1)
                for key, one in value.items()
            }
        if isinstance(value, list | tuple | set):
            return [self.convert(one, depth + 1) for one in value]
        if isinstance(value, datetime.date | datetime.datetime):
            return value.isoformat()
        return repr(value)


def read_parameters(folder: Path, name: str, lost: list[str]) -> dict[str, JsonValue]:
    """Return the parameters in a YAML file of a run's folder; a damaged one has none and a line in `lost`."""
    path = inside(folder, name)
    if path is None:
        return {}
    try:
        values = read_yaml(path, describe_objects=True)
    except YamlError as error:
        lost.append(f"the parameters in {name}: it {error}")
        return {}
    return values if isinstance(values, dict) else {}
