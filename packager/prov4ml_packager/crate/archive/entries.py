"""What a stranger's archive lists, one member after the other, told apart by its content: zip or tar."""

import gzip
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

from prov4ml_validators.crate.archive_limits import GuardedStream, check_overlaps, check_zip_directory
from prov4ml_validators.crate.members import tar_members
from prov4ml_validators.crate.zip_headers import header_difference

from ...errors import PackagerError
from ...zstd import zstd_module
from .member_names import shown_name
from .members import CHUNK
from .zip_reader import open_zip

ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
"""The first bytes of a zip, with and without members."""


@dataclass(frozen=True)
class Entry:
    """A member as the archive lists it; `open` is None for a directory."""

    name: str
    size: int
    open: Callable[[], IO[bytes] | None] | None


@contextmanager
def open_entries(crate: Path, most_members: int) -> Iterator[Iterable[Entry]]:
    """Open an archive and yield its members, each to be read before the next is asked for.

    Raises:
        PackagerError: it is no archive that is known, or a member is a link, a special file, encrypted, or
            not what its own header says.
        RefusedArchive: it has too many members, or parts that overlap.
    """
    with crate.open("rb") as stream:
        head = stream.read(512)
        stream.seek(0)
        if head[:4] in ZIP_MARKS:
            check_zip_directory(stream, most_members)
            with open_zip(stream) as archive:
                check_overlaps(archive.infolist())
                yield _zip_entries(archive, stream, crate)
            return
        source: Any = stream
        if head[:2] == b"\x1f\x8b":
            source = gzip.GzipFile(fileobj=stream)
        elif head[:4] == b"\x28\xb5\x2f\xfd":
            source = zstd_module().ZstdFile(stream)
        elif head[257:262] != b"ustar":
            raise PackagerError("is no zip, tar, tar.gz or tar.zst", path=crate)
        guarded = GuardedStream(source)
        with tarfile.open(fileobj=cast(IO[bytes], guarded), mode="r|") as tar:
            yield _tar_entries(tar, guarded, crate, most_members)


def _zip_entries(archive: zipfile.ZipFile, stream: IO[bytes], crate: Path) -> Iterator[Entry]:
    for info in archive.infolist():
        # `filename` is cut at a NUL and has the system's separators; the name in the archive is what counts.
        name = info.orig_filename
        if (difference := header_difference(stream, info)) is not None:
            raise PackagerError(difference, path=crate, place=shown_name(name))
        if info.flag_bits & 0x41:
            raise PackagerError("is encrypted", path=crate, place=shown_name(name))
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            what = "a link" if kind == stat.S_IFLNK else "a special file"
            raise PackagerError(f"is {what}, which a crate cannot hold", path=crate, place=shown_name(name))
        yield Entry(name, info.file_size, None if name.endswith("/") else partial(archive.open, info))


def _tar_entries(
    tar: tarfile.TarFile, guarded: GuardedStream, crate: Path, most_members: int
) -> Iterator[Entry]:
    for info, _ in tar_members(tar, guarded, most_members):
        if not info.isreg() and not info.isdir():
            what = "a link" if info.issym() or info.islnk() else "a special file"
            raise PackagerError(
                f"is {what}, which a crate cannot hold", path=crate, place=shown_name(info.name)
            )
        if info.issparse():
            raise PackagerError(
                "is a sparse file, which a crate cannot hold", path=crate, place=shown_name(info.name)
            )
        yield Entry(info.name, info.size, None if info.isdir() else partial(tar.extractfile, info))
    while guarded.read(CHUNK):  # to the end, where a compressed stream has its checksum
        pass
