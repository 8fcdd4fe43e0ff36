"""Names of members as a stranger's archive has them: refused where they lead out of it or meet another."""

import re
import sys
from pathlib import Path

from ...errors import PackagerError
from .paths import folded

_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def shown_name(name: str) -> str:
    """Return a name for an error message, in ASCII and not long."""
    return ascii(name[:200])[1:-1]


def checked_parts(name: str, crate: Path) -> tuple[str, ...]:
    """Return the parts of a member's path; none for the top of the archive.

    Raises:
        PackagerError: the name leads out of the archive, or is not one that every system can take.
    """

    def refuse(why: str) -> PackagerError:
        return PackagerError(why, path=crate, place=shown_name(name) or "(empty name)")

    if "\\" in name:
        raise refuse("has a backslash in its name")
    if _CONTROL.search(name):
        raise refuse("has a control character or broken encoding in its name")
    if name.startswith("/"):
        raise refuse("is an absolute path")
    if _DRIVE.match(name):
        raise refuse("begins with a drive letter")
    parts = tuple(part for part in name.removesuffix("/").split("/") if part != ".")
    if ".." in parts:
        raise refuse("leaves the crate with '..'")
    if "" in parts and name.rstrip("/"):
        raise refuse("has an empty part in its name")
    if sys.platform == "win32" and any(":" in part or part.rstrip(". ") != part for part in parts):
        raise refuse("has a name that Windows cannot hold")
    return tuple(part for part in parts if part)


class MemberPlaces:
    """What is where already, as a file system that folds case and Unicode forms would see it."""

    def __init__(self, crate: Path) -> None:
        self._crate = crate
        self._names: dict[str, tuple[str, bool]] = {}
        self._listed: set[str] = set()

    def claim(self, parts: tuple[str, ...], is_directory: bool) -> None:
        """Refuse a second member of a name, names that fold into one, and a file used as a directory."""
        for depth in range(1, len(parts) + 1):
            path = "/".join(parts[:depth])
            directory = is_directory or depth < len(parts)
            known = self._names.setdefault(folded(path), (path, directory))
            if known[0] != path:
                raise self._refuse(path, f"collides with {shown_name(known[0])} where case is folded")
            if known[1] != directory:
                raise self._refuse(path, "is both a file and a directory")
        path = "/".join(parts)
        if path in self._listed:
            raise self._refuse(path, "is there twice")
        self._listed.add(path)

    def _refuse(self, path: str, why: str) -> PackagerError:
        return PackagerError(why, path=self._crate, place=shown_name(path))
