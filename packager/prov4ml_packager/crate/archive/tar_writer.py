"""Compressed tar archives with nothing in them but what the members say."""

import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO, cast

from .compressors import Compressor
from .members import Member

_DATE = 315532800  # 1980-01-01T00:00:00Z, the earliest that a zip can say


class _CompressedSink:
    """What `tarfile` writes to: a file behind a compressor."""

    def __init__(self, stream: BinaryIO, compressor: Compressor) -> None:
        self._stream = stream
        self._compressor = compressor

    def write(self, data: bytes) -> int:
        self._stream.write(self._compressor.compress(data))
        return len(data)

    def finish(self) -> None:
        self._stream.write(self._compressor.flush())


class _ChunkReader:
    """The chunks of a member as the file that `tarfile` reads."""

    def __init__(self, member: Member, progress: Callable[[int], None]) -> None:
        self._chunks = member.chunks()
        self._progress = progress
        self._rest = b""

    def read(self, size: int) -> bytes:
        while len(self._rest) < size and (chunk := next(self._chunks, b"")):
            self._rest += chunk
            self._progress(len(chunk))
        out, self._rest = self._rest[:size], self._rest[size:]
        return out

    def finish(self) -> None:
        # The digest is compared behind the last chunk, which a reader of exactly `size` bytes never asks for.
        for _ in self._chunks:
            pass


def write_tar(
    members: Iterable[Member],
    target: Path,
    compressor: Compressor,
    *,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Write a POSIX tar (pax headers where a name asks for one) behind a compressor.

    Owners are 0 without a name, dates 1980-01-01, modes 0644 and 0755.

    Args:
        members: in the order of the archive.
        target: a file that does not exist yet.
        compressor: of the whole archive.
        progress: called with the number of bytes just read.
    """
    report = progress or (lambda count: None)
    with target.open("xb") as stream:
        sink = _CompressedSink(stream, compressor)
        with tarfile.open(fileobj=cast(BinaryIO, sink), mode="w|", format=tarfile.PAX_FORMAT) as tar:
            for member in members:
                info = tarfile.TarInfo(member.path.rstrip("/"))
                info.mtime, info.size = _DATE, member.size
                if member.is_directory:
                    info.type, info.mode = tarfile.DIRTYPE, 0o755
                    tar.addfile(info)
                else:
                    info.mode = 0o644
                    reader = _ChunkReader(member, report)
                    tar.addfile(info, cast(BinaryIO, reader))
                    reader.finish()
        sink.finish()
