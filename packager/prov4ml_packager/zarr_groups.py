"""Which groups a Zarr store should have: its consolidated metadata tells of them, also when they are gone.

A missing chunk is noticed, for its array says how many there are; of a lost group nothing else is left.
"""

import json
from collections.abc import Callable, Mapping, Set
from typing import Any

_ROOTS = (("zarr.json", "consolidated_metadata", "metadata"), (".zmetadata", "metadata"))
"""Where it stands: in format 3 in the root's own metadata, in format 2 in a file of its own."""


def lost_groups(names: Set[str], read: Callable[[str], bytes]) -> dict[str, int]:
    """Return the groups that are told of and of which no file is there, with the number of their points.

    Args:
        names: the files of the store.
        read: returns the content of one.

    Raises:
        OSError, KeyError: a file cannot be read.
    """
    there = {name.split("/")[0] for name in names}
    lost: dict[str, int] = {}
    for root, *keys in _ROOTS:
        metadata = _metadata(read(root), keys) if root in names else {}
        for name, value in metadata.items():
            group, slash, _ = name.partition("/")
            if group not in there and (slash or value.get("node_type") == "group"):
                lost.setdefault(group, _point_count(metadata, group))
    return dict(sorted(lost.items()))


def _metadata(data: bytes, keys: list[str]) -> dict[str, Mapping[str, Any]]:
    try:
        found = json.loads(data)
        for key in keys:
            found = found[key]
        return {name: value for name, value in found.items() if isinstance(value, dict)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}  # it is not consolidated, or whoever reads it as metadata says what is wrong


def _point_count(metadata: Mapping[str, Mapping[str, Any]], group: str) -> int:
    array = metadata.get(f"{group}/value") or metadata.get(f"{group}/value/.zarray") or {}
    shape = array.get("shape")
    return shape[0] if isinstance(shape, list) and shape and isinstance(shape[0], int) else 0
