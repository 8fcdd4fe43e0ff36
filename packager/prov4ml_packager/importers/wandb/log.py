"""The transaction log `run-<id>.wandb`: LevelDB's log format behind a header of seven bytes.

Source: https://github.com/google/leveldb/blob/main/doc/log_format.md for blocks and fragments, and the logs
that wandb writes: the header is `:W&B`, 0xBEE1 and a version; the checksum is zlib's CRC-32 of type and data.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from ...errors import PackagerError
from ..sources import open_source

_HEADER = struct.Struct("<4sHB")
_MAGIC = (b":W&B", 0xBEE1)
_VERSIONS = (0,)
_FRAGMENT = struct.Struct("<IHB")
_BLOCK = 1 << 15
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
MAXIMUM_RECORD = 1 << 30


class RunLog:
    """The records of one log, read once in order.

    Attributes:
        path: the file.
        damaged: bytes of fragments whose checksum is wrong; their records are left out.
        torn: bytes at the end that belong to no whole record: wandb was killed, or is still writing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = 0
        self.torn = 0

    def records(self) -> Iterator[bytes]:
        """Yield the data of the records that are whole.

        After a wrong checksum reading goes on with the next block of 32 KiB, as LevelDB's reader does.

        Raises:
            PackagerError: it is no such log or of a later version.
            OSError: it cannot be read.
        """
        with open_source(self.path) as stream:
            size = os.fstat(stream.fileno()).st_size
            _check_header(stream.read(_HEADER.size), self.path)
            position, begin = _HEADER.size, _HEADER.size
            pieces: list[bytes] = []
            length_so_far = 0
            while position < size:
                left = _BLOCK - position % _BLOCK
                if left < _FRAGMENT.size:
                    position += len(stream.read(left)) or left
                    continue
                header = stream.read(_FRAGMENT.size)
                if len(header) < _FRAGMENT.size:
                    break
                check, length, kind = _FRAGMENT.unpack(header)
                data = stream.read(length) if length <= left - _FRAGMENT.size else b""
                is_last = position + _FRAGMENT.size + length >= size
                if len(data) < length and is_last:
                    break
                if len(data) < length or zlib.crc32(data, zlib.crc32(header[6:7])) != check:
                    end = min(size, position + left)
                    self.damaged += end - position + (position - begin if pieces else 0)
                    stream.seek(end)
                    position = begin = end
                    pieces = []
                    continue
                position += _FRAGMENT.size + length
                if kind in (_FULL, _FIRST) and pieces:
                    self.damaged += length_so_far
                    pieces = []
                if kind in (_FULL, _FIRST) or pieces:
                    length_so_far = length_so_far + length if pieces else length
                    pieces.append(data)
                else:
                    self.damaged += length  # the middle of a record whose beginning was left out
                if length_so_far > MAXIMUM_RECORD:
                    raise PackagerError(
                        "a record is larger than 1 GiB", path=self.path, place=f"byte {begin}"
                    )
                if kind in (_FULL, _LAST) and pieces:
                    yield b"".join(pieces)
                    pieces = []
                if not pieces:
                    begin = position
            self.torn = size - begin

    def losses(self) -> Iterator[str]:
        """Yield one sentence for each kind of damage met so far."""
        if self.torn > 0:
            yield f"the last {self.torn:,} bytes of {self.path.name}: the record was not written to its end"
        if self.damaged:
            yield f"about {self.damaged:,} bytes of {self.path.name}: wrong checksum"


def _check_header(header: bytes, path: Path) -> None:
    if len(header) < _HEADER.size:
        raise PackagerError("is no log of wandb: it is shorter than a header", path=path)
    *magic, version = _HEADER.unpack(header)
    if tuple(magic) != _MAGIC:
        raise PackagerError("is no log of wandb: it does not begin with :W&B", path=path)
    if version not in _VERSIONS:
        raise PackagerError(f"is a log of version {version}; this program reads version 0", path=path)
