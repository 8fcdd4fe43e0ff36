"""Crates that are there already: opened to be changed, and replaced by a whole new one or not at all."""

import os
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from prov4ml_validators import validate
from prov4ml_validators.crate.members import LARGEST_METADATA, DirectoryMembers
from prov4ml_validators.report import Finding, Severity

from ..atomic import private_directory, put_directory
from ..crate_members import parse_object
from ..errors import PackagerError
from ..progress import UNWATCHED, Progress
from .archive.archives import ArchiveKind, archive_kind, write_archive
from .archive.bag import DATA, Bag, bag_members, find_bag, is_bag, read_bag
from .archive.compressors import METHODS
from .archive.members import METADATA, Member, file_member, total_size
from .archive.unpack import unpack_crate
from .options import COMPRESSIONS, Compression

_PREFIX = ".prov4ml-"


@dataclass(frozen=True)
class ExistingCrate:
    """A crate with its files in a folder: its own, or a temporary one that an archive was unpacked to.

    `document` is the metadata as parsed; changing it changes nothing on disk. `stored` has the paths of the
    files that are not compressed in a zip whose others are. `bag` is what is around the crate in a bag, of
    which `folder` is the payload.
    """

    path: Path
    kind: ArchiveKind
    compression: Compression
    folder: Path
    document: dict[str, Any]
    stored: frozenset[str] = frozenset()
    bag: Bag | None = None

    def wrapped(self, members: Sequence[Member], progress: Progress = UNWATCHED) -> list[Member]:
        """Return the members of a crate as the archive has them, sorted: in a bag, if it is one."""
        if self.bag is not None:
            progress.stage("bag", total_size(members))
            return bag_members(members, self.bag, progress=progress)
        return sorted(members, key=lambda member: member.path)

    def members(self, without: Iterable[str] = (), progress: Progress = UNWATCHED) -> list[Member]:
        """Return a member for every file, and for every directory that is described.

        Args:
            without: paths of files to leave out.
            progress: told the bytes read to know their digests.

        Raises:
            PackagerError: there is a link or a special file.
        """
        left_out = frozenset(without)
        described = {str(one.get("@id")) for one in self.graph}
        members = []
        progress.stage("read")
        for entry in DirectoryMembers(self.folder).entries():
            if entry.kind == "file" and entry.path not in left_out:
                stored = entry.path in self.stored
                source = self.folder / entry.path
                members.append(file_member(entry.path, source, compressed=stored, progress=progress))
            elif entry.kind == "directory" and quote(f"{entry.path}/") in described:
                members.append(Member(f"{entry.path}/", None))
            elif entry.kind not in ("file", "directory"):
                raise PackagerError("is a link or a special file", path=self.path, place=entry.path)
        return members

    def files(self) -> set[str]:
        """Return the paths of all files, without reading them."""
        return {entry.path for entry in DirectoryMembers(self.folder).entries() if entry.kind == "file"}

    @property
    def graph(self) -> list[dict[str, Any]]:
        """Return the entities of the metadata."""
        graph = self.document.get("@graph")
        return [one for one in graph if isinstance(one, dict)] if isinstance(graph, list) else []


@contextmanager
def open_existing(crate: Path) -> Iterator[ExistingCrate]:
    """Open a crate in order to change it; an archive is unpacked beside itself, as safely as by `unpack`.

    Raises:
        PackagerError: it is no crate with its metadata at the top, or an archive that is refused.
    """
    if not crate.exists():
        raise PackagerError("does not exist", path=crate, hint="give a crate")
    kind = archive_kind(crate)
    if kind == "directory":
        if not crate.is_dir():
            raise PackagerError(
                "is no crate", path=crate, hint="give a .zip, .tar.gz, .tar.zst or a directory"
            )
        yield _opened(crate, kind, crate)
        return
    with _beside(crate) as place:
        folder = unpack_crate(crate, place / "crate")
        yield _opened(crate, kind, folder)


def _opened(crate: Path, kind: ArchiveKind, folder: Path) -> ExistingCrate:
    base = ("" if is_bag(folder) else None) if kind == "directory" else find_bag(folder)
    bag = read_bag(folder, base, crate) if base is not None else None
    root = f"{base}{DATA}" if base is not None else ""
    compression, stored = _zip_compression(crate) if kind == "zip" else ("stored", frozenset())
    inside = frozenset(path.removeprefix(root) for path in stored if path.startswith(root))
    document = _read_document(folder / root, crate)
    return ExistingCrate(crate, kind, compression, folder / root, document, inside, bag)


@contextmanager
def _beside(crate: Path) -> Iterator[Path]:
    """Yield a temporary folder on the same file system, gone at the end."""
    with ExitStack() as stack:
        try:
            place = stack.enter_context(private_directory(_PREFIX, crate.absolute().parent))
        except OSError as error:
            raise PackagerError(f"cannot be written beside: {error.strerror or error}", path=crate) from error
        yield place


def _read_document(folder: Path, crate: Path) -> dict[str, Any]:
    path = folder / METADATA
    if not path.is_file() or path.is_symlink():
        raise PackagerError(f"has no {METADATA} at its top", path=crate, hint="give the crate itself")
    if path.stat().st_size > LARGEST_METADATA:
        raise PackagerError(f"is larger than {LARGEST_METADATA >> 20} MiB", path=crate, place=METADATA)
    document = parse_object(path.read_bytes(), crate, METADATA)
    if not isinstance(document.get("@graph"), list):
        raise PackagerError("has no @graph", path=crate, place=METADATA)
    return document


def _zip_compression(crate: Path) -> tuple[Compression, frozenset[str]]:
    """Return the method that most members of a zip are compressed with, and the files that are stored."""
    methods: dict[int, Compression] = {METHODS[one].number: one for one in COMPRESSIONS}
    with zipfile.ZipFile(crate) as archive:
        used = {info.filename: methods.get(info.compress_type, "deflate") for info in archive.infolist()}
    compressed = Counter(one for one in used.values() if one != "stored")
    if not compressed:
        return "stored", frozenset()
    return compressed.most_common(1)[0][0], frozenset(path for path, one in used.items() if one == "stored")


def replace_crate(
    existing: ExistingCrate,
    members: Sequence[Member],
    *,
    check: Callable[[Path], None],
    progress: Progress = UNWATCHED,
) -> None:
    """Write a crate anew from members, check it, and put it in the place of the old one in one step.

    Whenever this is stopped, the path holds the old crate or the new one, whole.

    Args:
        existing: the crate to replace.
        members: everything that the new one holds.
        check: raises where the new crate, at the path given, must not take the place of the old one.
        progress: told the bytes packed.
    """
    ordered = existing.wrapped(members, progress)
    progress.stage("pack", total_size(ordered))
    with _beside(existing.path) as place:
        # Under the same name, since names say what kind of crate it is.
        fresh = place / existing.path.absolute().name
        write_archive(ordered, fresh, existing.kind, existing.compression, progress=progress)
        check(fresh)
        if existing.kind == "directory":
            put_directory(fresh, existing.path)
            return
        try:
            shutil.copymode(existing.path, fresh)
            os.replace(fresh, existing.path)
        except OSError as error:
            raise PackagerError(
                f"cannot be written: {error.strerror or error}", path=existing.path
            ) from error


def refuse_worse(existing: ExistingCrate) -> Callable[[Path], None]:
    """Return a check that refuses a new crate with findings at MUST that the old one does not have."""
    before = {_kind_of(finding) for finding in validate(existing.path).at_or_above(Severity.MUST)}

    def check(fresh: Path) -> None:
        worse = [one for one in validate(fresh).at_or_above(Severity.MUST) if _kind_of(one) not in before]
        if worse:
            first = worse[0]
            more = f" (and {len(worse) - 1} more)" if len(worse) > 1 else ""
            raise PackagerError(
                f"would not be valid: {first.rule}: {first.message}{more}",
                path=existing.path,
                hint=first.help,
            )

    return check


def _kind_of(finding: Finding) -> tuple[str, str]:
    return (finding.rule, finding.message)
