"""Chunks of Blosc 1, decoded without numpy: a check of a few numbers need not wait for it to be imported.

Format: *Blosc Chunk Format*, README_CHUNK_FORMAT.rst of c-blosc 1.21. Only what metric stores are written
with: Zstandard, and bytes shuffled or not.
"""

import struct
import sys
from typing import Any

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor
else:
    from backports.zstd import ZstdDecompressor

_HEADER = struct.Struct("<BBBBIII")
_SHUFFLED, _COPIED, _BITS_SHUFFLED, _NOT_SPLIT = 0x01, 0x02, 0x04, 0x10
_ZSTD = 4
_LARGEST_SPLIT_SIZE = 16
_SMALLEST_SPLIT = 128


def decode_zstd(data: bytes, size: int | None = None, *, largest: int) -> bytes:
    """Decompress one Zstandard frame.

    Raises:
        ValueError: damaged, larger than `largest`, or of another size than `size`.
    """
    decompressor: Any = ZstdDecompressor()
    try:
        plain: bytes = decompressor.decompress(data, largest + 1)
    except Exception as error:  # the library has an error of its own
        raise ValueError(str(error)) from error
    if len(plain) > largest or not decompressor.eof or (size is not None and len(plain) != size):
        raise ValueError("not as many bytes as were written")
    return plain


def decode_blosc(data: bytes, size: int) -> bytes:
    """Decode a chunk.

    Args:
        data: the whole chunk, with its header.
        size: how many bytes it must have when decoded.

    Raises:
        ValueError: damaged, of another size, or in a way that is not read here.
    """
    if len(data) < _HEADER.size:
        raise ValueError("too short for a header")
    _, _, flags, item, total, block, stored = _HEADER.unpack_from(data)
    if total != size or stored != len(data) or not block or not item:
        raise ValueError("the header contradicts the chunk")
    if flags & _COPIED:
        plain = data[_HEADER.size :]
        if len(plain) != size:
            raise ValueError("not as many bytes as were written")
        return plain
    if flags >> 5 != _ZSTD or flags & _BITS_SHUFFLED:
        raise ValueError("neither Zstandard nor bytes in their order")
    count = -(-total // block)
    try:
        starts = struct.unpack_from(f"<{count}I", data, _HEADER.size)
        blocks = []
        for number, start in enumerate(starts):
            length = min(block, total - number * block)
            is_split = not flags & _NOT_SPLIT and length == block and item <= _LARGEST_SPLIT_SIZE
            parts = item if is_split and block // item >= _SMALLEST_SPLIT else 1
            plain = _decode_block(data, start, length, parts)
            blocks.append(_in_order(plain, item) if flags & _SHUFFLED and item > 1 else plain)
    except struct.error as error:
        raise ValueError("cut off") from error
    return b"".join(blocks)


def _decode_block(data: bytes, start: int, length: int, parts: int) -> bytes:
    size = length // parts
    streams = []
    for _ in range(parts):
        (stored,) = struct.unpack_from("<I", data, start)
        stream = data[start + 4 : start + 4 + stored]
        # What does not become smaller is stored as it is.
        streams.append(stream if stored == size else decode_zstd(stream, size, largest=size))
        start += 4 + stored
    plain = b"".join(streams)
    if len(plain) != length:
        raise ValueError("cut off")
    return plain


def _in_order(shuffled: bytes, item: int) -> bytes:
    """Undo the shuffle: first all first bytes, then all second bytes, ..., then what is no whole item."""
    count = len(shuffled) // item
    ordered = bytearray(shuffled)
    for place in range(item):
        ordered[place : count * item : item] = shuffled[place * count : (place + 1) * count]
    return bytes(ordered)
