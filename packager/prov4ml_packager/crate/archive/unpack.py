"""The way out of a crate that somebody sent: every member is checked before a byte of it is written."""

import json
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from prov4ml_validators.crate.archive_limits import MOST_MEMBERS, RefusedArchive
from prov4ml_validators.crate.members import LARGEST_METADATA

from ...atomic import atomic_directory
from ...errors import PackagerError
from ...progress import UNWATCHED, Progress
from ...zstd import zstd_module
from .entries import ZIP_MARKS, Entry, open_entries
from .member_names import MemberPlaces, checked_parts, shown_name
from .members import CHUNK, METADATA
from .zip_reader import bad_zip_errors

_READ_TWICE = 64 << 20
"""A tar up to this size is read once more, to know all of its list before anything is written."""
_SKIPPER = json.JSONDecoder(object_pairs_hook=lambda pairs: None, parse_int=len, parse_float=len)
"""Reads JSON and keeps next to nothing of it."""


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


def unpack_crate(
    crate: Path,
    target: Path,
    *,
    limits: UnpackLimits | None = None,
    progress: Progress = UNWATCHED,
    needed: Callable[[str], bool] = lambda path: True,
) -> Path:
    """Unpack a zip, tar, tar.gz or tar.zst, told apart by their content, into a new or empty directory.

    What is refused, with the member's name: `..`, absolute paths, drive letters, backslashes and control
    characters in names; links, devices and other special files; members that are there twice or differ only
    in case or Unicode form, or that have another header than the list says; encryption; damage; more than the
    limits; metadata that no reader takes, since it is too large or nested too deeply. Modes and owners of the
    archive are not taken over. Nothing is left at
    `target` unless all went well.

    Args:
        crate: the archive.
        target: must not exist, or be an empty directory.
        limits: the usual ones if None.
        progress: told the bytes written.
        needed: whether the content of a file is wanted, by its path; others are there, and empty.

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
            with open_entries(crate, limits.members) as entries:
                total = sum(entry.size for entry, _ in _checked(entries, crate, limits))
        progress.stage("unpack", total)
        with atomic_directory(target) as folder, open_entries(crate, limits.members) as entries:
            _write_entries(entries, folder, crate, limits, progress, needed)
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
        return crate.stat().st_size <= _READ_TWICE or stream.read(4) in ZIP_MARKS


def _allowed(crate: Path, limits: UnpackLimits) -> int:
    return min(limits.total, max(limits.ratio_from, crate.stat().st_size * limits.ratio))


def _bomb(entry: Entry, crate: Path, limits: UnpackLimits) -> PackagerError:
    why = f"unpacks to more than {_allowed(crate, limits)} bytes, {limits.ratio} times the archive: a bomb?"
    return PackagerError(why, path=crate, place=shown_name(entry.name))


def _checked(
    entries: Iterable[Entry], crate: Path, limits: UnpackLimits
) -> Iterator[tuple[Entry, tuple[str, ...]]]:
    """Yield the members with the parts of their paths, by what the archive says of them."""
    places = MemberPlaces(crate)
    allowed = _allowed(crate, limits)
    total = 0
    for count, entry in enumerate(entries, start=1):
        if count > limits.members:
            raise PackagerError(f"has more than {limits.members} members", path=crate)
        parts = checked_parts(entry.name, crate)
        if not parts and entry.open is None:
            continue  # "./", as `tar -C DIR .` writes it
        if not parts:
            raise PackagerError("has no name", path=crate, place=shown_name(entry.name) or "(empty name)")
        places.claim(parts, entry.open is None)
        if parts[-1] == METADATA and entry.size > LARGEST_METADATA:
            why = f"is larger than {LARGEST_METADATA >> 20} MiB"
            raise PackagerError(why, path=crate, place=shown_name(entry.name))
        total += entry.size
        if total > allowed:
            raise _bomb(entry, crate, limits)
        yield entry, parts


def _write_entries(
    entries: Iterable[Entry],
    folder: Path,
    crate: Path,
    limits: UnpackLimits,
    progress: Progress,
    needed: Callable[[str], bool],
) -> None:
    allowed = _allowed(crate, limits)
    written = 0
    for entry, parts in _checked(entries, crate, limits):
        path = folder.joinpath(*parts)
        if entry.open is None:
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if not needed("/".join(parts)):
            path.touch(exist_ok=False)
            continue
        content = entry.open()
        if content is None:
            raise PackagerError("has no content", path=crate, place=shown_name(entry.name))
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
