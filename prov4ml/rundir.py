"""Names and numbers of the run directory, the public format between logger, packager and validators.

`docs/run-directory.md` is the full description. This module is the only one of the logger that the
packager and the validators import; it uses nothing but the standard library and touches no disk.
"""

import re
import struct
from collections import Counter
from collections.abc import Iterable

FORMAT_VERSION = 1

RUN_FILE = "run.json"
JOURNAL_FILE = "events.jsonl"
METRICS_FILE = "metrics.bin"
ARTIFACTS_DIRECTORY = "artifacts"
PACKAGED_DIRECTORY = "packaged"
PACKAGED_PROV = "prov.json"
PACKAGED_DOT = "graph.dot"
PACKAGED_SVG = "graph.svg"
PACKAGED_CARD = "model_card.md"
PACKAGED_STORES = {"zarr": "metrics.zarr", "netcdf": "metrics.nc", "csv": "metrics.csv"}

CSV_SEPARATORS = frozenset(" \t!#$%&'()*,/:;<=>?@[\\]^`{|}~")
"""What can separate the fields of a CSV store: one character that is no quote and no part of a number."""

RUN_GROUP = "run"
"""Key of what belongs to the run itself and to no context."""

POINT = struct.Struct("<IIqqd")
"""One point: series number, reserved (0), step, time in ns since the epoch (UTC), value."""

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_HASH_SUFFIX = re.compile(r"-[0-9a-f]{10}\Z")
_SUFFIX = re.compile(r"(?<=.)\.[A-Za-z0-9]{1,16}\Z", re.DOTALL)
_DEVICE_NAME = re.compile(r"(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_RESERVED = frozenset({"zarr.json", "rank", "step", "time", "value", RUN_GROUP})
_SLUG_LENGTH = 48


def rank_directory(rank: int) -> str:
    """Return the name of a rank's folder in the run directory."""
    return f"rank_{rank}"


def _needs_slug(name: str) -> bool:
    return (
        _PLAIN_NAME.fullmatch(name) is None
        or name.endswith(".")  # Windows drops a trailing dot, so "a." would be "a"
        or _DEVICE_NAME.fullmatch(name) is not None
        or name.lower() in _RESERVED
        or _HASH_SUFFIX.search(name) is not None
    )


def _slug(name: str, suffix: str = "") -> str:
    import hashlib  # here: it loads OpenSSL, which a run with harmless names does not need

    stem = name.removesuffix(suffix)
    readable = re.sub(r"[^A-Za-z0-9_.-]+", "-", stem).strip("-._")[:_SLUG_LENGTH].rstrip("-._")
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{readable or 'name'}-{digest[:10]}{suffix}"


def safe_name(name: str, siblings: Iterable[str] = ()) -> str:
    """Return the key under which a foreign name is a folder, a store group or an identifier.

    A harmless name stays as it is. Anything else becomes a slug of at most 48 characters, a hyphen and
    the first ten hex digits of the sha256 of the name (UTF-8, surrogatepass), so that two different
    names never share a key, not even on a file system that folds case.

    Args:
        name: any text, also with line breaks, lone surrogates or NUL characters.
        siblings: the names beside this one; one that differs only in case forces the slug.
    """
    return _slug(name) if _needs_slug(name) or _differs_in_case(name, siblings) else name


def safe_file_name(name: str, siblings: Iterable[str] = ()) -> str:
    """Return the key under which a file of a foreign name lies.

    It is that of `safe_name` with the suffix of the name behind it, by which programs know what a file is:
    `my plot.png` becomes `my-plot-<hash>.png`.

    Args:
        name: any text.
        siblings: as those of `safe_name`.
    """
    if not _needs_slug(name) and not _differs_in_case(name, siblings):
        return name
    suffix = _SUFFIX.search(name)
    return _slug(name, suffix[0] if suffix else "")


def _differs_in_case(name: str, siblings: Iterable[str]) -> bool:
    folded = name.lower()
    return any(other != name and other.lower() == folded for other in siblings)


def safe_names(names: Iterable[str]) -> dict[str, str]:
    """Return the key of each of a set of siblings, whatever their order.

    Args:
        names: all names of one level; repeated names count once.

    Returns:
        A dictionary from true name to key, in the order of first appearance; keys differ even without case.
    """
    unique = dict.fromkeys(names)
    folded = Counter(name.lower() for name in unique)
    return {name: _slug(name) if folded[name.lower()] > 1 or _needs_slug(name) else name for name in unique}
