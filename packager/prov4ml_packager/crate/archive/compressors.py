"""The five ways to compress a member of a zip, each with the numbers that the zip format gives it."""

import bz2
import lzma
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ...zstd import zstd_module
from ..options import Compression
from .deflate import Deflater
from .workers import Workers

_LZMA_DICTIONARY = 8 << 20
ZSTD_LEVEL = 3


class Compressor(Protocol):
    """What `bz2`, `lzma` and `zstd` compressors have in common."""

    def compress(self, data: bytes, /) -> bytes:
        """Take more of the content and return what is ready."""

    def flush(self) -> bytes:
        """Return the rest."""


@dataclass(frozen=True)
class Method:
    """A compression method (PKWARE APPNOTE 6.3.10, 4.4.3 version needed, 4.4.4 flags, 4.4.5 method).

    `start` returns a compressor for one member, which may use the workers.
    """

    number: int
    version: int
    flags: int
    start: Callable[[Workers], Compressor]


class _Stored:
    def compress(self, data: bytes, /) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


class _ZipLzma:
    """LZMA as a zip has it (APPNOTE 5.8.8): version, properties and their length, stream with an end mark."""

    def __init__(self) -> None:
        literal, position_literal, position = 3, 0, 2
        properties = bytes([(position * 5 + position_literal) * 9 + literal]) + struct.pack(
            "<I", _LZMA_DICTIONARY
        )
        self._header = struct.pack("<BBH", 9, 4, len(properties)) + properties
        chain = {
            "id": lzma.FILTER_LZMA1,
            "preset": 6,
            "dict_size": _LZMA_DICTIONARY,
            "lc": literal,
            "lp": position_literal,
            "pb": position,
        }
        self._compressor = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=[chain])

    def compress(self, data: bytes, /) -> bytes:
        header, self._header = self._header, b""
        return header + self._compressor.compress(data)

    def flush(self) -> bytes:
        return self._header + self._compressor.flush()


def zstd_compressor() -> Compressor:
    """Return a compressor that writes one frame with a checksum."""
    zstd = zstd_module()
    parameter = zstd.CompressionParameter
    options = {parameter.compression_level: ZSTD_LEVEL, parameter.checksum_flag: 1}
    compressor: Compressor = zstd.ZstdCompressor(options=options)
    return compressor


METHODS: dict[Compression, Method] = {
    "stored": Method(0, 20, 0, lambda workers: _Stored()),
    "deflate": Method(8, 20, 0, Deflater),
    "bzip2": Method(12, 46, 0, lambda workers: bz2.BZ2Compressor()),
    "lzma": Method(14, 63, 0x2, lambda workers: _ZipLzma()),
    "zstd": Method(93, 63, 0, lambda workers: zstd_compressor()),
}
