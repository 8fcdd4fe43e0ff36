"""URLs as inputs and outputs: what is remote is brought here, worked on, and taken there.

Through fsspec (`s3://`, `gs://`, `https://`, `memory://` …). Files pass in blocks, so memory is bounded; the
temporary folder (TMPDIR) needs the space of what is brought.
"""

import errno
import re
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from .errors import PackagerError, ScratchError

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://.+")
_ROOTS = ("zarr.json", ".zmetadata", ".zgroup", ".zarray")
"""Files that make a folder a store: taken last, so that half a store is none."""
_REPLACEABLE = (*_ROOTS, "ro-crate-metadata.json", "bagit.txt")
"""Files that make a folder a product: one that has none of them is never replaced."""
_BUCKETS = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az"})
"""File systems that have no folders: to make one there would make a bucket."""

_UNREADABLE = "cannot be read"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

Location = Path | str
"""A path, or the URL of something remote."""


def is_url(text: str) -> bool:
    """Tell whether a text is a URL and no path."""
    return _URL.fullmatch(text) is not None


def to_location(text: str) -> Location:
    """Return a URL as it is, and anything else as a path."""
    return text if is_url(text) else Path(text)


def name_of(location: Location) -> str:
    """Return the last part of a location."""
    if isinstance(location, Path):
        return location.name
    bare = location.split("?")[0] if _is_web(location) else location
    return bare.rstrip("/").rpartition("/")[2]


def as_given(text: str, local: Path, location: Location) -> str:
    """Return a text with the location that was given in place of the temporary one that stood for it."""
    return text if isinstance(location, Path) else text.replace(str(local), location.rstrip("/"))


def refuse_inside(source: Location, target: Location) -> None:
    """Refuse a target that lies in the source, where both are URLs; of paths, whoever writes there does.

    Raises:
        PackagerError: it lies there.
    """
    if not isinstance(source, Path) and str(target).startswith(source.rstrip("/") + "/"):
        raise PackagerError("lies in the source itself", path=target, hint=f"write it beside {source}")


@contextmanager
def _named_as_given(local: Path, location: str) -> Iterator[None]:
    try:
        yield
    except PackagerError as error:
        if str(local) not in str(error):
            raise
        path, place, hint = (
            as_given(str(part), local, location) if part is not None else None
            for part in (error.path, error.place, error.hint)
        )
        message = as_given(error.message, local, location)
        raise PackagerError(message, path=path, place=place, hint=hint) from error


@contextmanager
def local_source(location: Location) -> Iterator[Path]:
    """Yield where an input lies on this machine; what is remote is brought into a temporary folder.

    Beside a CSV its metadata file comes along.

    Raises:
        PackagerError: it is not there, or cannot be brought.
    """
    if isinstance(location, Path):
        yield location
        return
    files, path = _file_system(location)
    with tempfile.TemporaryDirectory(prefix="prov4ml-", dir=_temporary_folder()) as folder:
        target = Path(folder) / (name_of(location) or "source")
        with _transport(location, _UNREADABLE):
            if files.isdir(path):
                _bring_folder(files, path.rstrip("/") + "/", target, location)
            elif files.exists(path, **({"strict": True} if _is_web(location) else {})):
                files.get_file(path, str(target))
                metadata = f"{path}-metadata.json"
                if ".csv" in target.name.lower() and files.exists(metadata):
                    files.get_file(metadata, f"{target}-metadata.json")
            else:
                hint = "of a server that lists no folders give a file, such as a .zarr.zip"
                raise PackagerError("does not exist", path=location, hint=hint if _is_web(location) else None)
        with _named_as_given(target, location):
            yield target


def _bring_folder(files: Any, path: str, target: Path, location: str) -> None:
    """Bring all files below a remote folder, whose names are not trusted."""
    names = [name for name in files.find(path) if name.startswith(path) and not name.endswith("/")]
    targets = []
    for name in names:
        # What a web page lists are parts of URLs.
        parts = [unquote(one) if _is_web(location) else one for one in name[len(path) :].split("/")]
        if any(part in ("", ".", "..") or {"/", "\\", "\0"} & set(part) for part in parts):
            raise PackagerError(f"has a file {name[:200]!r}, which no path can be made of", path=location)
        targets.append(target.joinpath(*parts))
    for folder in {one.parent for one in targets}:
        folder.mkdir(parents=True, exist_ok=True)
    files.get(names, [str(one) for one in targets])


def _is_web(location: str) -> bool:
    return location.lower().startswith(("http://", "https://"))


@contextmanager
def local_target(location: Location, *, replaces: bool = True) -> Iterator[Path]:
    """Yield where to write an output on this machine; it is taken to its URL when the block ends.

    Nothing is taken if the block raises. The files that make a folder a store go last. A folder that is there
    is replaced if it is a product of the same kind, or what an interrupted call left of a store, as its name
    says, and else never.

    Args:
        location: where to.
        replaces: whether something that is there may be replaced.

    Raises:
        PackagerError: it is there and may not be replaced, or cannot be taken.
    """
    if isinstance(location, Path):
        yield location
        return
    files, path = _file_system(location)
    with _transport(location, _UNREADABLE):
        if (not replaces and files.exists(path)) or _is_other_folder(files, path, _REPLACEABLE, location):
            raise _exists(location)
    with tempfile.TemporaryDirectory(prefix="prov4ml-", dir=_temporary_folder()) as folder:
        target = Path(folder) / name_of(location)
        with _named_as_given(target, location):
            yield target
        with _transport(location, "cannot be written"):
            there = path.rstrip("/")
            for made in sorted(Path(folder).iterdir()):
                beside = f"{there.rpartition('/')[0]}/{made.name}"
                _take(files, made, there if made == target else beside, location)


def _exists(location: str) -> PackagerError:
    return PackagerError("exists already", path=location, hint="choose another name, or remove it")


def _is_other_folder(files: Any, path: str, roots: Collection[str], location: str) -> bool:
    """Tell whether a folder with something in it is there, and none of these files."""
    if _is_web(location) or not files.isdir(path):
        return False
    bare = path.strip("/")
    names = {name_of(name) for name in files.ls(path, detail=False) if name.strip("/") != bare}
    is_half = bool(roots) and bare.endswith(".zarr")
    is_bucket = _has_buckets(files) and "/" not in bare
    return bool(names) and (is_bucket or (names.isdisjoint(roots) and not is_half))


def _has_buckets(files: Any) -> bool:
    given = files.protocol
    return not _BUCKETS.isdisjoint([given] if isinstance(given, str) else given)


def _take(files: Any, made: Path, path: str, location: str) -> None:
    has_folders = not _has_buckets(files) and not _is_web(location)
    if made.is_file():
        if not _is_web(location) and files.isdir(path):
            raise PackagerError("is a directory, and a file was to be written", path=location)
        if has_folders:
            files.makedirs(path.rpartition("/")[0], exist_ok=True)
        files.put_file(str(made), path)
        return
    everything = [one for one in made.rglob("*") if one.is_file()]
    roots = {one.name for one in everything if one.parent == made}.intersection(_REPLACEABLE)
    if _is_other_folder(files, path, roots, location):
        raise _exists(location)
    if not _is_web(location) and files.exists(path) and files.ls(path, detail=False):
        files.rm(path, recursive=True)
    for one in sorted(everything, key=lambda one: (one.name in _ROOTS, -len(one.parts), one)):
        target = f"{path}/{one.relative_to(made).as_posix()}"
        if has_folders:
            files.makedirs(target.rpartition("/")[0], exist_ok=True)
        files.put_file(str(one), target)


def _temporary_folder() -> str:
    from .reader.scratch import scratch_folder  # numpy comes with it, and every command asks what a URL is

    return scratch_folder()


def _file_system(url: str) -> tuple[Any, str]:
    import fsspec

    try:
        files, path = fsspec.core.url_to_fs(url, use_listings_cache=False)
    except ModuleNotFoundError:
        raise
    except (ImportError, ValueError) as error:
        hint = "pip install 'prov4ml[remote]'" if isinstance(error, ImportError) else None
        raise PackagerError(f"cannot be reached: {error}", path=url, hint=hint) from error
    return files, path


@contextmanager
def _transport(location: str, problem: str) -> Iterator[None]:
    """Turn whatever a file system raises into one clear error; ours pass through."""
    try:
        yield
    except PackagerError:
        raise
    except Exception as error:  # each file system has errors of its own
        if isinstance(error, OSError) and error.errno in _NO_ROOM and problem == _UNREADABLE:
            raise ScratchError(error, _temporary_folder()) from error  # to read takes no other room
        text = " ".join(str(error).split()) or type(error).__name__
        raise PackagerError(f"{problem}: {text}", path=location) from error
