"""Files inside a crate, whether it is a directory, a zip or a tar: read, never unpacked."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from prov4ml.rundir import PACKAGED_DIRECTORY, PACKAGED_PROV
from prov4ml_validators import Unreadable
from prov4ml_validators.crate.check import find_root
from prov4ml_validators.crate.graph import DESCRIPTOR
from prov4ml_validators.crate.members import (
    LARGEST_METADATA,
    DirectoryMembers,
    Member,
    Members,
    TarMembers,
    open_zip,
)

from .errors import PackagerError

_ZIPS = (".zip", ".eln")
_TARS = (".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst")


def is_crate(path: Path) -> bool:
    """Return whether a path is a directory with crate metadata, or named like an archive."""
    if path.is_dir():
        return any((path / root / DESCRIPTOR).is_file() for root in ("", "data"))
    # A zipped Zarr store is no crate.
    return path.name.lower().endswith(_ZIPS + _TARS) and not path.name.lower().endswith(".zarr.zip")


def holds_metadata(path: Path) -> bool:
    """Return whether an archive or directory holds the metadata of a crate; of one that is damaged, not."""
    try:
        with open_members(path) as members:
            return find_root(list(members.entries())) is not None
    except (OSError, Unreadable):
        return False


def crate_stem(path: Path) -> str | None:
    """Return the name of an archive without its ending, None if it has none of a crate."""
    endings = [one for one in _ZIPS + _TARS if path.name.lower().endswith(one) and len(path.name) > len(one)]
    return path.name[: -len(max(endings, key=len))] if endings else None


@contextmanager
def open_members(crate: Path) -> Iterator[Members]:
    """Open a crate, whatever its kind, to read its members, by their paths from its root.

    The root is the top, the payload of a BagIt bag, or the single folder of an `.eln`.

    Raises:
        Unreadable: it is no archive that can be read.
    """
    if crate.is_dir():
        yield _from_root(DirectoryMembers(crate))
    elif crate.name.lower().endswith(_TARS):
        yield _from_root(TarMembers(crate))
    else:
        with open_zip(crate) as members:
            yield _from_root(members)


def _from_root(members: Members) -> Members:
    root = find_root(list(members.entries()))
    return _RootedMembers(members, root) if root else members


class _RootedMembers:
    """The members below the root of a crate that is not at the top of its archive."""

    def __init__(self, members: Members, root: str) -> None:
        self._members = members
        self._root = root
        self.archive_size = members.archive_size

    def entries(self) -> Iterator[Member]:
        """Yield the members below the root."""
        for entry in self._members.entries():
            if entry.path.startswith(self._root):
                yield replace(entry, path=entry.path[len(self._root) :])

    def contents(self, paths: Collection[str]) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield the content of files, as what holds them does."""
        for path, chunks in self._members.contents({self._root + path for path in paths}):
            yield path[len(self._root) :], chunks


def read_member(crate: Path, path: str) -> bytes:
    """Return the content of one file of a crate.

    Raises:
        PackagerError: it is not there, damaged, or larger than 256 MiB.
        Unreadable: the crate is no archive that can be read.
    """
    try:
        with open_members(crate) as members:
            if crate.is_dir() and any((crate / path).parents[i].is_symlink() for i in range(path.count("/"))):
                raise PackagerError("is reached through a symbolic link", path=crate, place=path)
            listed = [one for one in members.entries() if one.path == path and one.kind == "file"]
            if not listed:
                raise PackagerError("is missing", path=crate, place=path)
            too_large = PackagerError(f"is larger than {LARGEST_METADATA >> 20} MiB", path=crate, place=path)
            if listed[-1].size > LARGEST_METADATA:
                raise too_large
            content = bytearray()
            for _, chunks in members.contents({path}):
                for chunk in chunks:
                    content += chunk
                    if len(content) > LARGEST_METADATA:  # whatever the archive says
                        raise too_large
            return bytes(content)
    except (OSError, ValueError) as error:
        raise PackagerError(f"cannot be read ({error})", path=crate, place=path) from error


def prov_members(crate: Path) -> list[str]:
    """Return the paths of the PROV documents of the runs in a crate, in the order stored."""
    ending = (PACKAGED_DIRECTORY, PACKAGED_PROV)
    try:
        with open_members(crate) as members:
            return [
                entry.path
                for entry in members.entries()
                if entry.kind == "file" and PurePosixPath(entry.path).parts[-2:] == ending
            ]
    except OSError as error:
        raise PackagerError(f"cannot be read ({error})", path=crate) from error


def member_paths(crate: Path) -> list[str]:
    """Return the paths of the files in a crate, in the order stored.

    Raises:
        PackagerError: it cannot be read.
        Unreadable: the crate is no archive that can be read.
    """
    try:
        with open_members(crate) as members:
            return [entry.path for entry in members.entries() if entry.kind == "file"]
    except OSError as error:
        raise PackagerError(f"cannot be read ({error})", path=crate) from error


def parse_object(content: bytes, path: Path, place: str | None = None) -> dict[str, Any]:
    """Return a JSON object in UTF-8.

    Raises:
        PackagerError: it is none.
    """
    try:
        value = json.loads(content)
    except RecursionError as error:
        raise PackagerError("is nested too deeply to be read", path=path, place=place) from error
    except ValueError as error:
        raise PackagerError(f"is no JSON ({str(error)[:100]})", path=path, place=place) from error
    if not isinstance(value, dict):
        raise PackagerError("is no JSON object", path=path, place=place)
    return value
