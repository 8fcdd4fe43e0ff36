"""Shards of Zarr format 3: the chunks of an array in one file.

Zarr v3 specification, codec `sharding_indexed` 1.0: the encoded chunks, then an index of (offset, length) in
uint64, little-endian, which ends in its CRC-32C.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numcodecs  # type: ignore[import-untyped]
import numpy as np


def join_chunks(chunks: Sequence[Path]) -> None:
    """Put encoded chunks, all there, into one shard in place of the first of them; the others go."""
    sizes = np.array([path.stat().st_size for path in chunks], "<u8")
    offsets = np.cumsum(sizes) - sizes
    index = np.stack([offsets, sizes], axis=1).astype("<u8")
    shard = chunks[0].with_name(f".shard-{chunks[0].name}")
    with shard.open("wb") as stream:
        for path in chunks:
            with path.open("rb") as chunk:
                shutil.copyfileobj(chunk, stream)
        stream.write(memoryview(numcodecs.CRC32C(location="end").encode(index)).cast("B"))
    for path in chunks[1:]:
        path.unlink()
    shard.replace(chunks[0])
