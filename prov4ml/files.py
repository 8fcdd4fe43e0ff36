"""Files and directories that a run logs: hashed where they are, or copied below the run's `artifacts/`.

Every function returns the *file object* of docs/run-directory.md ("Files"). A copy gets its name only when
it is complete: it is made in a staging folder `.incoming-*` of the run directory first. Several processes
may write into the same run directory at once.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator

from .rundir import ARTIFACTS_DIRECTORY, safe_file_name, safe_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Any, BinaryIO

CHUNK = 1 << 20
"""Bytes read at a time."""

_Identity = tuple[int, int, int]
_known_copies: dict[str, tuple[_Identity, str]] = {}
"""Digests of the copies this process made, so that a checkpoint logged a thousand times under one name is
not compared by reading the 999 copies before it. A copy changed since (inode, time) is read again."""


def hash_file(path: str | os.PathLike[str]) -> tuple[str, int]:
    """Return the sha256 (lower-case hex) and the number of bytes of a regular file.

    Raises:
        OSError: it cannot be read, or is a device, a pipe or a socket (which are never opened for reading).
    """
    with _open_regular(os.fspath(path), follow=True) as source:
        return _drain(source, None)


def record_file(source: str | os.PathLike[str], *, original: str | None = None) -> dict[str, Any]:
    """Describe a file or directory without copying it.

    Args:
        source: what to read; a symbolic link is followed, those inside a directory are left out.
        original: the path as the program gave it, if it differs from `source`.

    Returns:
        The file object with `path` None; `sha256` is None where a part could not be read.

    Raises:
        OSError: there is nothing of that name, or it is neither a file nor a directory.
    """
    root = os.fsdecode(source)
    described = _file_object(None, root if original is None else original, os.path.isdir(root))
    if described["kind"] == "file":
        _require_regular(root, os.stat(root))
        members = [(root, "")]
    else:
        members = [(os.path.join(root, *name.split("/")), name) for name in _list_files(root, None)]
    digests: list[tuple[str, str]] | None = []
    for path, name in members:
        described["files"] += 1
        try:
            digest, size = hash_file(path)
        except OSError:
            digests = None
            size = _size_or_zero(path)
        else:
            if digests is not None:
                digests.append((digest, name))
        described["size"] += size
    if digests is not None:
        described["sha256"] = (
            _directory_digest(digests) if described["kind"] == "directory" else digests[0][0]
        )
    return described


def copy_into(
    source: str | os.PathLike[str],
    run_directory: str | os.PathLike[str],
    relative_directory: tuple[str, ...],
    name: str,
    *,
    original: str | None = None,
) -> dict[str, Any]:
    """Copy a file or directory below `artifacts/` of a run directory, hashing it in the same pass.

    A copy of the same name and content is used again; one of other content stays, and the new copy is
    called `<stem>-2<suffix>`, `-3` and so on. Permissions and times are not copied, nor are symbolic links,
    pipes, devices, empty folders and the run directory itself, where a directory holds them.

    Args:
        source: what to copy; a symbolic link is followed.
        run_directory: the run directory, which exists.
        relative_directory: folders below `artifacts/`, any text; keys (`rundir.safe_name`) on the disk.
        name: the name of the copy, any text; its key on the disk.
        original: the path as the program gave it, if it differs from `source`.

    Returns:
        The file object; `path` begins with `artifacts/`.

    Raises:
        OSError: the source cannot be read or the copy not written; nothing is left behind.
    """
    root = os.fsdecode(source)
    run = os.fsdecode(run_directory)
    described = _file_object(None, root if original is None else original, os.path.isdir(root))
    with _staging(run) as staging:
        staged = os.path.join(staging, "copy")
        if described["kind"] == "directory":
            _copy_directory(root, run, staged, described)
        else:
            with _open_regular(root, follow=True) as reader:
                described["sha256"], described["size"] = _write(staged, reader)
            described["files"] = 1
        described["path"] = _publish(staged, run, relative_directory, name, described)
    return described


def write_bytes_into(
    content: bytes,
    run_directory: str | os.PathLike[str],
    relative_directory: tuple[str, ...],
    name: str,
    *,
    original: str | None = None,
) -> dict[str, Any]:
    """Write bytes as a file below `artifacts/`; names, result and errors as in `copy_into`.

    Without `original` the name stands in its place.
    """
    import io

    run = os.fsdecode(run_directory)
    described = _file_object(None, name if original is None else original, False)
    with _staging(run) as staging:
        staged = os.path.join(staging, "copy")
        described["sha256"], described["size"] = _write(staged, io.BytesIO(content))
        described["files"] = 1
        described["path"] = _publish(staged, run, relative_directory, name, described)
    return described


def staging_directory(run_directory: str | os.PathLike[str]) -> AbstractContextManager[Path]:
    """Return a context with an empty folder in the run directory, removed at its end with what is left in it.

    For files that a library must write itself and that `adopt_into` then moves into place.
    """
    from contextlib import contextmanager
    from pathlib import Path

    @contextmanager
    def staging() -> Iterator[Path]:
        with _staging(os.fsdecode(run_directory)) as folder:
            yield Path(folder)

    return staging()


def adopt_into(
    staged: str | os.PathLike[str],
    run_directory: str | os.PathLike[str],
    relative_directory: tuple[str, ...],
    name: str,
    *,
    original: str,
) -> dict[str, Any]:
    """Move what was made in a `staging_directory` below `artifacts/`; otherwise as `copy_into`."""
    path = os.fsdecode(staged)
    run = os.fsdecode(run_directory)
    described = record_file(path, original=original)
    described["path"] = _publish(path, run, relative_directory, name, described)
    return described


class _staging:
    """A folder for what is not complete yet; a class, since contextlib is not loaded for it."""

    def __init__(self, run: str) -> None:
        self._run = run

    def __enter__(self) -> str:
        while True:
            self._folder = os.path.join(self._run, f".incoming-{os.urandom(8).hex()}")
            try:
                os.mkdir(self._folder)
            except FileExistsError:
                continue
            return self._folder

    def __exit__(self, *exception: object) -> None:
        import shutil

        shutil.rmtree(self._folder, ignore_errors=True)


def _file_object(path: str | None, original: str, is_directory: bool) -> dict[str, Any]:
    kind = "directory" if is_directory else "file"
    return {"path": path, "original": original, "kind": kind, "size": 0, "sha256": None, "files": 0}


def _directory_digest(digests: list[tuple[str, str]]) -> str:
    """Return the digest of a directory from its (sha256, relative path) pairs (docs/run-directory.md)."""
    import hashlib

    total = hashlib.sha256()
    for name, digest in sorted((_encode(name), digest) for digest, name in digests):
        total.update(digest.encode("ascii") + b"  " + name + b"\n")
    return total.hexdigest()


def _encode(name: str) -> bytes:
    try:
        return name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a lone surrogate, which only Windows allows in a name
        return name.encode("utf-8", "surrogatepass")


def _list_files(root: str, excluded: os.stat_result | None) -> list[str]:
    """Return the regular files below a directory, relative and with `/`, sorted; links are not followed."""
    found: list[str] = []
    waiting = [("", root)]
    while waiting:
        prefix, folder = waiting.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if excluded is None or not os.path.samestat(os.stat(entry.path), excluded):
                        waiting.append((f"{prefix}{entry.name}/", entry.path))
                elif entry.is_file(follow_symlinks=False):
                    found.append(prefix + entry.name)
    return sorted(found)


def _copy_directory(root: str, run: str, staged: str, described: dict[str, Any]) -> None:
    run_status = os.stat(run)
    if os.path.samestat(os.stat(root), run_status):
        raise OSError(errno.EINVAL, "a run directory cannot be logged into itself", root)
    digests: list[tuple[str, str]] = []
    os.mkdir(staged)
    # All names first: the copy may lie below the directory that is copied.
    for name in _list_files(root, run_status):
        parts = name.split("/")
        try:
            reader = _open_regular(os.path.join(root, *parts), follow=False)
        except FileNotFoundError:
            continue  # removed since it was listed, as rotating checkpoints are
        with reader:
            target = os.path.join(staged, *parts)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            digest, size = _write(target, reader)
        digests.append((digest, name))
        described["size"] += size
    described["files"] = len(digests)
    described["sha256"] = _directory_digest(digests)


def _require_regular(path: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", path)


def _open_regular(path: str, *, follow: bool) -> BinaryIO:
    # Opening a pipe without O_NONBLOCK waits for a writer for ever.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if not follow:
        flags |= getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    try:
        _require_regular(path, os.fstat(descriptor))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _drain(source: BinaryIO, target: BinaryIO | None) -> tuple[str, int]:
    import hashlib

    digest = hashlib.sha256()
    size = 0
    end = _size_when_opened(source)
    while chunk := source.read(CHUNK if end is None else min(CHUNK, end - size)):
        digest.update(chunk)
        size += len(chunk)
        if target is not None:
            target.write(chunk)
    return digest.hexdigest(), size


def _size_when_opened(source: BinaryIO) -> int | None:
    """Return where to stop reading: a log that grows as fast as it is read would have no end.

    None for what is in memory, and for the files of /proc, which have no size until they are read.
    """
    try:
        return os.fstat(source.fileno()).st_size or None
    except OSError:
        return None


def _write(path: str, source: BinaryIO) -> tuple[str, int]:
    with open(path, "xb") as target:
        return _drain(source, target)


def _size_or_zero(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _publish(
    staged: str, run: str, relative_directory: tuple[str, ...], name: str, described: dict[str, Any]
) -> str:
    """Give a complete copy its name and return its path in the run directory, with `/`."""
    folders = [ARTIFACTS_DIRECTORY]
    directory = os.path.join(run, ARTIFACTS_DIRECTORY)
    os.makedirs(directory, exist_ok=True)
    for part in relative_directory:
        folders.append(safe_name(part, os.listdir(directory)))
        directory = os.path.join(directory, folders[-1])
        os.makedirs(directory, exist_ok=True)
    is_file = described["kind"] == "file"
    key = (safe_file_name if is_file else safe_name)(name, os.listdir(directory))
    stem, suffix = os.path.splitext(key) if is_file else (key, "")
    number = 1
    while True:
        candidate = key if number == 1 else f"{stem}-{number}{suffix}"
        target = os.path.join(directory, candidate)
        if _claim(staged, target, described["kind"] == "directory"):
            _known_copies[target] = (_identity(target), described["sha256"])
            break
        if _digest_of_copy(target, described) == described["sha256"]:
            break
        number += 1
    return "/".join([*folders, candidate])


def _claim(staged: str, target: str, is_directory: bool) -> bool:
    """Move `staged` to `target` unless something is there; exactly one of several claimants succeeds."""
    if is_directory:
        try:
            os.mkdir(target)
        except FileExistsError:
            return False
        if os.name == "nt":
            os.rmdir(target)  # Windows renames onto nothing only
        os.rename(staged, target)
        return True
    try:
        os.link(staged, target)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            return False
        os.replace(staged, target)
    return True


def _identity(path: str) -> _Identity:
    status = os.lstat(path)
    return (status.st_dev, status.st_ino, status.st_mtime_ns)


def _digest_of_copy(target: str, described: dict[str, Any]) -> str | None:
    """Return the digest of what is at `target`; None if it cannot be the same as what is described."""
    try:
        status = os.lstat(target)
        if stat.S_ISDIR(status.st_mode) != (described["kind"] == "directory"):
            return None
        if stat.S_ISREG(status.st_mode) and status.st_size != described["size"]:
            return None
        known = _known_copies.get(target)
        if known is not None and known[0] == _identity(target):
            return known[1]
        digest: str | None = record_file(target)["sha256"]
    except OSError:
        return None
    if digest is not None:
        _known_copies[target] = (_identity(target), digest)
    return digest
