"""The header before each member of a zip, against the list at its end.

Most readers believe the list; those that read a stream have nothing but the headers. Where the two differ, an
archive is one thing to one reader and another to the next.
"""

import struct
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING

from ..json_text import shorten
from ..report import Finding, Location, Severity
from ..rules import rule

if TYPE_CHECKING:
    import zipfile

HEADER = rule(
    "payload/zip-header",
    Severity.MUST,
    "A member of a zip is the same in the list of the archive and in the header before its content.",
    source="prov4ml, untrusted archives; APPNOTE 4.3.7",
    help="package again; what it unpacks to depends on the reader",
)

# APPNOTE 4.3.7: mark, flags, method, checksum, stored size, size, lengths of name and extra field.
_HEADER = struct.Struct("<4s2xHH4xIIIHH")
_EXTRA = struct.Struct("<HH")
_WIDE_SIZES = struct.Struct("<QQ")
_WIDE = 0x0001
_UNKNOWN = 0xFFFFFFFF
_SIZES_FOLLOW = 0x8
_UTF8 = 0x800


def check_headers(stream: IO[bytes], members: "Iterable[zipfile.ZipInfo]") -> Iterator[Finding]:
    """Yield members that the archive's list and their own headers describe differently.

    Args:
        stream: the archive; its position is moved.
        members: as the list has them.
    """
    for member in members:
        if (difference := header_difference(stream, member)) is not None:
            path = member.orig_filename.removesuffix("/")
            yield HEADER.finding(f"{shorten(path)} {difference}", Location(file=path))


def header_difference(stream: IO[bytes], member: "zipfile.ZipInfo") -> str | None:
    """Return what the header of a member says and the list of the archive does not, or None.

    Checksum and sizes are left out where the header says that they follow the content (bit 3 of its flags).

    Args:
        stream: the archive; its position is moved.
        member: as the list has it.
    """
    stream.seek(member.header_offset)
    head = stream.read(_HEADER.size)
    if len(head) < _HEADER.size or not head.startswith(b"PK\x03\x04"):
        return "has no header where the archive's list says"
    _, flags, method, checksum, stored, size, name_length, extra_length = _HEADER.unpack(head)
    name = stream.read(name_length)
    if name != member.orig_filename.encode("utf-8" if member.flag_bits & _UTF8 else "cp437", "replace"):
        return f"is {shorten(name.decode('utf-8', 'backslashreplace'))} in its own header"
    pairs = [("compression method", method, member.compress_type)]
    if not flags & _SIZES_FOLLOW:
        if _UNKNOWN in (stored, size):
            size, stored = _wide_sizes(stream.read(extra_length), size, stored)
        pairs += [
            ("CRC-32", checksum, member.CRC),
            ("compressed size", stored, member.compress_size),
            ("size", size, member.file_size),
        ]
    for what, own, listed in pairs:
        if own != listed:
            return f"has {what} {own} in its own header and {listed} in the archive's list"
    return None


def _wide_sizes(extra: bytes, size: int, stored: int) -> tuple[int, int]:
    """Return size and compressed size from the extra field of zip64, which a header has with both of them."""
    while len(extra) >= _EXTRA.size:
        kind, length = _EXTRA.unpack_from(extra)
        if kind == _WIDE and length >= _WIDE_SIZES.size and len(extra) >= _EXTRA.size + length:
            wide_size, wide_stored = _WIDE_SIZES.unpack_from(extra, _EXTRA.size)
            return (
                wide_size if size == _UNKNOWN else size,
                wide_stored if stored == _UNKNOWN else stored,
            )
        extra = extra[_EXTRA.size + length :]
    return size, stored
