"""Counts and last values of a Zarr store as we write it, read without zarr and numpy.

The validators ask no more of a store, and importing the libraries takes ten times longer than everything else
that they do with a crate. Whatever is not as this module knows it is left to `stores.open_store`.
"""

import json
import struct
import sys
import zipfile
from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import google_crc32c

from prov4ml_validators.store_reader import SeriesSummary

from .blosc_chunk import decode_blosc, decode_zstd
from .text import unescape_text
from .zarr_groups import lost_groups

_FORMAT, _VERSION = "prov4ml metric store", 1
_TEXTS = ("metric", "source", "unit")
_TYPES = {"rank": ("int32", "i"), "row_size": ("int64", "q"), "value": ("float64", "d")}
_POINTS = ("step", "time", "value")
_LARGEST_CHUNK = 64 << 20
_LARGEST_JSON = 1 << 24
_CHECKSUM = 4


class NotPlain(Exception):
    """A store that is damaged, of another kind, or written in a way that is not known here."""


@dataclass(frozen=True)
class _Files:
    """The files of a store: their paths, and a way to the content of one."""

    names: frozenset[str]
    read: Callable[[str], bytes]

    def json(self, name: str) -> Any:
        data = self.read(name)
        if len(data) > _LARGEST_JSON:
            raise NotPlain(name)
        return json.loads(data)


@dataclass(frozen=True)
class _Array:
    """One variable: its length, the length of its chunks, and what the chunks are encoded with."""

    files: _Files
    place: str
    kind: str
    length: int
    chunk: int
    separator: str
    codecs: tuple[str, ...]

    def chunk_bytes(self, number: int) -> bytes:
        """Return a chunk without its checksum."""
        data = self.files.read(f"{self.place}/c{self.separator}{number}")
        if self.codecs[-1] != "crc32c":
            return data
        plain, stated = data[:-_CHECKSUM], int.from_bytes(data[-_CHECKSUM:], "little")
        if google_crc32c.value(plain) != stated:
            raise NotPlain(f"{self.place}: chunk {number} is damaged")
        return plain

    def numbers(self, number: int, code: str) -> "array[Any]":
        """Return the numbers of a chunk; the last one is as long as the others."""
        values = array(code)
        if sys.byteorder != "little":
            raise NotPlain("the numbers are in another order than those of this machine")
        data = self.chunk_bytes(number)
        size = self.chunk * values.itemsize
        if size > _LARGEST_CHUNK:
            raise NotPlain(f"{self.place}: chunks of {size} bytes")
        if self.codecs[:2] == ("bytes", "blosc"):
            data = decode_blosc(data, size)
        elif self.codecs[0] != "bytes" or len(self.codecs) > 2 or self.codecs[1:] not in ((), ("crc32c",)):
            raise NotPlain(f"{self.place}: codecs {self.codecs}")
        if len(data) != size:
            raise NotPlain(f"{self.place}: chunk {number} has {len(data)} bytes")
        values.frombytes(data)
        return values

    def all_numbers(self, code: str) -> list[int]:
        chunks = -(-self.length // self.chunk) if self.length else 0
        return [one for number in range(chunks) for one in self.numbers(number, code)][: self.length]

    def all_texts(self) -> list[str]:
        if self.codecs[:2] != ("vlen-utf8", "zstd"):
            raise NotPlain(f"{self.place}: codecs {self.codecs}")
        chunks = -(-self.length // self.chunk) if self.length else 0
        found: list[str] = []
        for number in range(chunks):
            data = decode_zstd(self.chunk_bytes(number), largest=_LARGEST_CHUNK)
            found += _texts(data)
        return found[: self.length]


def _texts(data: bytes) -> Iterator[str]:
    """Yield the texts of `vlen-utf8`: their number, then each with its length in bytes before it."""
    (count,) = struct.unpack_from("<I", data)
    place = 4
    for _ in range(count):
        (length,) = struct.unpack_from("<I", data, place)
        place += 4
        text = data[place : place + length]
        if len(text) != length:
            raise NotPlain("a text is cut off")
        yield text.decode("utf-8")
        place += length


def summarize_zarr(path: Path) -> list[SeriesSummary]:
    """Return every series of a store, a directory or a zip, in the order stored.

    Raises:
        NotPlain: the store is to be read by `stores.open_store`, which also says what is wrong with it.
    """
    try:
        with _opened(path) as files:
            attributes = files.json("zarr.json")["attributes"]
            if attributes["format"] != _FORMAT or attributes["format_version"] != _VERSION:
                raise NotPlain("another format")
            if lost := lost_groups(files.names, files.read):
                raise NotPlain(f"without the groups {list(lost)}")
            groups = sorted({name.split("/")[0] for name in files.names if "/" in name})
            found = [one for group in groups for one in _group(files, group)]
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise NotPlain(str(error)) from error
    except (struct.error, zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise NotPlain(str(error)) from error
    if len({(one.context, one.metric, one.source, one.rank) for one in found}) != len(found):
        raise NotPlain("a series is there twice")
    return found


def _opened(path: Path) -> AbstractContextManager[_Files]:
    if path.is_file():
        return _zipped(path)
    names = (file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file())
    return nullcontext(_Files(frozenset(names), lambda name: (path / name).read_bytes()))


@contextmanager
def _zipped(path: Path) -> Iterator[_Files]:
    with zipfile.ZipFile(path) as archive:
        sizes = {one.filename: one.file_size for one in archive.infolist()}

        def read(name: str) -> bytes:
            if sizes[name] > _LARGEST_CHUNK:
                raise NotPlain(f"{name} has {sizes[name]} bytes")
            return archive.read(name)

        yield _Files(frozenset(name for name in sizes if not name.endswith("/")), read)


def _array(files: _Files, place: str, kind: str) -> _Array:
    metadata = files.json(f"{place}/zarr.json")
    keys = metadata["chunk_key_encoding"]
    (length,), (chunk,) = metadata["shape"], metadata["chunk_grid"]["configuration"]["chunk_shape"]
    codecs = tuple(codec["name"] for codec in metadata["codecs"])
    known = (
        metadata["zarr_format"] == 3
        and metadata["node_type"] == "array"
        and metadata["data_type"] == kind
        and keys["name"] == "default"
        and type(length) is type(chunk) is int
        and length >= 0 < chunk
        and metadata["codecs"][0].get("configuration", {}).get("endian", "little") == "little"
    )
    if not known:
        raise NotPlain(f"{place}: not as it is written here")
    array = _Array(files, place, kind, length, chunk, keys["configuration"]["separator"], codecs)
    chunks = -(-length // chunk)
    there = sum(1 for name in files.names if name.startswith(f"{place}/") and not name.endswith(".json"))
    if chunks != there or any(
        f"{place}/c{array.separator}{number}" not in files.names for number in range(chunks)
    ):
        raise NotPlain(f"{place}: a chunk is missing")
    return array


def _group(files: _Files, key: str) -> Iterator[SeriesSummary]:
    attributes: Mapping[str, Any] = files.json(f"{key}/zarr.json")["attributes"]
    context = attributes.get("context")
    texts = {name: _array(files, f"{key}/{name}", "string").all_texts() for name in _TEXTS}
    rank, row_size = (
        _array(files, f"{key}/{name}", _TYPES[name][0]).all_numbers(_TYPES[name][1])
        for name in ("rank", "row_size")
    )
    points = {
        name: _array(files, f"{key}/{name}", "float64" if name == "value" else "int64") for name in _POINTS
    }
    lengths = {len(rank), len(row_size), *(len(found) for found in texts.values())}
    if (
        len(lengths) != 1
        or {one.length for one in points.values()} != {sum(row_size)}
        or min([*row_size, *rank, 0])
    ):
        raise NotPlain(f"{key}: the variables contradict each other")
    value = points["value"]
    number, chunk = -1, array("d")
    end = 0
    for index, count in enumerate(row_size):
        end += count
        last = None
        if count:
            wanted, offset = divmod(end - 1, value.chunk)
            if wanted != number:
                number, chunk = wanted, value.numbers(wanted, "d")
            last = chunk[offset]
        metric, source = (unescape_text(texts[name][index]) for name in ("metric", "source"))
        name = unescape_text(context) if context else None
        yield SeriesSummary(name, metric, source or None, rank[index], count, last)
