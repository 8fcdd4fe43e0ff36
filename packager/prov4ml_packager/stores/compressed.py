"""Text files that may be compressed: written as their name says, read as their content says."""

import gzip
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from ..errors import PackagerError
from ..reader.scratch import scratch_folder, writing_scratch
from ..zstd import zstd_module
from .damage import Damage

GZIP, ZSTD = ".gz", ".zst"
_MAGIC = {b"\x1f\x8b": GZIP, b"\x28\xb5\x2f\xfd": ZSTD}  # RFC 1952, section 2.3.1; RFC 8878, section 3.1.1
_LEVELS = {GZIP: 6, ZSTD: 9}
_COPY_BYTES = 1 << 20


def compression_of(name: str) -> str | None:
    """Return `.gz` or `.zst` if a file name ends in it."""
    return next((suffix for suffix in _LEVELS if name.lower().endswith(suffix)), None)


def without_compression(name: str) -> str:
    """Return a file name without `.gz` or `.zst` at its end."""
    suffix = compression_of(name)
    return name[: -len(suffix)] if suffix else name


def compression_of_content(head: bytes) -> str | None:
    """Return `.gz` or `.zst` if a file begins like one."""
    return next((suffix for magic, suffix in _MAGIC.items() if head.startswith(magic)), None)


@contextmanager
def open_writer(path: Path, compression: str | None, level: int | None = None) -> Iterator[BinaryIO]:
    """Open a file to write bytes to, compressed or not; the same bytes in give the same bytes out.

    Args:
        path: where to.
        compression: `.gz`, `.zst` or None.
        level: 0 to 9 for gzip, 1 to 22 for zstd; 6 and 9 if None.
    """
    with path.open("wb") as raw:
        if compression is None:
            yield cast(BinaryIO, raw)
        elif compression == GZIP:
            with gzip.GzipFile("", "wb", _LEVELS[GZIP] if level is None else level, raw, mtime=0) as stream:
                yield cast(BinaryIO, stream)
        else:
            with zstd_module().ZstdFile(raw, "wb", level=_LEVELS[ZSTD] if level is None else level) as stream:
                yield cast(BinaryIO, stream)


@contextmanager
def open_seekable(path: Path, damage: Damage | None = None) -> Iterator[BinaryIO]:
    """Open a file to read its text in any order; a compressed one is unpacked into a temporary file first.

    Args:
        path: the file.
        damage: if given, a compressed file that is damaged is noted there and read as far as it goes.

    Raises:
        PackagerError: it cannot be read, or is compressed and damaged.
        ScratchError: there is no room for the unpacked text.
    """
    try:
        with path.open("rb") as raw:
            compression = compression_of_content(raw.read(4))
            raw.seek(0)
            if compression is None:
                yield raw
                return
            with tempfile.TemporaryFile(prefix="prov4ml-", dir=scratch_folder()) as unpacked:
                _unpack(path, raw, compression, unpacked, damage)
                with writing_scratch():
                    unpacked.seek(0)
                yield cast(BinaryIO, unpacked)
    except OSError as error:
        raise PackagerError(f"cannot be read: {error.strerror or error}", path=path) from error


def read_head(path: Path, size: int) -> bytes:
    """Return the first bytes of a file, unpacked if it is compressed; less if no more can be read.

    Raises:
        PackagerError: it cannot be read.
    """
    try:
        with path.open("rb") as raw:
            compression = compression_of_content(raw.read(4))
            raw.seek(0)
            return _first_bytes(_reader(raw, compression), size) if compression else raw.read(size)
    except (OSError, EOFError, zlib.error, zstd_module().ZstdError) as error:
        text = getattr(error, "strerror", None) or error
        raise PackagerError(f"cannot be read: {text}", path=path) from error


def _first_bytes(reader: Any, size: int) -> bytes:
    head = b""
    try:
        while len(head) < size and (data := reader.read1(size - len(head))):
            head += data
    except (OSError, EOFError, zlib.error, zstd_module().ZstdError):
        if not head:
            raise
    return head


def _reader(raw: BinaryIO, compression: str) -> Any:
    return gzip.GzipFile("", "rb", fileobj=raw) if compression == GZIP else zstd_module().ZstdFile(raw, "rb")


def _unpack(path: Path, raw: BinaryIO, compression: str, target: Any, damage: Damage | None) -> None:
    line_end = 0
    try:
        reader = _reader(raw, compression)
        while data := reader.read1(_COPY_BYTES):  # what is there before an error, which `read` would not give
            if b"\n" in data:
                line_end = target.tell() + data.rindex(b"\n") + 1
            with writing_scratch():
                target.write(data)
    except (gzip.BadGzipFile, EOFError, zstd_module().ZstdError, zlib.error) as error:
        place = f"after byte {target.tell()} of the unpacked text"
        found = PackagerError(f"is damaged: {error}", path=path, place=place)
        if damage is None:
            raise found from error
        damage.add(found)
        with writing_scratch():
            target.truncate(line_end)
