"""Zip archives, written member by member with nothing in them but what the members say.

Our own writer, because a crate must be the same bytes whatever version of Python makes it, and because the
standard one can compress neither with zstd (below 3.14) nor with a library of our choice.
"""

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .compressors import METHODS, Method
from .members import Member
from .options import Compression

_DATE = (1980 - 1980) << 9 | 1 << 5 | 1
_TIME = 0
_UNIX = 3
_FILE_MODE = 0o100644 << 16
_DIRECTORY_MODE = 0o040755 << 16 | 0x10
_UTF8 = 0x800
_LIMIT = 0xFFFFFFFF
# Compressed content may be a little longer than the plain one; near 4 GiB the wide form is chosen at once.
_WIDE_FROM = _LIMIT - (64 << 20)


@dataclass(frozen=True)
class _Written:
    name: bytes
    method: Method
    flags: int
    version: int
    checksum: int
    compressed: int
    size: int
    offset: int
    mode: int


def write_zip(members: Iterable[Member], target: Path, compression: Compression) -> None:
    """Write a zip (PKWARE APPNOTE 6.3.10; zip64 where a size, an offset or the count asks for it).

    Dates are 1980-01-01, modes 0644 and 0755. The metadata, the manifest and the preview are deflated where
    the rest is compressed with lzma or zstd, and what is compressed already is stored.

    Args:
        members: in the order of the archive.
        target: a file that does not exist yet.
        compression: of the other members.
    """
    with target.open("xb") as stream:
        written = [_write_member(stream, member, _method(member, compression)) for member in members]
        _write_directory(stream, written)


def _method(member: Member, compression: Compression) -> Method:
    if member.is_directory or member.compressed:
        return METHODS["stored"]
    if member.is_plain_for_all and compression in ("lzma", "zstd"):
        return METHODS["deflate"]
    return METHODS[compression]


def _write_member(stream: BinaryIO, member: Member, method: Method) -> _Written:
    name = member.path.encode("utf-8")
    flags = method.flags | (0 if name.isascii() else _UTF8)
    wide = member.size >= _WIDE_FROM
    version = max(45 if wide else 20, method.version)
    offset = stream.tell()

    def header(checksum: int, compressed: int, size: int) -> bytes:
        extra = struct.pack("<HHQQ", 1, 16, size, compressed) if wide else b""
        sizes = (_LIMIT, _LIMIT) if wide else (compressed, size)
        fields = (b"PK\x03\x04", version, flags, method.number, _TIME, _DATE, checksum, *sizes)
        return struct.pack("<4sHHHHHIIIHH", *fields, len(name), len(extra)) + name + extra

    stream.write(header(0, 0, 0))
    begin = stream.tell()
    checksum = size = 0
    if not member.is_directory:
        compressor = method.start()
        for chunk in member.chunks():
            checksum = zlib.crc32(chunk, checksum)
            size += len(chunk)
            stream.write(compressor.compress(chunk))
        stream.write(compressor.flush())
    end = stream.tell()
    stream.seek(offset)
    stream.write(header(checksum, end - begin, size))
    stream.seek(end)
    mode = _DIRECTORY_MODE if member.is_directory else _FILE_MODE
    return _Written(name, method, flags, version, checksum, end - begin, size, offset, mode)


def _write_directory(stream: BinaryIO, written: list[_Written]) -> None:
    begin = stream.tell()
    for one in written:
        # APPNOTE 4.5.3: the extra field holds only what does not fit, in this order.
        wide = [value for value in (one.size, one.compressed, one.offset) if value >= _LIMIT]
        extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
        version = max(45, one.version) if wide else one.version
        stream.write(
            struct.pack(
                "<4sBBHHHHHIIIHHHHHII",
                *(
                    b"PK\x01\x02",
                    version,
                    _UNIX,
                    version,
                    one.flags,
                    one.method.number,
                    _TIME,
                    _DATE,
                    one.checksum,
                ),
                *(min(one.compressed, _LIMIT), min(one.size, _LIMIT), len(one.name), len(extra)),
                *(0, 0, 0, one.mode, min(one.offset, _LIMIT)),
            )
        )
        stream.write(one.name + extra)
    end = stream.tell()
    count, length = len(written), end - begin
    if count >= 0xFFFF or length >= _LIMIT or begin >= _LIMIT:
        record = (45, 45, 0, 0, count, count, length, begin)
        stream.write(struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, *record))
        stream.write(struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1))
    counts = (min(count, 0xFFFF), min(count, 0xFFFF))
    places = (min(length, _LIMIT), min(begin, _LIMIT))
    stream.write(struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, *counts, *places, 0))
