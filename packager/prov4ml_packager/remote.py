"""URLs as inputs and outputs: what is remote is brought here, worked on, and taken there.

Through fsspec (`s3://`, `gs://`, `https://`, `memory://` …). Files pass in blocks, so memory is bounded; the
temporary folder (TMPDIR) needs the space of what is brought.
"""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from .errors import PackagerError

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://.+")
_ROOTS = ("zarr.json", ".zmetadata", ".zgroup")
"""Files that make a folder a store: taken last, so that half a store is none."""

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
    return location.split("?")[0].rstrip("/").rpartition("/")[2]


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
    with tempfile.TemporaryDirectory(prefix="prov4ml-") as folder:
        target = Path(folder) / (name_of(location) or "source")
        with _transport(location, "cannot be read"):
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

    Nothing is taken if the block raises. The files that make a folder a store go last.

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
    if not replaces:
        with _transport(location, "cannot be read"):
            if files.exists(path):
                raise PackagerError("exists already", path=location, hint="choose another name")
    with tempfile.TemporaryDirectory(prefix="prov4ml-") as folder:
        target = Path(folder) / name_of(location)
        yield target
        with _transport(location, "cannot be written"):
            for made in sorted(Path(folder).iterdir()):
                _take(files, made, f"{path.rstrip('/').rpartition('/')[0]}/{made.name}")


def _take(files: Any, made: Path, path: str) -> None:
    if made.is_file():
        files.put_file(str(made), path)
        return
    if files.exists(path):
        files.rm(path, recursive=True)
    everything = [one for one in made.rglob("*") if one.is_file()]
    for one in sorted(everything, key=lambda one: (one.name in _ROOTS, -len(one.parts), one)):
        target = f"{path}/{one.relative_to(made).as_posix()}"
        files.makedirs(target.rpartition("/")[0], exist_ok=True)
        files.put_file(str(one), target)


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
        text = " ".join(str(error).split()) or type(error).__name__
        raise PackagerError(f"{problem}: {text}", path=location) from error
