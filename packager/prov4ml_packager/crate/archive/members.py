"""What goes into an archive: members with a path, a digest, and bytes that are read when they are needed."""

import hashlib
import io
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from prov4ml_validators.crate.graph import DESCRIPTOR
from prov4ml_validators.crate.manifest import MANIFEST as MANIFEST
from prov4ml_validators.seal.check import SIGNATURE

from ...errors import PackagerError
from ...progress import UNWATCHED
from ..media_types import is_compressed

CHUNK = 1 << 20
SMALL = 64 << 10
METADATA = DESCRIPTOR
PREVIEW = "ro-crate-preview.html"
README = "README.md"
COMPARISON = "comparison.csv"
COMPARISON_METADATA = f"{COMPARISON}-metadata.json"
NAMES_OF_THE_CRATE = (
    METADATA, MANIFEST, PREVIEW, "ro-crate-preview_files", SIGNATURE, README, COMPARISON, COMPARISON_METADATA
)  # fmt: skip
"""What no folder of a run may be called."""

# A pipe put in place of the file must not block us. Windows knows two of these flags less, the others one.
_OPEN = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_BINARY", "O_NOFOLLOW", "O_NONBLOCK"))
_PLAIN_FOR_ALL = frozenset({METADATA, MANIFEST, PREVIEW})


@dataclass(frozen=True)
class Member:
    """One entry of an archive.

    Attributes:
        path: where it is in the crate, with `/`; a directory ends in one.
        source: a file, its bytes, or None for a directory.
        size: bytes; 0 for a directory.
        sha256: of the content; empty for a directory.
        compressed: compressing it again gains nothing.
        plain: every zip reader must open it, as it must the metadata, the manifest and the preview.
    """

    path: str
    source: Path | bytes | None
    size: int = 0
    sha256: str = ""
    compressed: bool = False
    plain: bool = False

    @property
    def is_directory(self) -> bool:
        """Return whether this is a directory's own entry."""
        return self.source is None

    @property
    def is_small(self) -> bool:
        """Return whether the content may be held in memory with that of many others."""
        return self.size <= SMALL

    @property
    def is_plain_for_all(self) -> bool:
        """Return whether every zip reader must open it."""
        return self.plain or self.path in _PLAIN_FOR_ALL

    def chunks(self) -> Iterator[bytes]:
        """Yield the content, 1 MiB at a time.

        Raises:
            PackagerError: the file is not what it was when it was described.
        """
        digest = hashlib.sha256()
        left = self.size
        with open_source(self.source) as stream:
            # One byte more than there should be, so that a file that has grown is noticed at once.
            while left >= 0 and (chunk := stream.read(min(CHUNK, left + 1))):
                digest.update(chunk)
                left -= len(chunk)
                yield chunk
        if digest.hexdigest() != self.sha256:
            raise PackagerError("changed while it was packaged; package again", path=_shown(self.source))


def bytes_member(path: str, content: bytes) -> Member:
    """Return a member whose content is in memory."""
    return Member(path, content, len(content), hashlib.sha256(content).hexdigest(), is_compressed(path))


def file_member(
    path: str,
    source: Path,
    *,
    compressed: bool = False,
    progress: Callable[[int], None] = UNWATCHED,
    seen: Callable[[bytes], None] | None = None,
) -> Member:
    """Return a member for a regular file, which is read once to know its digest.

    Args:
        path: in the crate.
        source: the file.
        compressed: compressing it again gains nothing, whatever its name says.
        progress: called with the number of bytes just read.
        seen: called with the content if it is small.

    Raises:
        PackagerError: it cannot be read, or is a link or no regular file.
    """
    digest = hashlib.sha256()
    size = 0
    first = b""
    with open_source(source) as stream:
        while chunk := stream.read(CHUNK):
            first = first or chunk
            digest.update(chunk)
            size += len(chunk)
            progress(len(chunk))
    if seen is not None and size <= SMALL:
        seen(first)
    return Member(path, source, size, digest.hexdigest(), compressed or is_compressed(path))


def total_size(members: Iterable[Member]) -> int:
    """Return the bytes of all members."""
    return sum(member.size for member in members)


def open_source(source: Path | bytes | None) -> BinaryIO:
    """Open a member's content for reading; a link in the last place is never followed."""
    if not isinstance(source, Path):
        return io.BytesIO(source or b"")
    try:
        descriptor = os.open(source, _OPEN)
    except OSError as error:
        raise PackagerError(f"cannot be read: {error.strerror or error}", path=source) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise PackagerError("is no regular file", path=source)
    return os.fdopen(descriptor, "rb", buffering=0)  # read in large pieces, which a buffer would only copy


def _shown(source: Path | bytes | None) -> Path | None:
    return source if isinstance(source, Path) else None
