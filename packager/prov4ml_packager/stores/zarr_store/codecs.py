"""The codecs of Zarr stores: what is written, what is let in, and what a decoder complains of."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numcodecs  # type: ignore[import-untyped]
import numpy as np
import numpy.typing as npt
from zarr.codecs import BloscCodec, Crc32cCodec

from ...errors import PackagerError
from ...metric_table import CHUNK_POINTS
from ..chunk_encoding import Encoder

# A format 2 store may name any codec of numcodecs, and one of them is pickle: a store is untrusted.
SAFE_CODECS = frozenset(
    {
        "adler32", "bitround", "blosc", "bytes", "bz2", "crc32", "crc32c", "delta", "endian",
        "fixedscaleoffset", "fletcher32", "gzip", "jenkins_lookup3", "lz4", "lzma", "packbits", "quantize",
        "sharding_indexed", "shuffle", "transpose", "vlen-utf8", "zlib", "zstd",
    }
)  # fmt: skip


_BLOSC: Mapping[str, Literal["zstd", "lz4", "zlib"]] = {
    "zstd": "zstd", "blosc_zstd": "zstd", "lz4": "lz4", "zlib": "zlib",
}  # fmt: skip
CODECS = ("zstd", "lz4", "zlib", "none")
"""What a Zarr store can be compressed with: by Blosc, after byte shuffle, or not at all."""

_HARD, _FAST = 9, 3
_HARD_POINTS = CHUNK_POINTS


@dataclass(frozen=True)
class PointCodec:
    """How the chunks of point variables are compressed, in both formats of Zarr.

    Byte shuffle and one Blosc block a chunk: the matches that make times small lie further apart than Blosc's
    own blocks are long. Delta was measured too: it takes another 3 % off, and only zarr-python decodes it.

    Args:
        name: one of `CODECS`, or `blosc_zstd`; `zstd` if None.
        level: 0 to 9; if None, 9 for a store of at most 262,144 points (a second of work) and 3 for a larger
            one, which is two hundred times as fast and takes 2 % more.
        points: number of points of the whole store.

    Raises:
        PackagerError: the codec is unknown, or the level is none.
    """

    name: str
    level: int

    @classmethod
    def choose(cls, name: str | None, level: int | None, points: int) -> "PointCodec":
        """Return the codec for a store, with what was not asked for filled in."""
        name = name or "zstd"
        if name not in _BLOSC and name not in CODECS:
            raise PackagerError(f"unknown codec {name!r} for Zarr", hint=f"use one of {', '.join(CODECS)}")
        if level is None:
            level = _HARD if points <= _HARD_POINTS else _FAST
        if not 0 <= level <= 9:
            raise PackagerError(f"level {level} is not between 0 and 9")
        return cls(name, level)

    def format_3(self, kind: np.dtype[Any], chunk: int) -> list[Any]:
        """Return the codecs of an array of format 3; each chunk ends in its CRC-32C."""
        if self.name == "none":
            return [Crc32cCodec()]
        blosc = BloscCodec(
            cname=_BLOSC[self.name],
            clevel=self.level,
            shuffle="shuffle",
            typesize=kind.itemsize,
            blocksize=kind.itemsize * chunk,
        )
        return [blosc, Crc32cCodec()]

    def format_2(self, kind: np.dtype[Any], chunk: int) -> Any:
        """Return the compressor of an array of format 2, which has no checksum; None for none."""
        if self.name == "none":
            return None
        return numcodecs.Blosc(
            _BLOSC[self.name], self.level, numcodecs.Blosc.SHUFFLE, blocksize=kind.itemsize * chunk
        )

    def encoder(self, kind: np.dtype[Any], chunk: int, zarr_format: int) -> Encoder:
        """Return a function that makes the bytes of a chunk out of its values."""
        compressor = self.format_2(kind, chunk)
        checksum = numcodecs.CRC32C(location="end") if zarr_format == 3 else None

        def encode(values: npt.NDArray[Any]) -> bytes:
            data: Any = np.ascontiguousarray(values, kind)
            for step in (compressor, checksum):
                data = step.encode(data) if step is not None else data
            return bytes(memoryview(data).cast("B"))

        return encode


def check_codecs(array: Any, path: Path, place: str) -> None:
    """Check that an array is decoded by plain codecs only.

    Raises:
        PackagerError: it names another one.
    """
    wrong = unread_codecs(array)
    if wrong:
        raise PackagerError(f"codecs {wrong} are not read", path=path, place=place)


def unread_codecs(array: Any) -> list[str]:
    """Return the codecs of an array that are not let in."""
    return sorted(_codec_names(array.metadata.to_dict()) - SAFE_CODECS)


def _codec_names(metadata: dict[str, Any]) -> frozenset[str]:
    codecs = list(metadata.get("codecs") or metadata.get("filters") or ())
    if metadata.get("compressor") is not None:
        codecs.append(metadata["compressor"])
    names = set()
    for codec in codecs:
        names.add(str(codec.get("name") or codec.get("id")).removeprefix("numcodecs."))
        configuration = codec.get("configuration") or {}
        for inner in ("codecs", "index_codecs"):  # of a sharded array
            if inner in configuration:
                names |= _codec_names({"codecs": configuration[inner]})
    return frozenset(names)


@contextmanager
def decoding(path: Path, place: str | None) -> Iterator[None]:
    """Turn whatever a decoder raises into one clear error; ours pass through."""
    try:
        yield
    except PackagerError:
        raise
    except PermissionError as error:
        raise PackagerError(f"cannot be read: {error.strerror or error}", path=path, place=place) from error
    except Exception as error:  # on bytes that nobody vouches for
        text = " ".join(str(error).split()) or type(error).__name__
        raise PackagerError(f"is damaged: {text}", path=path, place=place) from error
