"""What there is to check in a directory that is itself neither a run nor a crate."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from .crate.archive_limits import check_zip_directory
from .crate.graph import DESCRIPTOR, LEGACY_DESCRIPTOR
from .crate.members import TAR_NAMES, ZIP_NAMES
from .prov_formats.detection import is_found_in_folders, may_be_prov
from .prov_json.records import KINDS
from .report import Unreadable

RUN_FILE = "run.json"
"""That of `prov4ml.rundir`, which a test holds: to import it is to import the logger, for every crate."""

Kind = Literal["run-directory", "ro-crate", "prov-json", "prov"]
"""`prov` is PROV in any other format."""

_DESCRIPTORS = (DESCRIPTOR, LEGACY_DESCRIPTOR)
_LARGEST_JSON = 1 << 30
_RECORD_KEYS = tuple(f'"{kind}"'.encode() for kind in (*KINDS, "bundle"))
_NAMES: dict[Kind, str] = {
    "run-directory": "run",
    "ro-crate": "crate",
    "prov-json": "PROV-JSON document",
    "prov": "PROV document in another format",
}
_HEAD = 4096


@dataclass(frozen=True)
class Found:
    """One thing to check, and what it seems to be; `validate` decides."""

    path: Path
    kind: Kind


def directory_kind(path: Path) -> Kind | None:
    """Return whether a directory is a crate or a run.

    A crate goes first: the crate of one run holds the run's own file too.
    """
    if any((path / folder / name).is_file() for folder in ("", "data") for name in _DESCRIPTORS):
        return "ro-crate"
    return "run-directory" if (path / RUN_FILE).is_file() else None


def _is_crate_archive(path: Path) -> bool:
    """Tell the archive of a crate from any other; a damaged one is taken for a crate, to be reported."""
    if not path.name.lower().endswith(ZIP_NAMES):
        return path.name.lower().endswith(tuple(f".crate{suffix}" for suffix in TAR_NAMES))
    import zipfile

    try:
        with path.open("rb") as stream:
            check_zip_directory(stream)
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return True
    return any(name.count("/") <= 2 and name.rpartition("/")[2] in _DESCRIPTORS for name in names)


def _is_prov_json(path: Path) -> bool:
    """Tell a PROV-JSON document from any other JSON, by its name or by the records at its top."""
    name = path.name.lower()
    if name == "prov.json" or name.endswith((".prov.json", ".provjson", ".prov-json")):
        return True
    if not name.endswith(".json") or path.stat().st_size > _LARGEST_JSON:
        return False
    content = path.read_bytes()
    if not any(key in content for key in _RECORD_KEYS):  # much cheaper than to parse
        return False
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return False
    if not isinstance(value, dict):
        return False
    records = [value[kind] for kind in (*KINDS, "bundle") if kind in value]
    return bool(records) and all(isinstance(one, dict) for one in records)


def _file_kind(path: Path) -> Kind | None:
    if _is_crate_archive(path):
        return "ro-crate"
    if _is_prov_json(path):
        return "prov-json"
    return "prov" if _is_other_prov(path) else None


def _is_other_prov(path: Path) -> bool:
    """Tell PROV in other formats, where they can be read: in folders without `prov` they are passed over."""
    if not may_be_prov(path.name) or not _has_prov():
        return False
    with path.open("rb") as stream:
        return is_found_in_folders(path.name, stream.read(_HEAD))


def _has_prov() -> bool:
    try:
        return find_spec("prov") is not None
    except ModuleNotFoundError:
        return False


def _search(directory: Path) -> Iterator[Found]:
    waiting = [directory]
    while waiting:
        folder = waiting.pop()
        kind = directory_kind(folder)
        if kind is not None:
            yield Found(folder, kind)
            continue
        with os.scandir(folder) as listing:
            entries = [entry for entry in listing if not entry.name.startswith(".")]
        for entry in entries:
            path = folder / entry.name
            if entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            elif entry.is_file(follow_symlinks=False) and (kind := _file_kind(path)):
                yield Found(path, kind)


def find_inputs(path: Path) -> list[Found] | None:
    """Return the crates, runs and PROV documents below a directory, sorted by path.

    What is inside a crate or a run is part of it and not listed. Links are not followed, and names that begin
    with a dot are passed over, as are archives in tar whose name does not end in `.crate.tar.gz` or the like:
    nothing but their whole content tells what they are.

    Returns:
        None where `path` is a file, a run, a crate or not there: that is the one thing to check.

    Raises:
        Unreadable: nothing is found, or not everything can be searched.
    """
    shown = os.fspath(path)
    if not path.is_dir() or directory_kind(path) is not None:
        return None
    try:
        found = sorted(_search(path), key=lambda one: one.path)
    except OSError as error:
        place = error.filename or shown
        raise Unreadable(str(place), f"cannot be searched: {error.strerror or error}") from error
    if not found:
        raise Unreadable(shown, "holds no crate, no run and no PROV-JSON document", "give their path")
    return found


def _plural(name: str) -> str:
    return name.replace("document", "documents") if "document" in name else f"{name}s"


def count_in_words(found: list[Found]) -> str:
    """Return such as `2 crates, 1 run`."""
    counts = Counter(_NAMES[one.kind] for one in found)
    return ", ".join(
        f"{counts[name]:,} {name if counts[name] == 1 else _plural(name)}"
        for name in _NAMES.values()
        if counts[name]
    )
