"""Where a document's metric stores are: beside it on disk, or among the members of an archive.

A store in an archive is copied out while it is read, a bounded number of bytes: its formats want files.
"""

import os
import posixpath
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Protocol

from .crate.members import Member, Members

LARGEST_STORE = 1 << 30
"""Bytes of a store, not compressed, that are copied out of an archive."""
MOST_STORES = 16
"""Stores that are copied out of one archive for a document; each costs a pass through a tar."""
_MOST_FILES = 50_000


class StoreNotChecked(Exception):
    """A store that is there and is not looked into; the message says why."""


class StorePlaces(Protocol):
    """Finds the stores that a document names."""

    def open(self, name: str) -> AbstractContextManager[Path | None]:
        """Return the store as it can be read while the context lasts, None if it is not there.

        Raises:
            StoreNotChecked: there is one, but it is too large to be copied.
            OSError: an archive is damaged.
        """
        ...


def leads_out(name: str) -> bool:
    """Tell whether a name is no path below its folder: a document never chooses what is opened."""
    return name.startswith(("/", "\\")) or ":" in name or ".." in re.split(r"[/\\]", name)


class DirectoryPlaces:
    """Stores in the folder of a document, or in the run's folder above it.

    Args:
        directory: the folder of the document.
        root: what no store may lie outside of, by a link; None where the document is the user's own.
    """

    def __init__(self, directory: Path, root: Path | None = None) -> None:
        self._directory = directory
        self._root = None if root is None else root.resolve()

    def open(self, name: str) -> AbstractContextManager[Path | None]:
        """Return the store where it lies."""
        for folder in (self._directory, self._directory.parent):
            store = folder / name
            if store.exists() and (self._root is None or store.resolve().is_relative_to(self._root)):
                return nullcontext(store)
        return nullcontext(None)


class MemberPlaces:
    """Stores among the members of an archive.

    Args:
        members: the files of the archive.
        entries: their list.
        folder: the folder of the document in it, without a slash at the end.
    """

    def __init__(self, members: Members, entries: Sequence[Member], folder: str) -> None:
        self._members = members
        self._sizes = {entry.path: entry.size for entry in entries if entry.kind == "file"}
        self._folder = folder
        self._opened = 0

    @contextmanager
    def open(self, name: str) -> Iterator[Path | None]:
        """Copy the store to a temporary folder, which is removed at the end."""
        for folder in dict.fromkeys((self._folder, posixpath.dirname(self._folder))):
            place = posixpath.normpath(posixpath.join(folder, name))
            wanted = self._files(place)
            if wanted:
                break
        else:
            yield None
            return
        self._opened += 1
        if self._opened > MOST_STORES:
            raise StoreNotChecked(f"the document names more than {MOST_STORES} stores")
        if len(wanted) > _MOST_FILES or sum(self._sizes[path] for path in wanted) > LARGEST_STORE:
            raise StoreNotChecked(f"it is larger than {LARGEST_STORE >> 30} GiB or {_MOST_FILES:,} files")
        import tempfile

        with tempfile.TemporaryDirectory(prefix="prov4ml-") as scratch:
            self._copy(wanted, posixpath.dirname(place), Path(scratch))
            yield Path(scratch, posixpath.basename(place))

    def _files(self, place: str) -> Collection[str]:
        """Return the files of a store: a directory's, or one file and what describes it, if it is a CSV."""
        if place in self._sizes:
            metadata = f"{place}-metadata.json"
            return {place, metadata} if metadata in self._sizes else {place}
        return {path for path in self._sizes if path.startswith(f"{place}/") and not leads_out(path)}

    def _copy(self, wanted: Collection[str], folder: str, target: Path) -> None:
        left = LARGEST_STORE
        for path, chunks in self._members.contents(wanted):
            file = target / (posixpath.relpath(path, folder) if folder else path)
            file.parent.mkdir(parents=True, exist_ok=True)
            with open(os.fspath(file), "xb") as stream:
                for chunk in chunks:
                    left -= len(chunk)
                    if left < 0:  # the sizes that an archive states are its own word
                        raise StoreNotChecked(f"it is larger than {LARGEST_STORE >> 30} GiB")
                    stream.write(chunk)
