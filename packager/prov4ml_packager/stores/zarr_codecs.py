"""Which codecs of a Zarr store are let in, and what a decoder's complaint becomes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import PackagerError

# A format 2 store may name any codec of numcodecs, and one of them is pickle: a store is untrusted.
SAFE_CODECS = frozenset(
    {
        "adler32", "bitround", "blosc", "bytes", "bz2", "crc32", "crc32c", "delta", "endian",
        "fixedscaleoffset", "fletcher32", "gzip", "jenkins_lookup3", "lz4", "lzma", "packbits", "quantize",
        "sharding_indexed", "shuffle", "transpose", "vlen-utf8", "zlib", "zstd",
    }
)  # fmt: skip


def check_codecs(array: Any, path: Path, place: str) -> None:
    """Check that an array is decoded by plain codecs only.

    Raises:
        PackagerError: it names another one.
    """
    wrong = _codec_names(array.metadata.to_dict()) - SAFE_CODECS
    if wrong:
        raise PackagerError(f"codecs {sorted(wrong)} are not read", path=path, place=place)


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
    except Exception as error:  # on bytes that nobody vouches for
        text = " ".join(str(error).split()) or type(error).__name__
        raise PackagerError(f"is damaged: {text}", path=path, place=place) from error
