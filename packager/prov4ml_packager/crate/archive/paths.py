"""Names inside an archive: what every system can write, whatever the names on disk were."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from prov4ml.rundir import safe_file_name

_NOT_PORTABLE = re.compile(
    r'[\x00-\x1f\x7f-\x9f\\/:*?"<>|\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069]'
)
_DEVICE_NAME = re.compile(r"(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_LONGEST = 200


def folded(name: str) -> str:
    """Return what two names share that a file system which folds case or Unicode forms cannot keep apart."""
    return unicodedata.normalize("NFC", name).casefold()


def _is_portable(name: str, unwanted: str) -> bool:
    return (
        _NOT_PORTABLE.search(name) is None
        and name.strip(" ") == name
        and not name.endswith(".")
        and _DEVICE_NAME.fullmatch(name) is None
        and len(name.encode("utf-8")) <= _LONGEST
        and unicodedata.is_normalized("NFC", name)
        and not any(character in name for character in unwanted)
    )


def archive_paths(paths: Iterable[str], unwanted: str = "") -> dict[str, str]:
    """Return the path in the archive for each relative path on disk.

    A name that every system can hold stays; any other, and siblings that a file system might fold into one,
    becomes its `safe_file_name`. The answer depends on the set of paths only, not on their order.

    Args:
        paths: relative, with `/`; a directory ends in one.
        unwanted: characters that no name keeps either.
    """
    wanted = list(dict.fromkeys(paths))
    children: dict[str, set[str]] = {}
    for path in wanted:
        parent = ""
        for name in path.rstrip("/").split("/"):
            children.setdefault(parent, set()).add(name)
            parent += name + "/"
    keys: dict[str, str] = {}
    for parent, names in children.items():
        counts = Counter(folded(name) for name in names)
        for name in names:
            if _is_portable(name, unwanted) and counts[folded(name)] == 1:
                keys[parent + name] = name
            else:
                # A sibling that differs in case only makes it leave no name as it is.
                siblings = (name.swapcase(),) if name.swapcase() != name else ()
                keys[parent + name] = safe_file_name(name, siblings)
    return {path: _joined(path, keys) for path in wanted}


def _joined(path: str, keys: dict[str, str]) -> str:
    parts: list[str] = []
    place = ""
    for name in path.rstrip("/").split("/"):
        parts.append(keys[place + name])
        place += name + "/"
    return "/".join(parts) + ("/" if path.endswith("/") else "")
