"""Reading zips with all five compressions, without trusting the numbers that they give of themselves."""

import struct
import sys
import zipfile
from pathlib import Path
from typing import BinaryIO, cast

from ..errors import PackagerError

_END = struct.Struct("<4sHHHHIIH")
_LONGEST_COMMENT = 0xFFFF
_SMALLEST_ENTRY = 46
_USUAL_NAME = 512


def open_zip(stream: BinaryIO) -> zipfile.ZipFile:
    """Return a reader that also knows zstd (method 93), as the standard library does from Python 3.14 on."""
    if sys.version_info >= (3, 14):
        return zipfile.ZipFile(stream)
    from backports.zstd import zipfile as zstd_zipfile

    return cast(zipfile.ZipFile, zstd_zipfile.ZipFile(stream))


def bad_zip_errors() -> tuple[type[Exception], ...]:
    """Return what a reader raises for a damaged archive."""
    if sys.version_info >= (3, 14):
        return (zipfile.BadZipFile,)
    from backports.zstd import zipfile as zstd_zipfile

    return (zipfile.BadZipFile, zstd_zipfile.BadZipFile)


def check_directory_size(stream: BinaryIO, crate: Path, members: int) -> None:
    """Refuse a zip whose directory is too large to be read into memory; the stream is left at its start.

    `zipfile` reads all of the directory at once, so a few hundred megabytes of it would be taken before any
    member could be counted.
    """
    size = stream.seek(0, 2)
    begin = max(0, size - _END.size - _LONGEST_COMMENT)
    stream.seek(begin)
    tail = stream.read()
    stream.seek(0)
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) - place < _END.size:
        raise PackagerError("is a zip without an end: cut off, or damaged", path=crate)
    fields = _END.unpack_from(tail, place)
    length = fields[5]
    wide = tail.rfind(b"PK\x06\x06", 0, place)
    if length == 0xFFFFFFFF and wide >= 0 and len(tail) - wide >= 48:
        (length,) = struct.unpack_from("<Q", tail, wide + 40)
    if length > members * (_SMALLEST_ENTRY + _USUAL_NAME) or length > size:
        raise PackagerError(f"lists more than {members} members, or is damaged", path=crate)
