"""The way out of a crate that somebody sent: every member is checked before a byte of it is written."""

import gzip
import json
import re
import stat
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

from prov4ml_validators.crate.archive_limits import (
    MOST_MEMBERS,
    GuardedStream,
    RefusedArchive,
    check_overlaps,
    check_zip_directory,
)
from prov4ml_validators.crate.members import LARGEST_METADATA, tar_members

from ...atomic import atomic_directory
from ...errors import PackagerError
from ...progress import UNWATCHED, Progress
from ...zstd import zstd_module
from .members import CHUNK, METADATA
from .paths import folded
from .zip_reader import bad_zip_errors, open_zip

_DRIVE = re.compile(r"[A-Za-z]:")
_ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
_READ_TWICE = 64 << 20
"""A tar up to this size is read once more, to know all of its list before anything is written."""
_SKIPPER = json.JSONDecoder(object_pairs_hook=lambda pairs: None, parse_int=len, parse_float=len)
"""Reads JSON and keeps next to nothing of it."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class UnpackLimits:
    """How much an archive may hold.

    Attributes:
        members: how many files and directories.
        total: bytes of all files together.
        ratio: bytes written for each byte of the archive; counts once `ratio_from` bytes are written, since
            a few constant columns may well shrink a thousandfold.
        ratio_from: bytes.
    """

    members: int = MOST_MEMBERS
    total: int = 1 << 40
    ratio: int = 200
    ratio_from: int = 256 << 20


@dataclass(frozen=True)
class _Entry:
    """A member as the archive lists it; `open` is None for a directory."""

    name: str
    size: int
    open: Callable[[], IO[bytes] | None] | None


def unpack_crate(
    crate: Path, target: Path, *, limits: UnpackLimits | None = None, progress: Progress = UNWATCHED
) -> Path:
    """Unpack a zip, tar, tar.gz or tar.zst, told apart by their content, into a new or empty directory.

    What is refused, with the member's name: `..`, absolute paths, drive letters, backslashes and control
    characters in names; links, devices and other special files; members that are there twice or differ only
    in case or Unicode form; encryption; damage; more than the limits; metadata that no reader takes, since it
    is too large or nested too deeply. Modes and owners of the archive are not taken over. Nothing is left at
    `target` unless all went well.

    Args:
        crate: the archive.
        target: must not exist, or be an empty directory.
        limits: the usual ones if None.
        progress: told the bytes written.

    Returns:
        The target.

    Raises:
        PackagerError: the archive cannot be read or is refused, or the target is not empty.
    """
    if target.is_symlink() or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
        raise PackagerError("is there already", path=target, hint="choose a new or empty directory")
    if not crate.exists():
        raise PackagerError("does not exist", path=crate, hint="give a crate's archive")
    if not crate.is_dir() and not crate.is_file():
        raise PackagerError("is no regular file", path=crate, hint="give a crate's archive")
    if crate.is_dir():
        raise PackagerError("is a directory and not an archive; it needs no unpacking", path=crate)
    limits = limits or UnpackLimits()
    try:
        total = 0
        if _is_listed_soon(crate):  # so nothing at all is written of an archive that is refused
            with _open_entries(crate, limits) as entries:
                total = sum(entry.size for entry, _ in _checked(entries, crate, limits))
        progress.stage("unpack", total)
        with atomic_directory(target) as folder, _open_entries(crate, limits) as entries:
            _write_entries(entries, folder, crate, limits, progress)
            _check_nesting(folder / METADATA, crate)
    except PackagerError:
        raise
    except RefusedArchive as error:
        raise PackagerError(str(error), path=crate) from error
    except _damage() as error:
        raise PackagerError(f"cannot be unpacked: {_one_line(error)}", path=crate) from error
    return target


def _damage() -> tuple[type[Exception], ...]:
    import lzma
    import zlib

    known = (
        OSError,
        EOFError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        RecursionError,
        MemoryError,
        OverflowError,
    )
    return (*known, *bad_zip_errors(), tarfile.TarError, zlib.error, lzma.LZMAError, zstd_module().ZstdError)


def _one_line(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror  # without the number, and the name of a temporary file
    return " ".join(str(error).split()) or type(error).__name__


def _is_listed_soon(crate: Path) -> bool:
    with crate.open("rb") as stream:
        return crate.stat().st_size <= _READ_TWICE or stream.read(4) in _ZIP_MARKS


@contextmanager
def _open_entries(crate: Path, limits: UnpackLimits) -> Iterator[Iterable[_Entry]]:
    with crate.open("rb") as stream:
        head = stream.read(512)
        stream.seek(0)
        if head[:4] in _ZIP_MARKS:
            check_zip_directory(stream, limits.members)
            with open_zip(stream) as archive:
                check_overlaps(archive.infolist())
                yield _zip_entries(archive, crate)
            return
        source: Any = stream
        if head[:2] == b"\x1f\x8b":
            source = gzip.GzipFile(fileobj=stream)
        elif head[:4] == b"\x28\xb5\x2f\xfd":
            source = zstd_module().ZstdFile(stream)
        elif head[257:262] != b"ustar":
            raise PackagerError("is no zip, tar, tar.gz or tar.zst", path=crate)
        guarded = GuardedStream(source)
        with tarfile.open(fileobj=cast(IO[bytes], guarded), mode="r|") as tar:
            yield _tar_entries(tar, guarded, crate, limits.members)


def _zip_entries(archive: zipfile.ZipFile, crate: Path) -> Iterator[_Entry]:
    for info in archive.infolist():
        # `filename` is cut at a NUL and has the system's separators; the name in the archive is what counts.
        name = info.orig_filename
        if info.flag_bits & 0x41:
            raise PackagerError("is encrypted", path=crate, place=_shown(name))
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            what = "a link" if kind == stat.S_IFLNK else "a special file"
            raise PackagerError(f"is {what}, which a crate cannot hold", path=crate, place=_shown(name))
        yield _Entry(name, info.file_size, None if name.endswith("/") else partial(archive.open, info))


def _tar_entries(
    tar: tarfile.TarFile, guarded: GuardedStream, crate: Path, most_members: int
) -> Iterator[_Entry]:
    for info, _ in tar_members(tar, guarded, most_members):
        if not info.isreg() and not info.isdir():
            what = "a link" if info.issym() or info.islnk() else "a special file"
            raise PackagerError(f"is {what}, which a crate cannot hold", path=crate, place=_shown(info.name))
        if info.issparse():
            raise PackagerError(
                "is a sparse file, which a crate cannot hold", path=crate, place=_shown(info.name)
            )
        yield _Entry(info.name, info.size, None if info.isdir() else partial(tar.extractfile, info))
    while guarded.read(CHUNK):  # to the end, where a compressed stream has its checksum
        pass


def _shown(name: str) -> str:
    return ascii(name[:200])[1:-1]


def _checked_parts(name: str, crate: Path) -> tuple[str, ...]:
    def refuse(why: str) -> PackagerError:
        return PackagerError(why, path=crate, place=_shown(name) or "(empty name)")

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


class _Places:
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
                raise self._refuse(path, f"collides with {_shown(known[0])} where case is folded")
            if known[1] != directory:
                raise self._refuse(path, "is both a file and a directory")
        path = "/".join(parts)
        if path in self._listed:
            raise self._refuse(path, "is there twice")
        self._listed.add(path)

    def _refuse(self, path: str, why: str) -> PackagerError:
        return PackagerError(why, path=self._crate, place=_shown(path))


def _allowed(crate: Path, limits: UnpackLimits) -> int:
    return min(limits.total, max(limits.ratio_from, crate.stat().st_size * limits.ratio))


def _bomb(entry: _Entry, crate: Path, limits: UnpackLimits) -> PackagerError:
    why = f"unpacks to more than {_allowed(crate, limits)} bytes, {limits.ratio} times the archive: a bomb?"
    return PackagerError(why, path=crate, place=_shown(entry.name))


def _checked(
    entries: Iterable[_Entry], crate: Path, limits: UnpackLimits
) -> Iterator[tuple[_Entry, tuple[str, ...]]]:
    """Yield the members with the parts of their paths, by what the archive says of them."""
    places = _Places(crate)
    allowed = _allowed(crate, limits)
    total = 0
    for count, entry in enumerate(entries, start=1):
        if count > limits.members:
            raise PackagerError(f"has more than {limits.members} members", path=crate)
        parts = _checked_parts(entry.name, crate)
        if not parts and entry.open is None:
            continue  # "./", as `tar -C DIR .` writes it
        if not parts:
            raise PackagerError("has no name", path=crate, place=_shown(entry.name) or "(empty name)")
        places.claim(parts, entry.open is None)
        if parts[-1] == METADATA and entry.size > LARGEST_METADATA:
            why = f"is larger than {LARGEST_METADATA >> 20} MiB"
            raise PackagerError(why, path=crate, place=_shown(entry.name))
        total += entry.size
        if total > allowed:
            raise _bomb(entry, crate, limits)
        yield entry, parts


def _write_entries(
    entries: Iterable[_Entry], folder: Path, crate: Path, limits: UnpackLimits, progress: Progress
) -> None:
    allowed = _allowed(crate, limits)
    written = 0
    for entry, parts in _checked(entries, crate, limits):
        path = folder.joinpath(*parts)
        if entry.open is None:
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        content = entry.open()
        if content is None:
            raise PackagerError("has no content", path=crate, place=_shown(entry.name))
        with content, path.open("xb") as stream:
            while chunk := content.read(min(CHUNK, allowed - written + 1)):
                written += len(chunk)
                if written > allowed:
                    raise _bomb(entry, crate, limits)
                stream.write(chunk)
                progress(len(chunk))


def _check_nesting(metadata: Path, crate: Path) -> None:
    """Refuse metadata on which every reader would fail; whether it is any good is for `validate` to say."""
    if not metadata.is_file():
        return
    try:
        _SKIPPER.raw_decode(metadata.read_text("utf-8", errors="replace"))
    except RecursionError as error:
        raise PackagerError("is nested too deeply", path=crate, place=METADATA) from error
    except ValueError:
        return
