"""The files of a run that go into a crate, found through the record and never by looking what lies around."""

import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from prov4ml.rundir import (
    ARTIFACTS_DIRECTORY,
    JOURNAL_FILE,
    METRICS_FILE,
    PACKAGED_DIRECTORY,
    PACKAGED_PROV,
    PACKAGED_SVG,
    RUN_FILE,
    rank_directory,
)

from ..credentials import without_credentials
from ..errors import PackagerError
from ..progress import UNWATCHED
from ..record import FileRecord, RunRecord
from .archive.members import Member, bytes_member, file_member, open_source
from .archive.paths import archive_paths

_ZARR_FILES = frozenset({"zarr.json", ".zgroup", ".zarray"})
ZARR_ROOT = "zarr.json"


@dataclass(frozen=True)
class PayloadFile:
    """A file of the crate; `original` is its path in the run directory, `opaque`: part of a Zarr store."""

    member: Member
    original: str
    opaque: bool = False


@dataclass(frozen=True)
class PayloadDirectory:
    """A directory that is one thing: a logged one, or a Zarr store (`opaque`: its files are no entities)."""

    member: Member
    original: str
    files: tuple[PayloadFile, ...]
    opaque: bool


@dataclass(frozen=True)
class Payload:
    """All of one run, sorted by path in the crate; `files` are those in no described directory."""

    files: tuple[PayloadFile, ...]
    directories: tuple[PayloadDirectory, ...]

    def provenance(self) -> dict[str, Any]:
        """Return the provenance document as the crate has it."""
        with open_source(self.product(PACKAGED_PROV).member.source) as stream:
            document: dict[str, Any] = json.load(stream)
        return document

    def product(self, name: str) -> PayloadFile:
        """Return a file of `packaged/`."""
        wanted = f"{PACKAGED_DIRECTORY}/{name}"
        return next(file for file in self.files if file.original == wanted)

    def members(self) -> Iterator[Member]:
        """Yield every member, directories' own entries too."""
        for file in self.files:
            yield file.member
        for directory in self.directories:
            yield directory.member
            for file in directory.files:
                yield file.member


class _Tree:
    """The run directory as far as it was looked at: links are refused, each folder is asked once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._plain = {""}

    def refuse_links(self, path: str) -> None:
        """Refuse a relative path that is a link, or lies behind one."""
        parent = path.rpartition("/")[0]
        if parent not in self._plain:
            self.refuse_links(parent)
            self._plain.add(parent)
        if os.path.islink(f"{self.root}/{path}"):
            raise PackagerError(
                "is a link, and a crate takes only what is in the run directory", path=self.root / path
            )


def recorded_files(run: RunRecord) -> Iterator[FileRecord]:
    """Yield every file that the record names, in the order of its lists; the same one may come twice."""
    for artifact in run.artifacts:
        yield artifact.file
    for version in run.model_versions:
        yield version.file
    for code in run.source_code:
        yield from code.files
    others = [one.file for one in run.models] + [one.file for one in run.datasets]
    yield from (file for file in [*others, *(one.file for one in run.ports)] if file is not None)


def logged_paths(run: RunRecord) -> list[str]:
    """Return the path of every file that the record names or that is in a directory that it names.

    Those that are gone are left out.

    Raises:
        PackagerError: one leaves the run directory, is a link or a special file, or is behind a link.
    """
    singles: list[str] = []
    folders: dict[str, list[str]] = {}
    _take_recorded(run, _Tree(run.directory), singles, folders, lambda line: None)
    return [*dict.fromkeys(singles), *(path for paths in folders.values() for path in paths)]


def collect_payload(
    run: RunRecord,
    *,
    prefix: str,
    with_raw: bool,
    draw: Callable[[Path], bytes],
    note: Callable[[str], None],
    unwanted: str = "",
    progress: Callable[[int], None] = UNWATCHED,
    seen: Callable[[str, bytes], None] | None = None,
) -> Payload:
    """Find, check and hash the files of a run; credentials in `run.json` and journals stay behind.

    Args:
        run: the run; its `packaged/` folder must be there.
        prefix: the run's folder in the crate, ending in `/`, or empty.
        with_raw: also take the ranks' journals and metric points.
        draw: makes the graph from the PROV document, in place of whatever SVG lies in `packaged/`.
        unwanted: characters that no name in the crate may have.
        note: called with one line about each file that is missing or is not what was recorded.
        progress: called with the number of bytes just read.
        seen: called with path in the run and content of small logged files, but for those of Zarr stores.

    Raises:
        PackagerError: `packaged/prov.json` or `run.json` is missing, a path leaves the run directory, or
            something is a link or a special file.
    """
    root = run.directory
    tree = _Tree(root)
    products = tree if run.products_in is None else _Tree(run.products_in)
    prov = run.packaged / PACKAGED_PROV
    if not prov.is_file():
        raise PackagerError("is missing", path=prov, hint=f"run prov4ml-pack finalize {root}")
    singles = [RUN_FILE]
    if with_raw:
        for rank in run.ranks:
            names = (f"{rank_directory(rank.rank)}/{name}" for name in (JOURNAL_FILE, METRICS_FILE))
            singles += [name for name in names if os.path.lexists(root / name)]
    raw = frozenset(singles)
    folders: dict[str, list[str]] = {}
    for path in _list_directory(products, PACKAGED_DIRECTORY):
        parts = path.split("/")
        if len(parts) > 2:  # a store that is a directory
            folders.setdefault(f"{PACKAGED_DIRECTORY}/{parts[1]}/", []).append(path)
        else:
            singles.append(path)
    _take_recorded(run, tree, singles, folders, note)

    drawn = f"{PACKAGED_DIRECTORY}/{PACKAGED_SVG}"
    singles = [path for path in dict.fromkeys(singles) if path != drawn]
    paths = archive_paths(
        [*singles, drawn, *folders, *(path for paths in folders.values() for path in paths)], unwanted
    )

    def payload_file(path: str, opaque: bool = False) -> PayloadFile:
        chunk = opaque and PurePosixPath(path).name not in _ZARR_FILES
        place = products if path.startswith(f"{PACKAGED_DIRECTORY}/") else tree
        place.refuse_links(path)
        source = place.root / path
        if (name := path.rpartition("/")[2]) in (RUN_FILE, JOURNAL_FILE) and path in raw:
            # Refuses what is no regular file.
            file = file_member(prefix + paths[path], source, progress=progress)
            hidden = without_credentials(source, journal=name == JOURNAL_FILE)
            return PayloadFile(file if hidden is None else bytes_member(file.path, hidden), path)
        look = None
        if seen is not None and not opaque and path.startswith(f"{ARTIFACTS_DIRECTORY}/"):
            look = partial(seen, path)
        member = file_member(prefix + paths[path], source, compressed=chunk, progress=progress, seen=look)
        return PayloadFile(member, path, opaque)

    files = [payload_file(path) for path in singles]
    files.append(PayloadFile(bytes_member(prefix + drawn, draw(prov)), drawn))
    directories = []
    for folder, inside in folders.items():
        opaque = any(f"{folder}{name}" in inside for name in _ZARR_FILES)
        contents = tuple(
            sorted((payload_file(path, opaque) for path in inside), key=lambda one: one.member.path)
        )
        directories.append(PayloadDirectory(Member(prefix + paths[folder], None), folder, contents, opaque))
    _note_changes(run, files, note)
    return Payload(
        tuple(sorted(files, key=lambda one: one.member.path)),
        tuple(sorted(directories, key=lambda one: one.member.path)),
    )


def _take_recorded(
    run: RunRecord,
    tree: _Tree,
    singles: list[str],
    folders: dict[str, list[str]],
    note: Callable[[str], None],
) -> None:
    records = {record.path: record for record in recorded_files(run) if record.path is not None}
    directories = {path for path, record in records.items() if record.kind == "directory"}
    for path, record in records.items():
        _check_inside(run.directory, path)
        tree.refuse_links(path)
        if not os.path.lexists(run.directory / path):
            note(f"{run.directory / path}: was recorded and is gone; the crate does not have it")
        elif any(f"{path}/".startswith(f"{folder}/") and path != folder for folder in directories):
            continue  # comes with the directory around it
        elif record.kind == "file":
            singles.append(path)
        else:
            folders[f"{path}/"] = list(_list_directory(tree, path))


def _check_inside(root: Path, path: str) -> None:
    parts = path.split("/")
    if parts[0] != ARTIFACTS_DIRECTORY or len(parts) < 2 or any(part in ("", ".", "..") for part in parts):
        raise PackagerError(
            f"the record names {path!r}, which is not below {ARTIFACTS_DIRECTORY}/", path=root
        )


def _list_directory(tree: _Tree, path: str) -> Iterator[str]:
    """Yield the regular files below a directory of the run, in no order; refuse links and special files."""
    root = tree.root
    tree.refuse_links(path)
    waiting = [path]
    while waiting:
        folder = waiting.pop()
        try:
            entries = list(os.scandir(root / folder))
        except OSError as error:
            raise PackagerError(f"cannot be read: {error.strerror or error}", path=root / folder) from error
        for entry in entries:
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode):
                waiting.append(f"{folder}/{entry.name}")
            elif stat.S_ISREG(mode):
                yield f"{folder}/{entry.name}"
            else:
                kind = "link" if stat.S_ISLNK(mode) else "special file"
                raise PackagerError(
                    f"is a {kind}, which a crate cannot hold", path=root / folder / entry.name
                )


def _note_changes(run: RunRecord, files: Iterable[PayloadFile], note: Callable[[str], None]) -> None:
    digests = {file.original: file.member.sha256 for file in files}
    # The last time a name was logged is what its copy should be.
    expected = {record.path: record.sha256 for record in recorded_files(run) if record.path and record.sha256}
    for path, sha256 in expected.items():
        if path in digests and digests[path] != sha256:
            note(f"{run.directory / path}: is not the file that was logged (its sha256 differs)")
