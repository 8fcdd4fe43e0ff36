"""All or nothing: products are written to a temporary sibling and renamed at the end."""

import os
import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from .errors import PackagerError

_PREFIX = ".prov4ml-"
_PAUSES = (0.0, 0.01, 0.05, 0.2, 0.5)  # seconds before each try to remove something
_owner: ContextVar[str] = ContextVar("owner", default="")


def _sibling(path: Path) -> Path:
    # In the same folder, so that the rename never crosses a file system; short, so that a target whose
    # name is as long as the file system allows still works.
    return path.parent / f"{_PREFIX}{_owner.get()}{uuid.uuid4().hex}"


@contextmanager
def owned_siblings(folder: Path, owner: str) -> Iterator[None]:
    """Let temporary names in the block tell whose they are, and remove those that a killed owner left.

    Args:
        folder: where they lie.
        owner: a few letters or digits, of one writer at a time.
    """
    for left in folder.glob(f"{_PREFIX}{owner}_*"):
        _remove(left)
    token = _owner.set(f"{owner}_")
    try:
        yield
    finally:
        _owner.reset(token)


def _failure(path: Path, error: OSError) -> PackagerError:
    return PackagerError(f"cannot be written: {error.strerror or error}", path=path)


def _remove(path: Path) -> None:
    """Remove a file or directory, also where it is interrupted, or where a thread still writes into it.

    One Ctrl-C can interrupt twice (polars raises it, and lets Python raise it once more), and the threads of
    a library outlive what it was told to do.
    """
    again: KeyboardInterrupt | None = None
    for pause in _PAUSES:
        try:
            time.sleep(pause)
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
            if not os.path.lexists(path):
                break
        except KeyboardInterrupt as error:
            again = error
    if again is not None:
        raise again


def _refuse_special(path: Path) -> None:
    """Refuse to replace a device or a pipe: `-o /dev/null`, said by root, must not take it away."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise PackagerError(
            "is no regular file, and a product takes a name of its own", path=path, hint="choose another name"
        )


def _prepare(path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _failure(path, error) from error
    return _sibling(path)


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a path to write a file at; it becomes `path` in one step when the block ends.

    The yielded path lies in the folder of `path` (made if it is not there) and does not exist yet. If the
    block raises, also by an interrupt, nothing is left behind and an older file at `path` is untouched.

    Raises:
        PackagerError: the folder cannot be made, `path` is a directory or a device, or the renaming fails.
            Errors of the block itself pass through.
    """
    if path.is_dir() and not path.is_symlink():
        raise PackagerError("is a directory, and a file was to be written", path=path)
    _refuse_special(path)
    temporary = _prepare(path)
    try:
        yield temporary
        try:
            os.replace(temporary, path)
        except OSError as error:
            raise _failure(path, error) from error
    finally:
        _remove(temporary)


@contextmanager
def atomic_directory(path: Path) -> Iterator[Path]:
    """Yield a new, empty directory to fill; it becomes `path` in one step when the block ends.

    A directory that was at `path` before is removed at the end: whether it may be replaced is the caller's
    decision. If the block raises, also by an interrupt, nothing is left behind and `path` is untouched.

    Raises:
        PackagerError: the directory cannot be made or renamed, or `path` is a file. Errors of the block
            itself pass through.
    """
    if path.is_file() and not path.is_symlink():
        raise PackagerError(
            "is a file, and a directory was to be written", path=path, hint="choose another name"
        )
    _refuse_special(path)
    temporary = _prepare(path)
    try:
        try:
            temporary.mkdir()
        except OSError as error:
            raise _failure(path, error) from error
        yield temporary
        put_directory(temporary, path)
    finally:
        _remove(temporary)


@contextmanager
def scratch_directory(path: Path) -> Iterator[Path]:
    """Yield a new, empty directory in the folder of `path`, which is gone when the block ends."""
    temporary = _prepare(path)
    try:
        temporary.mkdir()
        yield temporary
    finally:
        _remove(temporary)


@contextmanager
def private_directory(prefix: str, folder: Path | None = None) -> Iterator[Path]:
    """Yield a new, empty directory that only its owner may look into, which is gone when the block ends.

    Args:
        prefix: of its name.
        folder: where it lies; the system's folder for temporary files if None.

    Raises:
        OSError: it cannot be made.
    """
    temporary = Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
    try:
        yield temporary
    finally:
        _remove(temporary)


def folder_beside(path: Path) -> Path | None:
    """Return the folder of a target, or where it is read-only None: the system's for temporary files."""
    parent = path.absolute().parent
    return parent if os.access(parent, os.W_OK) else None


def put_directory(fresh: Path, path: Path) -> None:
    """Put a finished directory at `path`, on the same file system, and remove the one that was there.

    On Linux the two are exchanged in one system call. Elsewhere, and on a file system that cannot do that,
    the old one is moved aside first, so that for an instant there is none at `path`; if the second renaming
    fails it is moved back.

    Raises:
        PackagerError: it cannot be renamed.
    """
    try:
        if not os.path.lexists(path):
            os.rename(fresh, path)
        elif _exchange(fresh, path):
            _remove(fresh)
        else:
            _move_aside(fresh, path)
    except OSError as error:
        raise _failure(path, error) from error


def _exchange(fresh: Path, path: Path) -> bool:
    """Exchange two directories with renameat2(2), if this system has it; Python offers no such call."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    call = getattr(ctypes.CDLL(None), "renameat2", None)
    if call is None:
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return bool(call(here, os.fsencode(fresh), here, os.fsencode(path), ctypes.c_uint(exchange)) == 0)


def _move_aside(fresh: Path, path: Path) -> None:
    aside = _sibling(path)
    os.rename(path, aside)
    try:
        os.rename(fresh, path)
    except BaseException:
        os.rename(aside, path)
        raise
    _remove(aside)
