"""Reading a file as JSON as far as it can be understood: what strict JSON forbids is accepted here."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from prov4ml_validators.prov_json.records import KINDS

from ..errors import PackagerError
from ..reader.raw_files import open_regular

_LARGEST = 2 << 30
_DEEPEST = 200
_NO_DOCUMENT = "give a PROV-JSON document"


class Repeated(list[Any]):
    """The values of a key that stands several times in one object."""


def _keep_repeated(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key not in found:
            found[key] = value
        elif isinstance(found[key], Repeated):
            found[key].append(value)
        else:
            found[key] = Repeated([found[key], value])
    return found


def load_json(path: Path) -> Any:
    """Return the JSON in a file; a key that is repeated has all its values, in a `Repeated`.

    Raises:
        PackagerError: the file cannot be read, is larger than 2 GiB, or is no JSON.
    """
    try:
        # The path that the user gives may be a link; what is found inside a folder never is.
        with open_regular(Path(os.path.realpath(path))) as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise PackagerError(f"cannot be read ({error.strerror or error})", path=path) from error
    if len(content) > _LARGEST:
        raise PackagerError("is larger than 2 GiB", path=path)
    encoding = json.detect_encoding(content)  # UTF-16 is what some shells write when output goes to a file
    try:
        value = json.loads(content.decode(encoding), object_pairs_hook=_keep_repeated)
        _check_depth(value)
        return value
    except UnicodeDecodeError as error:
        name = encoding.upper().removesuffix("-SIG")
        raise PackagerError(
            f"is no text in {name} (byte {error.start})", path=path, hint=_NO_DOCUMENT
        ) from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise PackagerError(f"is no JSON ({error.msg})", path=path, place=place, hint=_NO_DOCUMENT) from error
    except RecursionError as error:
        raise PackagerError("is no JSON that can be read (nested too deeply)", path=path) from error
    except ValueError as error:  # what json.loads says of it is for programmers
        reason = "a number has more than 4,300 digits"
        raise PackagerError(f"is no JSON that can be read ({reason})", path=path) from error


def _check_depth(value: Any) -> None:
    """Raise RecursionError for what is nested deeper than any step after this one could follow."""
    waiting = [(value, 0)]
    while waiting:
        current, depth = waiting.pop()
        if isinstance(current, dict | list):
            if depth == _DEEPEST:
                raise RecursionError
            inner = current.values() if isinstance(current, dict) else current
            waiting += [(one, depth + 1) for one in inner if isinstance(one, dict | list)]


def is_prov_json(value: Any) -> bool:
    """Return whether a JSON value has at least one section of a PROV-JSON document."""
    return isinstance(value, dict) and any(
        isinstance(value.get(kind), dict | list) for kind in (*KINDS, "prefix", "bundle")
    )


def load_prov_json(path: Path) -> dict[str, Any]:
    """Return the sections of a PROV-JSON document, as they stand in it.

    Raises:
        PackagerError: the file cannot be read, or is no PROV-JSON.
    """
    value = load_json(path)
    if not is_prov_json(value):
        raise PackagerError(
            "is no PROV-JSON: it has neither a prefix nor a record", path=path, hint=_NO_DOCUMENT
        )
    return dict(value)
