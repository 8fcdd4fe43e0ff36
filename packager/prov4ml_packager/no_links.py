"""What lies at a path that somebody else wrote down, looked at without following a link."""

import os
import stat
from collections.abc import Iterable
from pathlib import Path


def mode_inside(root: Path, parts: Iterable[str]) -> int | None:
    """Return the mode (`st_mode`) of what lies at `root/parts…`; None if nothing is there.

    A link on the way ends the walk: the mode is then that of the link. `parts` must hold no `..`.
    """
    current = root
    mode = 0
    for part in parts:
        current = current / part
        try:
            mode = os.lstat(current).st_mode
        except (OSError, ValueError):  # ValueError: a lone surrogate that no file name can hold
            return None
        if stat.S_ISLNK(mode):
            break
    return mode
