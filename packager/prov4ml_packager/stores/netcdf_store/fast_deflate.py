"""Deflate for shuffled numbers, many times as fast as zlib and readable by every zlib.

After byte shuffle a chunk of noisy numbers is a few byte planes that shrink well and several that do not
shrink at all, over which zlib spends nearly all its time. A sample of each plane tells what is done with it:
noise is stored (RFC 1951, section 3.2.4); where some bytes are only more frequent than others, as in the
exponents of noisy values, Huffman codes alone are as small as matches and several times as fast; the rest is
matched. The stream stays a plain zlib stream (RFC 1950).
"""

import struct
from collections.abc import Sequence

import numpy as np
from zlib_ng import zlib_ng

_LEVEL = 2  # on planes as small as level 3, and faster
_MEMORY = 9  # blocks of 32,768 symbols, so fewer codes to make than with 8
_SAMPLE = 1 << 13  # bytes that are counted
_MATCHED_SAMPLE = 1 << 12  # bytes in which matches are looked for: much slower
# What has to come of a byte: codes take 3 ns of it, matches 10, and writing it to a file 1 or 2.
_WORTH_CODING, _WORTH_MATCHING = 0.97, 0.8
_FASTER = 1.05  # how much larger by codes than by matches a plane may become
_LARGEST_STORED = 0xFFFF
_HEADER = b"\x78\x01"
_END = b"\x01\x00\x00\xff\xff"  # an empty stored block that says it is the last


def deflate_planes(planes: Sequence[bytes | memoryview]) -> bytes:
    """Return a zlib stream of the planes, one after the other."""
    checksum = 1
    parts: list[bytes | memoryview] = [_HEADER]
    for plane in planes:
        checksum = zlib_ng.adler32(plane, checksum)
        strategy = _strategy(plane)
        if strategy is None:
            parts += _stored(plane)
        else:
            parts += _deflated(plane, strategy)
    parts += [_END, struct.pack(">I", checksum)]
    return b"".join(parts)


def _strategy(plane: bytes | memoryview) -> int | None:
    """Return how zlib should go about a plane, or None for one that does not shrink enough for its time."""
    if len(plane) < _SAMPLE:
        return int(zlib_ng.Z_DEFAULT_STRATEGY)
    start = (len(plane) - _SAMPLE) // 2
    sample = np.frombuffer(plane, np.uint8, _SAMPLE, start)
    shares = np.bincount(sample) / _SAMPLE
    shares = shares[shares > 0]
    if len(shares) == 1:
        return int(zlib_ng.Z_DEFAULT_STRATEGY)
    # Shannon's bound in bytes a byte; a Huffman code has no less than a bit.
    coded = max(-float(shares @ np.log2(shares)), 1) / 8
    tried = _deflated(sample[:_MATCHED_SAMPLE].data, zlib_ng.Z_DEFAULT_STRATEGY)
    matched = sum(len(part) for part in tried) / _MATCHED_SAMPLE
    if matched < _WORTH_MATCHING and coded > _FASTER * matched:
        return int(zlib_ng.Z_DEFAULT_STRATEGY)
    return int(zlib_ng.Z_HUFFMAN_ONLY) if coded < _WORTH_CODING else None


def _deflated(plane: bytes | memoryview, strategy: int) -> tuple[bytes, bytes]:
    """Return whole blocks that end at a byte and are not the last."""
    compressor = zlib_ng.compressobj(_LEVEL, zlib_ng.DEFLATED, -zlib_ng.MAX_WBITS, _MEMORY, strategy)
    return compressor.compress(plane), compressor.flush(zlib_ng.Z_SYNC_FLUSH)


def _stored(plane: bytes | memoryview) -> list[bytes | memoryview]:
    whole = memoryview(plane)
    parts: list[bytes | memoryview] = []
    for start in range(0, len(whole), _LARGEST_STORED):
        block = whole[start : start + _LARGEST_STORED]
        parts += [struct.pack("<BHH", 0, len(block), len(block) ^ 0xFFFF), block]
    return parts
