"""Zip archives, written member by member with nothing in them but what the members say.

Our own writer, because a crate must be the same bytes whatever version of Python makes it, and because the
standard one can compress neither with zstd (below 3.14) nor with a library of our choice.
"""

import struct
import zlib
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..options import Compression
from .compressors import METHODS, Method
from .members import Member
from .workers import Workers

_DATE = (1980 - 1980) << 9 | 1 << 5 | 1
_TIME = 0
_UNIX = 3
_FILE_MODE = 0o100644 << 16
_DIRECTORY_MODE = 0o040755 << 16 | 0x10
_UTF8 = 0x800
_LIMIT = 0xFFFFFFFF
# Compressed content may be a little longer than the plain one; near 4 GiB the wide form is chosen at once.
_WIDE_FROM = _LIMIT - (64 << 20)
_WHOLE = 4 << 20
"""Members up to this size are read, compressed and written in one piece each."""
_WORTH_A_THREAD = 32 << 10
"""Below this, handing a member to a thread costs more than compressing it."""


@dataclass(frozen=True)
class _Entry:
    """A member as the zip's headers describe it."""

    name: bytes
    method: Method
    flags: int
    version: int
    mode: int
    wide: bool
    checksum: int
    compressed: int
    size: int

    def header(self) -> bytes:
        """Return the local file header (APPNOTE 4.3.7)."""
        extra = struct.pack("<HHQQ", 1, 16, self.size, self.compressed) if self.wide else b""
        sizes = (_LIMIT, _LIMIT) if self.wide else (self.compressed, self.size)
        fields = (self.version, self.flags, self.method.number, _TIME, _DATE, self.checksum, *sizes)
        return (
            struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", *fields, len(self.name), len(extra))
            + self.name
            + extra
        )

    def directory_record(self, offset: int) -> bytes:
        """Return what the zip's directory says of the member whose header is at `offset` (4.3.12)."""
        # 4.5.3: the extra field holds only what does not fit, in this order.
        wide = [value for value in (self.size, self.compressed, offset) if value >= _LIMIT]
        extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
        version = max(45, self.version) if wide else self.version
        fields = (version, _UNIX, version, self.flags, self.method.number, _TIME, _DATE, self.checksum)
        sizes = (min(self.compressed, _LIMIT), min(self.size, _LIMIT), len(self.name), len(extra))
        rest = (0, 0, 0, self.mode, min(offset, _LIMIT))
        return struct.pack("<4sBBHHHHHIIIHHHHHII", b"PK\x01\x02", *fields, *sizes, *rest) + self.name + extra


def write_zip(
    members: Iterable[Member],
    target: Path,
    compression: Compression,
    *,
    workers: Workers | None = None,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Write a zip (PKWARE APPNOTE 6.3.10; zip64 where a size, an offset or the count asks for it).

    Dates are 1980-01-01, modes 0644 and 0755. The metadata, the manifest and the preview are deflated where
    the rest is compressed with lzma or zstd, and what is compressed already is stored. Memory is bounded by
    the number of workers: a few pieces of 4 MiB each.

    Args:
        members: in the order of the archive.
        target: a file that does not exist yet.
        compression: of the other members.
        workers: compress side by side; the bytes are the same without.
        progress: called with the number of bytes just read.
    """
    with target.open("xb") as stream:
        writer = _MemberWriter(stream, workers or Workers(), progress or (lambda count: None))
        for member in members:
            writer.add(member, _method(member, compression))
        writer.finish()


def _method(member: Member, compression: Compression) -> Method:
    if member.is_directory or member.compressed:
        return METHODS["stored"]
    if member.is_plain_for_all and compression in ("lzma", "zstd"):
        return METHODS["deflate"]
    return METHODS[compression]


class _MemberWriter:
    """Writes members in their order: small ones whole and compressed ahead, large ones in pieces."""

    def __init__(self, stream: BinaryIO, workers: Workers, progress: Callable[[int], None]) -> None:
        self._stream = stream
        self._workers = workers
        self._progress = progress
        self._offset = 0
        self._records: list[bytes] = []
        self._waiting: deque[tuple[_Entry, bytes] | Future[tuple[_Entry, bytes]]] = deque()

    def add(self, member: Member, method: Method) -> None:
        """Take the next member; it may be written later, in its turn."""
        if member.size > _WHOLE:
            self._write_waiting(0)
            self._write_in_pieces(member, method)
            return
        pool = self._workers.pool
        if pool is None or method is METHODS["stored"] or member.size < _WORTH_A_THREAD:
            self._waiting.append(_packed(member, method))
        else:
            self._waiting.append(pool.submit(_packed, member, method))
        self._write_waiting(self._workers.ahead)

    def finish(self) -> None:
        """Write what waits, and the directory of the zip."""
        self._write_waiting(0)
        _write_directory(self._stream, self._records)

    def _write_waiting(self, limit: int) -> None:
        while len(self._waiting) > limit:
            first = self._waiting.popleft()
            entry, content = first if isinstance(first, tuple) else first.result()
            header = entry.header()
            self._stream.write(header + content)
            self._record(entry, header)
            self._progress(entry.size)

    def _write_in_pieces(self, member: Member, method: Method) -> None:
        self._stream.write(_entry(member, method, 0, 0, 0).header())
        compressor = method.start(self._workers)
        checksum = size = compressed = 0
        for chunk in member.chunks():
            checksum = zlib.crc32(chunk, checksum)
            size += len(chunk)
            compressed += self._stream.write(compressor.compress(chunk))
            self._progress(len(chunk))
        compressed += self._stream.write(compressor.flush())
        entry = _entry(member, method, checksum, compressed, size)
        # The sizes are known only now; the header is as long as before.
        header = entry.header()
        self._stream.seek(self._offset)
        self._stream.write(header)
        self._record(entry, header)
        self._stream.seek(self._offset)

    def _record(self, entry: _Entry, header: bytes) -> None:
        self._records.append(entry.directory_record(self._offset))
        self._offset += len(header) + entry.compressed


def _entry(member: Member, method: Method, checksum: int, compressed: int, size: int) -> _Entry:
    name = member.path.encode("utf-8")
    wide = member.size >= _WIDE_FROM
    return _Entry(
        name=name,
        method=method,
        flags=method.flags | (0 if name.isascii() else _UTF8),
        version=max(45 if wide else 20, method.version),
        mode=_DIRECTORY_MODE if member.is_directory else _FILE_MODE,
        wide=wide,
        checksum=checksum,
        compressed=compressed,
        size=size,
    )


def _packed(member: Member, method: Method) -> tuple[_Entry, bytes]:
    """Return a small member and its compressed content."""
    content = b"" if member.is_directory else b"".join(member.chunks())
    packed = content
    if method is not METHODS["stored"]:
        compressor = method.start(Workers())
        packed = compressor.compress(content) + compressor.flush()
    return _entry(member, method, zlib.crc32(content), len(packed), len(content)), packed


def _write_directory(stream: BinaryIO, records: list[bytes]) -> None:
    begin = stream.tell()
    stream.writelines(records)
    end = stream.tell()
    count, length = len(records), end - begin
    if count >= 0xFFFF or length >= _LIMIT or begin >= _LIMIT:
        record = (45, 45, 0, 0, count, count, length, begin)
        stream.write(struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, *record))
        stream.write(struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1))
    counts = (min(count, 0xFFFF), min(count, 0xFFFF))
    places = (min(length, _LIMIT), min(begin, _LIMIT))
    stream.write(struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, *counts, *places, 0))
