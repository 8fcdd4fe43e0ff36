"""The files of a crate, whether it is a directory, a zip or a tar: names, sizes and content.

Nothing is unpacked, no link is followed, and content comes in chunks.
"""

import os
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol, cast

from ..report import Finding, Unreadable
from .archive_limits import (
    LARGEST_HEADERS,
    MOST_MEMBERS,
    GuardedStream,
    RefusedArchive,
    check_overlaps,
    check_zip_directory,
)
from .zip_headers import check_headers

if TYPE_CHECKING:
    import tarfile
    import zipfile

CHUNK = 1 << 20
ZIP_NAMES = (".zip", ".eln")
TAR_NAMES = (".tar.gz", ".tgz", ".tar.zst", ".tzst", ".tar", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
"""How the names of crates in archives end, in lower case."""
LARGEST_METADATA = 256 << 20
"""Larger metadata is refused: it would not fit the memory of the machine that checks it."""

_DECODERS = frozenset({"zlib", "lzma", "_lzma", "backports", "compression", "zipfile", "tarfile"})
_LARGEST_RATIO, _BOMB_SIZE = 1000, 1 << 30
_ZSTD_METHOD = 93
_ZIP_KINDS = {0: "file", 0o10: "file", 0o4: "directory", 0o12: "link"}
"""By the type of the file (S_IFMT) that Unix wrote, 0 where another system did."""
_ZSTD_HINT = "pip install 'prov4ml[pack]' (backports.zstd), or use Python 3.14"


@dataclass(frozen=True, slots=True)
class Member:
    """One file, directory or link of a crate.

    Attributes:
        path: as stored, with `/`, without one at the end.
        size: in bytes, uncompressed; 0 for a directory.
        kind: `file`, `directory`, `link`, or `other` for devices and the like.
        stored: compressed size, where the archive tells it.
    """

    path: str
    size: int
    kind: str
    stored: int | None = None


class Members(Protocol):
    """What every kind of crate offers.

    Attributes:
        archive_size: bytes of the archive, None for a directory.
    """

    archive_size: int | None

    def entries(self) -> Iterable[Member]:
        """Yield all members in the order stored; of a directory sorted by path."""
        ...

    def contents(self, paths: Collection[str]) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield the content of files, in chunks; each must be used up before the next.

        Raises:
            DamagedMember: a file cannot be read; it is an `OSError`.
            OSError: the archive cannot be read any further.
        """
        ...


class DamagedMember(OSError):
    """A member whose content cannot be read: cut off, altered, or compressed in a way that nobody knows."""

    def __init__(self, path: str, error: Exception) -> None:
        super().__init__(f"{path}: {error}")
        self.path = path
        self.reason = str(error)


def _is_damage(error: Exception) -> bool:
    """Tell what archives raise from mistakes in this program: decoders' errors have no common base."""
    known = (OSError, ValueError, EOFError, NotImplementedError, RuntimeError)
    return isinstance(error, known) or type(error).__module__.partition(".")[0] in _DECODERS


def is_bomb(size: int, stored: int | None) -> bool:
    """Return whether something unpacks to a thousand times what is stored, and more than 1 GiB."""
    return stored is not None and size > max(_BOMB_SIZE, _LARGEST_RATIO * stored)


def _chunks(stream: IO[bytes], path: str) -> Iterator[bytes]:
    try:
        while chunk := stream.read(CHUNK):
            yield chunk
    except Exception as error:
        if not _is_damage(error):
            raise
        raise DamagedMember(path, error) from error


class DirectoryMembers:
    """A crate that is a plain directory."""

    archive_size: int | None = None

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def entries(self) -> Iterator[Member]:
        """Yield everything below the directory, sorted by path; links are not followed."""
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            with os.scandir(self._directory / folder) as listing:
                found = sorted(listing, key=lambda entry: entry.name)
            for entry in found:
                path = f"{folder}{entry.name}"
                if entry.is_symlink():
                    yield Member(path, 0, "link")
                elif entry.is_dir():
                    yield Member(path, 0, "directory")
                elif entry.is_file():
                    yield Member(path, entry.stat().st_size, "file")
                else:
                    yield Member(path, 0, "other")
            waiting.extend(
                f"{folder}{entry.name}/" for entry in reversed(found) if entry.is_dir(follow_symlinks=False)
            )

    def contents(self, paths: Collection[str]) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield the content of files sorted by path."""
        for path in sorted(paths):
            try:
                stream = open(self._directory / path, "rb")  # noqa: SIM115  (closed below)
            except OSError as error:
                raise DamagedMember(path, error) from error
            with stream:
                yield path, _chunks(stream, path)


class ZipMembers:
    """A crate in an open zip archive (`.zip`, `.eln`)."""

    def __init__(self, archive: "zipfile.ZipFile", archive_size: int | None = None) -> None:
        self._archive = archive
        self.archive_size = archive_size

    def check_headers(self) -> Iterator[Finding]:
        """Yield members that their own headers describe differently than the list of the archive."""
        if (stream := self._archive.fp) is not None:
            yield from check_headers(stream, self._archive.infolist())

    def entries(self) -> Iterator[Member]:
        """Yield the members of the central directory."""
        for info in self._archive.infolist():
            # A name with a backslash is one file to Unix and a path to Windows: it stays as it is. `filename`
            # is cut at a NUL, which others may not do.
            name = info.orig_filename
            kind = _ZIP_KINDS.get(info.external_attr >> 28, "other")
            if name.endswith("/"):
                kind, name = "directory", name.removesuffix("/")
            yield Member(name, info.file_size, kind, info.compress_size)

    def contents(self, paths: Collection[str]) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield the content of files in the order stored; of duplicate members the last."""
        for path in [name for name in dict.fromkeys(self._archive.namelist()) if name in paths]:
            try:
                stream = self._archive.open(path)
            except Exception as error:
                if not _is_damage(error):
                    raise
                raise DamagedMember(path, error) from error
            with stream:
                yield path, _chunks(stream, path)


class TarMembers:
    """A crate in a tar, read from the start for every question: it has no index."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.archive_size: int | None = path.stat().st_size if path.is_file() else None

    @contextmanager
    def _open(self) -> "Iterator[Iterator[tuple[tarfile.TarInfo, tarfile.TarFile]]]":
        """Yield the members, of which no more are kept in memory than the one at hand."""
        import tarfile

        try:
            with _tar_stream(self._path) as stream:
                guarded = GuardedStream(stream)
                with tarfile.open(fileobj=cast(IO[bytes], guarded), mode="r|") as archive:
                    yield tar_members(archive, guarded, MOST_MEMBERS)
        except OSError:
            raise
        except RefusedArchive as error:
            raise Unreadable(str(self._path), str(error)) from error
        except Exception as error:
            if not _is_damage(error):
                raise
            raise OSError(str(error)) from error

    def entries(self) -> Iterator[Member]:
        """Yield the members in the order stored; what stands behind a bomb is not looked for."""
        total = 0
        with self._open() as archive:
            for info, _ in archive:
                kind = (
                    "file"
                    if info.isfile()
                    else "directory"
                    if info.isdir()
                    else "link"
                    if info.issym() or info.islnk()
                    else "other"
                )
                size = info.size if kind == "file" else 0
                yield Member(info.name.removeprefix("./"), size, kind)
                total += size
                if is_bomb(total, self.archive_size):
                    return

    def contents(self, paths: Collection[str]) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield the content of files in the order stored."""
        with self._open() as archive:
            for info, tar in archive:
                name = info.name.removeprefix("./")
                if info.isfile() and name in paths:
                    stream = tar.extractfile(info)
                    if stream is not None:
                        yield name, _chunks(stream, name)


def tar_members(
    archive: "tarfile.TarFile", guarded: GuardedStream, most_members: int
) -> "Iterator[tuple[tarfile.TarInfo, tarfile.TarFile]]":
    """Yield the members of a tar, each with the archive to read it from before the next is asked for.

    Args:
        archive: opened as a stream, `r|`.
        guarded: what it reads from.
        most_members: how many it may have.

    Raises:
        RefusedArchive: it has more, or giant headers.
    """
    count = 0
    while (info := archive.next()) is not None:
        count += 1
        if count > most_members:
            raise RefusedArchive(f"has more than {most_members} members")
        # What is not read of the member is skipped, and counts as well.
        guarded.allowed = LARGEST_HEADERS + max(0, info.size)
        yield info, archive
        # tarfile keeps every header it has seen, which many members would turn into memory.
        archive.members = []  # type: ignore[attr-defined]  # public since Python 2, missing in the stubs


@contextmanager
def _tar_stream(path: Path) -> Iterator[IO[bytes]]:
    name = path.name.lower()
    if name.endswith((".zst", ".tzst")):
        opened: Any = _zstd(path, "").ZstdFile(path)
    elif name.endswith(".tar"):
        opened = open(path, "rb")  # noqa: SIM115  (closed below, whichever kind it is)
    else:
        from importlib import import_module

        module = "bz2" if name.endswith("bz2") else "lzma" if name.endswith("xz") else "gzip"
        opened = import_module(module).open(path)
    with opened as stream:
        yield stream


def _zstd(path: Path, submodule: str) -> Any:
    """Import the zstd module or its zipfile: Python 3.14 has it, before it is a package of its own."""
    import importlib

    root = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    try:
        return importlib.import_module(root + submodule)
    except ImportError as error:
        raise Unreadable(str(path), "compressed with zstd, which needs backports.zstd", _ZSTD_HINT) from error


@contextmanager
def open_zip(path: Path) -> Iterator[ZipMembers]:
    """Open a zip; one with zstd members needs Python 3.14 or backports.zstd.

    Raises:
        Unreadable: no zip, one that would fill the memory, or zstd is not at hand.
    """
    import zipfile

    try:
        with open(path, "rb") as stream:
            check_zip_directory(stream)
        archive: Any = zipfile.ZipFile(path)
        methods = {info.compress_type for info in archive.infolist()}
        if _ZSTD_METHOD in methods and sys.version_info < (3, 14):
            archive.close()
            archive = _zstd(path, ".zipfile").ZipFile(path)
        check_overlaps(archive.infolist())
    except RefusedArchive as error:
        raise Unreadable(str(path), str(error)) from error
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise Unreadable(str(path), f"no zip archive that can be read ({error})") from error
    with archive:
        yield ZipMembers(archive, path.stat().st_size)
