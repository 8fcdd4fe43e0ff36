"""What no archive of a stranger may do to the memory of whoever opens it: counted before it is believed."""

import struct
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import zipfile

MOST_MEMBERS = 500_000
"""An archive that holds more is refused: its list alone would fill the memory."""
LARGEST_HEADERS = 16 << 20
"""Bytes between two members of a tar."""

_END = struct.Struct("<4sHHHHIIH")
_ENTRY = struct.Struct("<4s24xHHH12x")
_WIDE_LENGTH = struct.Struct("<40xQ")
_WIDE_END, _LOCATOR = 56, 20
"""Bytes of the records of zip64 before the end (APPNOTE 4.3.14, 4.3.15), where it needs them."""
_LONGEST_COMMENT = 0xFFFF
_LOCAL_HEADER = 30
_USUAL_NAME = 512


class RefusedArchive(ValueError):
    """An archive that is not looked into: `str()` says why."""


def check_zip_directory(stream: BinaryIO, most_members: int = MOST_MEMBERS) -> None:
    """Refuse a zip with too many members before `zipfile` reads its whole directory; the stream is rewound.

    The number that the end of the archive states counts for nothing, as readers do not look at it.

    Raises:
        RefusedArchive: too many members, or no end of a zip.
    """
    size = stream.seek(0, 2)
    first = max(0, size - _END.size - _LONGEST_COMMENT - _WIDE_END - _LOCATOR)
    stream.seek(first)
    tail = stream.read()
    stream.seek(0)
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) - place < _END.size:
        raise RefusedArchive("is no zip, or one that was cut off")
    length, end = _END.unpack_from(tail, place)[5], place
    wide = place - _WIDE_END - _LOCATOR
    if tail[place - _LOCATOR : place][:4] == b"PK\x06\x07" and tail[wide:][:4] == b"PK\x06\x06":
        (length,), end = _WIDE_LENGTH.unpack_from(tail, wide), wide
    begin = first + end - length
    if begin < 0:
        raise RefusedArchive("is a zip whose directory is larger than it is: damaged")
    if length > most_members * _ENTRY.size and _has_more_members(stream, begin, length, most_members):
        raise RefusedArchive(f"has more than {most_members} members")
    if length > most_members * (_ENTRY.size + _USUAL_NAME):
        raise RefusedArchive(f"has a directory of {length} bytes, which no crate needs")
    stream.seek(0)


def _has_more_members(stream: BinaryIO, begin: int, length: int, most_members: int) -> bool:
    stream.seek(begin)
    count = done = 0
    while done < length and len(head := stream.read(_ENTRY.size)) == _ENTRY.size:
        mark, *lengths = _ENTRY.unpack(head)
        if mark != b"PK\x01\x02":
            return False
        count += 1
        if count > most_members:
            return True
        done += _ENTRY.size + sum(lengths)
        stream.seek(sum(lengths), 1)
    return False


def check_overlaps(members: "Sequence[zipfile.ZipInfo]") -> None:
    """Refuse a zip in which two members have bytes in common: so a small one unpacks to anything.

    Source: D. Fifield, A better zip bomb (WOOT 2019).

    Raises:
        RefusedArchive: two members overlap.
    """
    end, before = 0, ""
    for info in sorted(members, key=lambda one: one.header_offset):
        if info.header_offset < end:
            raise RefusedArchive(
                f"has the members {before[:100]!a} and {info.filename[:100]!a} in the same place: a bomb?"
            )
        name = info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437", "replace")
        end, before = info.header_offset + _LOCAL_HEADER + len(name) + info.compress_size, info.filename


class GuardedStream:
    """A stream of which no more than `allowed` bytes may be read, where that is not None.

    `tarfile` takes a member's extended header into memory whatever size it claims, and skips what follows
    the last member unread; so the stretches between members are bounded here.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.allowed: int | None = LARGEST_HEADERS

    def read(self, size: int = -1) -> bytes:
        """Read as a file does.

        Raises:
            RefusedArchive: it is more than is allowed.
        """
        data = self._stream.read(size)
        if self.allowed is not None:
            self.allowed -= len(data)
            if self.allowed < 0:
                raise RefusedArchive(f"has more than {LARGEST_HEADERS} bytes of headers or padding")
        return data
