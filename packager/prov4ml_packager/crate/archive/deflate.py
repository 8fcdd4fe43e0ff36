"""DEFLATE and gzip with the same bytes everywhere.

The zlib that Python is linked with differs between machines (zlib, zlib-ng, Cloudflare's, Intel's), and so do
its bytes. The `zlib-ng` distribution carries its own library in its wheels, which compresses two to three
times as fast at the same size.
"""

import struct
import zlib
from collections import deque
from concurrent.futures import Future

from .workers import Workers

LEVEL = 5
BLOCK = 1 << 20
_WINDOW = 1 << 15
_SAMPLE_LEVEL = 2
"""The fastest one that counts how often each byte comes; level 1 takes fixed codes."""
_SLICE = 40 << 10
_SLICES = 3
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # RFC 1952: no name, no time, system unknown
_END = b"\x03\x00"  # RFC 1951: an empty final block with fixed codes


def deflate_block(block: bytes, window: bytes) -> bytes:
    """Compress one block with a fresh compressor that knows the bytes before it; byte-aligned at the end.

    A whole block that seems to gain nothing (weights in a compact format, encrypted or compressed data) is
    stored: compressing noise takes twice as long as compressing text.

    Args:
        block: at most `BLOCK` bytes.
        window: what stands before the block, at most 32 KiB; empty for the first one.
    """
    if len(block) == BLOCK and _is_noise(block):
        return _deflate(block, 0)
    return _deflate(block, LEVEL, window)


def _is_noise(block: bytes) -> bool:
    """Tell whether slices of a whole block, each longer than the window, shrink by less than a hundredth."""
    step = (BLOCK - _SLICE) // (_SLICES - 1)
    sample = b"".join(block[number * step : number * step + _SLICE] for number in range(_SLICES))
    return len(_deflate(sample, _SAMPLE_LEVEL)) > 0.99 * len(sample)


def _deflate(data: bytes, level: int, window: bytes = b"") -> bytes:
    from zlib_ng import zlib_ng  # here, so that only packaging needs it

    arguments = (
        level,
        zlib_ng.DEFLATED,
        -zlib_ng.MAX_WBITS,
        zlib_ng.DEF_MEM_LEVEL,
        zlib_ng.Z_DEFAULT_STRATEGY,
    )
    compressor = zlib_ng.compressobj(*arguments, *([window] if window else []))
    out: bytes = compressor.compress(data) + compressor.flush(zlib_ng.Z_SYNC_FLUSH)
    return out


class Deflater:
    """A raw DEFLATE stream (RFC 1951), made of 1 MiB blocks that each know the 32 KiB before them.

    Blocks are compressed one by one with a fresh compressor, so that neither the size of the pieces handed
    in nor the number of threads shows in the bytes.

    Args:
        workers: compress blocks side by side; where there are none the caller does it.
    """

    def __init__(self, workers: Workers | None = None) -> None:
        self._workers = workers or Workers()
        self._running: deque[Future[bytes]] = deque()
        self._waiting = bytearray()
        self._window = b""

    def compress(self, data: bytes, /) -> bytes:
        """Take more of the content and return what is ready."""
        self._waiting += data
        out = []
        while len(self._waiting) >= BLOCK:
            block = bytes(self._waiting[:BLOCK])
            del self._waiting[:BLOCK]
            out.append(self._block(block))
        return b"".join(out)

    def flush(self) -> bytes:
        """Return the rest; nothing may follow."""
        last = self._block(bytes(self._waiting)) if self._waiting else b""
        rest = b"".join(future.result() for future in self._running)
        self._running.clear()
        return last + rest + _END

    def _block(self, block: bytes) -> bytes:
        """Take a block and return what is ready: itself, or what was given to the pool earlier."""
        window, self._window = self._window, block[-_WINDOW:]
        if self._workers.pool is None:
            return deflate_block(block, window)
        self._running.append(self._workers.pool.submit(deflate_block, block, window))
        return self._running.popleft().result() if len(self._running) > self._workers.ahead else b""


class GzipCompressor:
    """A gzip file (RFC 1952) with no name and no time in it."""

    def __init__(self, workers: Workers | None = None) -> None:
        self._deflater = Deflater(workers)
        self._header = _GZIP_HEADER
        self._checksum = 0
        self._size = 0

    def compress(self, data: bytes, /) -> bytes:
        """Take more of the content and return what is ready."""
        self._checksum = zlib.crc32(data, self._checksum)
        self._size += len(data)
        header, self._header = self._header, b""
        return header + self._deflater.compress(data)

    def flush(self) -> bytes:
        """Return the rest; nothing may follow."""
        return (
            self._header
            + self._deflater.flush()
            + struct.pack("<II", self._checksum, self._size & 0xFFFFFFFF)
        )
