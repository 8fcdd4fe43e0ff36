"""Records of an event file: TFRecord framing, whatever is damaged in it left out and counted.

Source: https://www.tensorflow.org/tutorials/load_data/tfrecord, TFRecords format details: length (uint64),
masked CRC-32C of the length, data, masked CRC-32C of the data, all little-endian.
"""

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ..sources import open_source

MAXIMUM_RECORD = 1 << 30
_HEADER = struct.Struct("<QI")
_TRAILER = struct.Struct("<I")
_SCAN = 1 << 20


class EventFile:
    """The records of one file, read once in order.

    Attributes:
        path: the file.
        damaged: records whose checksum is wrong; their data is not used.
        skipped: bytes between records that are no record, such as a hole of zeros.
        torn: bytes of a last record that the file does not hold to its end: its program was killed, or
            is still writing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = 0
        self.skipped = 0
        self.torn = 0

    def records(self) -> Iterator[bytes]:
        """Yield the data of the records that are whole.

        Raises:
            OSError: the file cannot be read.
        """
        with open_source(self.path) as stream:
            size = os.fstat(stream.fileno()).st_size
            position = 0
            while position < size:
                header = stream.read(_HEADER.size)
                if len(header) < _HEADER.size:
                    self.torn = size - position
                    return
                length, check = _HEADER.unpack(header)
                if length > MAXIMUM_RECORD or _masked(header[:8]) != check:
                    found = _next_header(stream, position + 1, size)
                    self.skipped += found - position
                    position = found
                    stream.seek(position)
                    continue
                if position + _HEADER.size + length + _TRAILER.size > size:
                    self.torn = size - position
                    return
                data = stream.read(length)
                trailer = stream.read(_TRAILER.size)
                if len(data) < length or len(trailer) < _TRAILER.size:  # it shrank while it was read
                    self.torn = size - position
                    return
                position += _HEADER.size + length + _TRAILER.size
                if _masked(data) != _TRAILER.unpack(trailer)[0]:
                    self.damaged += 1
                    continue
                yield data

    def losses(self) -> Iterator[str]:
        """Yield one sentence for each kind of damage met so far."""
        name = self.path.name
        if self.torn:
            yield f"the last {self.torn:,} bytes of {name}: its last record was not written to its end"
        if self.damaged:
            yield f"{self.damaged:,} record{'s' if self.damaged > 1 else ''} of {name}: wrong checksum"
        if self.skipped:
            yield f"{self.skipped:,} bytes of {name}: no record begins in them"


def _masked(data: bytes) -> int:
    import google_crc32c

    check = int(google_crc32c.value(data))
    return ((check >> 15 | check << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _next_header(stream: BinaryIO, start: int, size: int) -> int:
    """Return where the next header with a right checksum begins; the end of the file if there is none."""
    position = start
    while position + _HEADER.size <= size:
        stream.seek(position)
        block = stream.read(_SCAN + _HEADER.size)
        for offset in range(len(block) - _HEADER.size + 1):
            # A length below a gigabyte has four zeros at its end: few offsets get as far as the checksum.
            if block[offset + 4 : offset + 8] != b"\0\0\0\0":
                continue
            length, check = _HEADER.unpack_from(block, offset)
            if length <= MAXIMUM_RECORD and check and _masked(block[offset : offset + 8]) == check:
                return position + offset
        position += max(1, len(block) - _HEADER.size + 1)
    return size
