"""Archives that somebody made to do harm, of every kind that a crate can be in."""

import gzip
import json
import random
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from backports import zstd

METADATA = "ro-crate-metadata.json"
GOOD = json.dumps(
    {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [
            {
                "@id": METADATA,
                "@type": "CreativeWork",
                "about": {"@id": "./"},
                "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            },
            {
                "@id": "./",
                "@type": "Dataset",
                "name": "A crate",
                "description": "Nothing in it.",
                "datePublished": "2026-01-01",
                "license": "https://spdx.org/licenses/MIT",
            },
        ],
    }
).encode()
SYMLINK, CHARACTER_DEVICE, FIFO = 0o120777, 0o020644, 0o010644


@dataclass(frozen=True)
class Raw:
    """One member as its bytes are in the archive, with nothing that a library would put right.

    `kind` is the type of a tar's member; `mode` has the type of a zip's.
    """

    name: bytes
    content: bytes = b""
    mode: int = 0o100644
    kind: bytes = tarfile.REGTYPE
    target: bytes = b""
    flags: int = 0


def zip_record(local: bytes, name: bytes, offset: int, mode: int = 0o100644) -> bytes:
    """Return what the directory of a zip says of a member; `local` is what its own header says."""
    rest = struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, mode << 16, offset)
    return b"PK\x01\x02" + struct.pack("<H", 0x0314) + local + rest + name


def zip_header(
    content: bytes, size: int | None = None, checksum: int | None = None, *, method: int = 0, flags: int = 0
) -> bytes:
    """Return the fields that a member's header and its record share; size and sum of what is compressed."""
    plain = len(content) if size is None else size
    summed = zlib.crc32(content) if checksum is None else checksum
    return struct.pack("<HHHHHIII", 20, flags, method, 0, 33, summed, len(content), plain)


def zip_member(local: bytes, name: bytes, content: bytes) -> bytes:
    """Return a member: header, name and bytes."""
    return b"PK\x03\x04" + local + struct.pack("<HH", len(name), 0) + name + content


def zip_of(path: Path, members: Iterable[Raw]) -> Path:
    """Write a zip; UTF-8 is claimed only where `flags` say so."""
    with path.open("wb") as stream:
        records = []
        for one in members:
            local = zip_header(one.content, flags=one.flags)
            records.append(zip_record(local, one.name, stream.tell(), one.mode))
            stream.write(zip_member(local, one.name, one.content))
        _end_zip(stream, records)
    return path


def two_faced_zip(path: Path, members: Iterable[Raw], bytes_of_last: bytes, last: Raw) -> Path:
    """Write a zip whose last member is not what the list says of it, which is `last`."""
    with zip_of(path, members).open("rb") as stream, zipfile.ZipFile(stream) as archive:
        listed = archive.infolist()
        stream.seek(0)
        before = stream.read(archive.start_dir)
    with path.open("wb") as stream:
        stream.write(before + bytes_of_last)
        records = [
            zip_record(zip_header(one.content), one.name, info.header_offset)
            for one, info in zip(members, listed, strict=True)
        ]
        _end_zip(stream, [*records, zip_record(zip_header(last.content), last.name, len(before))])
    return path


def _end_zip(stream: BinaryIO, records: Iterable[bytes]) -> None:
    begin, count = stream.tell(), 0
    for record in records:
        stream.write(record)
        count += 1
    end = stream.tell()
    if count > 0xFFFF:
        stream.write(
            struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, end - begin, begin)
        )
        stream.write(struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1))
    counts = (min(count, 0xFFFF),) * 2
    stream.write(struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, *counts, end - begin, begin, 0))


def tar_header(one: Raw, size: int | None = None) -> bytes:
    """Return the block of a member in a ustar archive."""
    fields = (
        one.name,
        b"0000644\0",
        b"0000000\0",
        b"0000000\0",
        b"%011o\0" % (len(one.content) if size is None else size),
    )
    head = struct.pack(
        "100s8s8s8s12s12s8sc100s8s247s",
        *fields,
        b"00000000000\0",
        b" " * 8,
        one.kind,
        one.target,
        b"ustar\x0000",
        b"",
    )
    return head[:148] + b"%06o\0 " % sum(head) + head[156:]


def tar_blocks(members: Iterable[Raw]) -> Iterator[bytes]:
    """Yield the bytes of a tar."""
    for one in members:
        content = (
            one.content if one.kind in (tarfile.REGTYPE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME) else b""
        )
        yield tar_header(one, len(content)) + content + bytes(-len(content) % 512)
    yield bytes(1024)


def open_compressed(path: Path) -> BinaryIO:
    """Open a file to be written as its name says: gzip, else zstd."""
    if path.name.endswith("gz"):
        return cast(BinaryIO, gzip.open(path, "wb", compresslevel=1))
    return cast(BinaryIO, zstd.open(path, "wb"))


def tar_of(path: Path, members: Iterable[Raw]) -> Path:
    """Write a compressed tar."""
    with open_compressed(path) as stream:
        stream.writelines(tar_blocks(members))
    return path


WRITERS: dict[str, Callable[[Path, Iterable[Raw]], Path]] = {
    "c.zip": zip_of,
    "c.crate.tar.gz": tar_of,
    "c.crate.tar.zst": tar_of,
}


def million_zip(path: Path, count: int = 1_000_000) -> Path:
    """Write a zip of so many empty members; only its directory counts, and all point to one header."""
    local = zip_header(b"")
    record = zip_record(local, b"00000000", 0)[:-8]
    with path.open("wb") as stream:
        stream.write(zip_member(local, b"00000000", b""))
        _end_zip(stream, (record + b"%08d" % number for number in range(count)))
    return path


def million_tar(path: Path, count: int = 1_000_000) -> Path:
    """Write a tar of so many empty members."""
    block = tar_header(Raw(b"00000000"))
    plain = int(block[148:154], 8) - 8 * ord("0")

    def headers() -> Iterator[bytes]:
        for number in range(count):
            name = b"%08d" % number
            yield name + block[8:148] + b"%06o" % (plain + sum(name)) + block[154:]
        yield bytes(1024)

    with open_compressed(path) as stream:
        stream.writelines(headers())
    return path


def overlapping_zip(path: Path, count: int = 200, size: int = 4 << 20) -> Path:
    """Write a zip whose members all are the same compressed bytes (D. Fifield, A better zip bomb, 2019)."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    kernel = compressor.compress(bytes(size)) + compressor.flush()
    metadata, shared = zip_header(GOOD), zip_header(kernel, size, zlib.crc32(bytes(size)), method=8)
    with path.open("wb") as stream:
        stream.write(zip_member(metadata, METADATA.encode(), GOOD))
        place = stream.tell()
        stream.write(zip_member(shared, b"0", kernel))
        records = [zip_record(metadata, METADATA.encode(), 0)]
        records += [zip_record(shared, b"%d" % number, place) for number in range(count)]
        _end_zip(stream, records)
    return path


def bomb(path: Path, size: int = 1200 << 20) -> Path:
    """Write an archive of a few kilobytes with a member of more than 1 GiB of zeros; a zip only says so."""
    if path.name.endswith(".zip"):
        compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
        content = compressor.compress(bytes(1 << 20)) + compressor.flush()
        metadata, zeros = zip_header(GOOD), zip_header(content, size, 0, method=8)
        with path.open("wb") as stream:
            stream.write(zip_member(metadata, METADATA.encode(), GOOD))
            records = [zip_record(metadata, METADATA.encode(), 0), zip_record(zeros, b"zeros", stream.tell())]
            stream.write(zip_member(zeros, b"zeros", content))
            _end_zip(stream, records)
        return path
    mib = bytes(1 << 20)
    with open_compressed(path) as out:
        out.writelines(list(tar_blocks([Raw(METADATA.encode(), GOOD)]))[:-1])
        out.write(tar_header(Raw(b"zeros"), size))
        out.writelines(mib for _ in range(size >> 20))
        out.write(bytes(1024))
    return path


def gigabyte_of_metadata(path: Path) -> Path:
    """Write an archive whose metadata has 1 GiB, compressed too little to be taken for a bomb."""
    noise = random.Random(1)
    filler = (json.dumps({"@id": "#" + "x" * 150}).encode() + b",\n") * 6000
    size = len(filler) + 32768
    rounds = (1 << 30) // size + 1
    chunks = (filler + noise.randbytes(16384).hex().encode() for _ in range(rounds))
    if path.name.endswith(".zip"):
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open(METADATA, "w", force_zip64=True) as stream,
        ):
            stream.writelines(chunks)
        return path
    with open_compressed(path) as out:
        out.write(tar_header(Raw(METADATA.encode()), rounds * size))
        out.writelines(chunks)
        out.write(bytes(-(rounds * size) % 512) + bytes(1024))
    return path


def gigabyte_of_header(path: Path) -> Path:
    """Write a tar with an extended header (pax) of 1 GiB, which readers take into memory."""
    size, mib = 1 << 30, b"x" * (1 << 20)
    with open_compressed(path) as out:
        out.writelines(list(tar_blocks([Raw(METADATA.encode(), GOOD)]))[:-1])
        out.write(tar_header(Raw(b"pax", kind=tarfile.XHDTYPE), size))
        begin = b"%d comment=" % size
        out.write(begin + mib[len(begin) :])
        out.writelines(mib for _ in range((size >> 20) - 1))
        out.writelines(tar_blocks([Raw(b"a")]))
    return path


def measured(*arguments: str) -> tuple[int, str, str, int]:
    """Run a command; return its status, both streams, and the most memory that it had, in bytes (Linux)."""
    # `ru_maxrss` is no measure: a child begins with that of its parent.
    code = (
        "import re, sys\n"
        "from prov4ml_packager.cli.main import run\n"
        "status = run(sys.argv[1:])\n"
        "sys.stdout.flush()\n"
        "print(re.search(r'VmHWM:\\s+(\\d+) kB', open('/proc/self/status').read())[1])\n"
        "sys.exit(status)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    *lines, peak = done.stdout.splitlines()
    return done.returncode, "\n".join(lines), done.stderr, int(peak) << 10
