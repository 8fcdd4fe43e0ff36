"""Kinds of crates on disk, chosen by the target's name; all are written from the same sequence of members."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

from ...atomic import atomic_directory, atomic_file
from ...errors import PackagerError
from ..options import Compression
from .bag import is_bag
from .compressors import zstd_compressor
from .deflate import GzipCompressor
from .members import METADATA, Member
from .paths import archive_paths
from .tar_writer import write_tar
from .workers import start_workers
from .zip_writer import write_zip

ArchiveKind = Literal["zip", "tar.gz", "tar.zst", "directory"]

_ENDINGS: tuple[tuple[str, ArchiveKind], ...] = (
    (".zip", "zip"),
    (".tar.gz", "tar.gz"),
    (".tgz", "tar.gz"),
    (".tar.zst", "tar.zst"),
)
_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,4}\Z")
_FITTING: dict[ArchiveKind, tuple[Compression, ...]] = {
    "zip": ("stored", "deflate", "bzip2", "lzma", "zstd"),
    "tar.gz": ("deflate",),
    "tar.zst": ("zstd",),
    "directory": ("stored",),
}


def archive_kind(target: Path) -> ArchiveKind:
    """Return what kind of crate a target's name asks for.

    Raises:
        PackagerError: the name ends in a suffix that stands for none of them.
    """
    if target.is_dir():
        return "directory"
    name = target.name.lower()
    for ending, kind in _ENDINGS:
        if name.endswith(ending) and name != ending:
            return kind
    if (match := _SUFFIX.search(target.name)) and match.start() > 0:
        raise PackagerError(
            f"no crate is written as {match[0]}",
            path=target,
            hint="use .zip, .tar.gz, .tar.zst or a plain name",
        )
    return "directory"


def archive_stem(target: Path) -> str:
    """Return the name of a target without the ending that says its kind, as every system can write it."""
    name = target.name
    for ending, _ in _ENDINGS:
        if name.lower().endswith(ending) and len(name) > len(ending):
            name = name[: -len(ending)]
            break
    return archive_paths([name])[name]


def check_compression(kind: ArchiveKind, compression: Compression | None, target: Path) -> None:
    """Refuse a compression that was asked for and that this kind of archive cannot have."""
    if compression is not None and compression not in _FITTING[kind]:
        what = "a plain directory" if kind == "directory" else f"a .{kind}"
        raise PackagerError(f"{what} cannot be compressed with {compression}", path=target, hint="use a .zip")


def write_archive(
    members: Iterable[Member],
    target: Path,
    kind: ArchiveKind,
    compression: Compression,
    *,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Write a crate in one step: `target` is the old one or the whole new one, never half of it.

    Memory does not follow the size of the members. Deflate uses all cores, the other methods of a zip those
    that its small members can be spread over.

    Args:
        members: in the order of the archive.
        target: is replaced, except a directory that is neither empty nor a crate.
        kind: of archive.
        compression: of the members of a zip.
        progress: called with the number of bytes just read.

    Raises:
        PackagerError: the target cannot be written or replaced.
    """
    report = progress or (lambda count: None)
    try:
        if kind == "directory":
            check_replaceable(target)
            with atomic_directory(target) as folder:
                _write_directory(members, folder, report)
            return
        with start_workers() as workers, atomic_file(target) as path:
            if kind == "zip":
                write_zip(members, path, compression, workers=workers, progress=report)
            else:
                compressor = GzipCompressor(workers) if kind == "tar.gz" else zstd_compressor()
                write_tar(members, path, compressor, progress=report)
    except OSError as error:
        raise PackagerError(f"cannot be written: {error.strerror or error}", path=target) from error


def check_replaceable(target: Path) -> None:
    """Refuse a directory that is neither empty nor a crate."""
    is_crate = (target / METADATA).is_file() or is_bag(target)
    if target.is_dir() and any(target.iterdir()) and not is_crate:
        raise PackagerError("is a directory with other things in it", path=target, hint="choose a new name")


def _write_directory(members: Iterable[Member], folder: Path, progress: Callable[[int], None]) -> None:
    folder.chmod(0o755)
    made = {""}
    for member in members:
        parts = member.path.rstrip("/").split("/")
        for depth in range(1, len(parts) + (1 if member.is_directory else 0)):
            parent = "/".join(parts[:depth])
            if parent not in made:
                made.add(parent)
                (folder / parent).mkdir()
                (folder / parent).chmod(0o755)  # whatever the umask
        if not member.is_directory:
            path = folder / member.path
            with path.open("xb") as stream:
                for chunk in member.chunks():
                    stream.write(chunk)
                    progress(len(chunk))
            path.chmod(0o644)
