"""Files of a source: paths that cannot leave it, reading that follows no link, and digests."""

import errno
import hashlib
import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from ..no_links import mode_inside
from .counts import first_names

_CHUNK = 1 << 20
_WORTH_KEEPING = 1 << 20  # bytes of a file whose digest is kept


def inside(root: Path, relative: str) -> Path | None:
    r"""Return where an untrusted path lies in a source, or None if it is not there or not inside.

    The path may use `/` or `\`. An absolute one, one with a drive or `..`, one through a symbolic link and
    one to anything but a regular file or a directory is not inside.

    Args:
        root: the folder it must not leave; it may itself be reached through links.
        relative: the path as the source gives it.
    """
    parts = [part for part in relative.replace("\\", "/").split("/") if part not in ("", ".")]
    if not parts or relative.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in relative:
        return None
    mode = mode_inside(root, parts)
    is_plain = mode is not None and (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
    return root.joinpath(*parts) if is_plain else None


def open_source(path: Path) -> BinaryIO:
    """Open a regular file for reading; a link, a pipe or a device is refused and never waited for.

    Raises:
        OSError: it is no regular file or cannot be read.
    """
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_BINARY", "O_CLOEXEC"):
        flags |= getattr(os, name, 0)
    descriptor = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def regular_files(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield the regular files below a directory with their paths in it (`/` between parts), sorted.

    Links, pipes and devices are left out.
    """
    found: list[tuple[str, Path]] = []
    waiting = [("", root)]
    while waiting:
        prefix, folder = waiting.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((f"{prefix}{entry.name}/", Path(entry.path)))
                elif entry.is_file(follow_symlinks=False):
                    found.append((prefix + entry.name, Path(entry.path)))
    yield from sorted(found)


def links_in(root: Path) -> list[str]:
    """Return the paths of the symbolic links below a directory, sorted; none of them is followed.

    A folder that cannot be read has none.
    """
    found: list[str] = []
    waiting = [("", root)]
    while waiting:
        prefix, folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_symlink():
                        found.append(prefix + entry.name)
                    elif entry.is_dir(follow_symlinks=False):
                        waiting.append((f"{prefix}{entry.name}/", Path(entry.path)))
        except OSError:
            continue
    return sorted(found)


def link_losses(root: Path, prefix: str = "", skipped: Collection[str] = ()) -> list[str]:
    """Return one sentence for each link below a directory, for what could not come over.

    Args:
        root: the directory.
        prefix: what stands before the paths in it.
        skipped: directories in it whose links are not asked for.
    """
    return [
        f"{prefix}{name}: it is a link, which an import does not follow"
        for name in links_in(root)
        if not any(name.startswith(f"{one}/") for one in skipped)
    ]


def remarks_on_links(source: Path, suffixes: tuple[str, ...] = ("",)) -> list[str]:
    """Return what is to be said of the links in a folder that lead out of it; never raises.

    Args:
        source: the folder, or a file.
        suffixes: those of the links that count, in lower case.
    """
    root = Path(os.path.realpath(source))
    outside = [
        name
        for name in links_in(source)
        if name.lower().endswith(suffixes) and root not in Path(os.path.realpath(source / name)).parents
    ]
    return [f"links that lead out of it are not followed: {first_names(outside)}"] if outside else []


def transfer(reader: BinaryIO, writer: BinaryIO | None = None) -> tuple[str, int]:
    """Read a stream to its end, writing it on the way; return its sha256 in hex and its bytes."""
    digest = hashlib.sha256()
    size = 0
    while chunk := reader.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if writer is not None:
            writer.write(chunk)
    return digest.hexdigest(), size


class FileDigests:
    """Digests of large files, so that none is read twice: as a part of the source and as one of a run."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], tuple[str, int]] = {}

    def of(self, reader: BinaryIO) -> tuple[str, int]:
        """Return the sha256 in hex and the bytes of a file that is open at its beginning.

        A file is the same as long as its number, size and time of modification are.
        """
        state = os.fstat(reader.fileno())
        # Not `st_ctime_ns`, which a link to the file changes.
        key = (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)
        found = self._known.get(key)
        if found is None:
            found = transfer(reader)
            if found[1] >= _WORTH_KEEPING:
                self._known[key] = found
        return found


def directory_digest(digests: list[tuple[str, str]]) -> str:
    """Return the digest of a directory from its (path, sha256) pairs (docs/run-directory.md, Files)."""
    total = hashlib.sha256()
    for name, digest in sorted((os.fsencode(name), digest) for name, digest in digests):
        total.update(digest.encode("ascii") + b"  " + name + b"\n")
    return total.hexdigest()


@dataclass(frozen=True)
class SourceDigest:
    """What a source was when it was read; `size` in bytes, `files` the number of regular files."""

    path: Path
    kind: Literal["file", "directory"]
    size: int
    sha256: str
    files: int


def digest_source(path: Path, digests: FileDigests | None = None) -> SourceDigest:
    """Return size and digest of a file or directory; a link given as the source itself is followed.

    Args:
        path: of the source.
        digests: of files that were read before.

    Raises:
        OSError: it cannot be read.
    """
    digests = digests or FileDigests()
    real = path.resolve(strict=True)
    if not real.is_dir():
        with open_source(real) as reader:
            digest, size = digests.of(reader)
        return SourceDigest(path, "file", size, digest, 1)
    members: list[tuple[str, str]] = []
    total = 0
    for name, one in regular_files(real):
        with open_source(one) as reader:
            digest, size = digests.of(reader)
        members.append((name, digest))
        total += size
    return SourceDigest(path, "directory", total, directory_digest(members), len(members))
