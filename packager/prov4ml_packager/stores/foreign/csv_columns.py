"""The columns of a CSV of someone else: a header, any separator, rows that are parsed on demand."""

import csv
import io
import re
import weakref
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from prov4ml.rundir import CSV_SEPARATORS

from ...errors import PackagerError
from ..compressed import open_seekable, read_head
from ..damage import Damage

_BOM = b"\xef\xbb\xbf"
_BLOCK_ROWS = 1 << 13
_RECORD_LIMIT = 1 << 24  # bytes; a quote that is never closed would else read the whole file
_HEAD = 1 << 16
_STRETCH = 1 << 22  # bytes
_LIKELY = ",;\t| "
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|(?i:[+-]?(?:nan|inf(?:inity)?))")


class Stretch(NamedTuple):
    """Neighbouring rows: where they begin in the unpacked file, at which line, and their bytes."""

    offset: int
    line: int
    data: bytes


class CsvColumns:
    """Columns of a CSV with a header; all are rows long, and a column is what its cells can be.

    Memory is a byte a thousand rows, and one block of rows. A compressed file is unpacked into a temporary
    one, which is gone when the columns are.

    Args:
        path: the file, in UTF-8; `.gz` and `.zst` are unpacked.
        separator: between the cells; found from the header if None.

    Raises:
        PackagerError: there is no header, or a row has not as many cells as it.
    """

    def __init__(self, path: Path, separator: str | None = None) -> None:
        self.path = path
        self.attributes: Mapping[str, object] = {}
        self.variable_attributes: Mapping[str, Mapping[str, object]] = {}
        self.others: Mapping[str, str] = {}
        self.separator = separator or _separator_of(_header_line(path))
        self._stack = ExitStack()
        weakref.finalize(self, self._stack.close)
        self._stream: BinaryIO = self._stack.enter_context(open_seekable(path))
        self._offsets, self._lines = array("q"), array("q")
        self._block: tuple[int, list[list[str]]] = (-1, [])
        records = self._records(0, 1)
        self.header = tuple(self._cells(next(records, (0, 0, b""))[2].removeprefix(_BOM)))
        twice = [name for name in self.header if self.header.count(name) > 1]
        if twice:
            raise self._error(1, f"the column {twice[0]!r} is there twice")
        self.dimensions = dict.fromkeys(self.header, ("row",))

    @staticmethod
    def header_of(path: Path, separator: str | None = None) -> tuple[str, ...]:
        """Return the names in the first line of a file, or what is there instead.

        Raises:
            PackagerError: the file cannot be read.
        """
        line = _header_line(path)
        return tuple(next(csv.reader([line], delimiter=separator or _separator_of(line)), []))

    @cached_property
    def row_count(self) -> int:
        """Return the number of rows, and note where every block of them begins.

        Raises:
            PackagerError: a quote is never closed, or a row is too long to be one.
        """
        count = 0
        records = self._records(0, 1)
        next(records, None)
        for offset, line, _ in _filled(records):
            if count % _BLOCK_ROWS == 0:
                self._offsets.append(offset)
                self._lines.append(line)
            count += 1
        return count

    @property
    def lengths(self) -> Mapping[str, int]:
        """Return the number of cells of each column."""
        return dict.fromkeys(self.header, self.row_count)

    def read(self, name: str, start: int, stop: int) -> npt.NDArray[Any]:
        """Return the cells `start` to `stop` of a column: int64 if all are whole numbers, else float64.

        Raises:
            PackagerError: a cell is no number, or a row has not as many cells as the header.
        """
        column = self.header.index(name)
        cells = [row[column] for row in self.rows(start, stop)]
        try:
            if all(map(_INTEGER.fullmatch, cells)):
                return np.array(list(map(int, cells)), np.int64)
        except OverflowError:
            pass  # more than 64 bits: a float will do, or the check of it says why not
        wrong = next((index for index, cell in enumerate(cells) if not _DOUBLE.fullmatch(cell)), None)
        if wrong is not None:
            line = self.line_of(start + wrong)
            raise self._error(line, f"the {name} {cells[wrong][:60]!r} is no number")
        return np.array(list(map(float, cells)), np.float64)

    def rows(self, start: int, stop: int) -> Iterator[list[str]]:
        """Yield the rows `start` to `stop`, each a list of as many cells as the header has."""
        while start < stop:
            number, offset = divmod(start, _BLOCK_ROWS)
            rows = self._rows_of_block(number)[offset : offset + stop - start]
            yield from rows
            start += len(rows)

    def line_of(self, row: int) -> int:
        """Return the line of the file at which a row begins."""
        number, offset = divmod(row, _BLOCK_ROWS)
        records = self._records(self._offsets[number], self._lines[number])
        return next((line for index, (_, line, _) in enumerate(_filled(records)) if index == offset), 0)

    def _error(self, line: int, message: str, hint: str | None = None) -> PackagerError:
        return PackagerError(message, path=self.path, place=f"line {line}", hint=hint)

    def _records(self, offset: int, line: int) -> Iterator[tuple[int, int, bytes]]:
        """Yield offset, line and bytes of each record: it ends at a line break outside quotes."""
        self._stream.seek(offset)
        while record := self._stream.readline(_RECORD_LIMIT):
            while record.count(b'"') & 1 and len(record) < _RECORD_LIMIT:
                rest = self._stream.readline(_RECORD_LIMIT)
                if not rest:
                    raise self._error(line, "a quote is opened and never closed")
                record += rest
            if len(record) >= _RECORD_LIMIT:
                raise self._error(line, f"the row is longer than {_RECORD_LIMIT} bytes")
            yield offset, line, record
            offset += len(record)
            line += record.count(b"\n")

    def _rows_of_block(self, number: int) -> list[list[str]]:
        if self._block[0] != number:
            rows = []
            for _, line, record in _filled(self._records(self._offsets[number], self._lines[number])):
                cells = self._checked_cells(record, line)
                rows.append(cells)
                if len(rows) == _BLOCK_ROWS:
                    break
            self._block = (number, rows)
        return self._block[1]

    def _checked_cells(self, record: bytes, line: int) -> list[str]:
        cells = self._cells(record)
        if len(cells) != len(self.header):
            hint = None if len(cells) > 1 else f"is {self.separator!r} the separator?"
            raise self._error(line, f"{len(cells)} fields, and there are {len(self.header)} columns", hint)
        return cells

    def stretches(self) -> Iterator[Stretch]:
        """Yield all rows, many at a time.

        Raises:
            PackagerError: a quote is never closed, or a row is too long to be one.
        """
        _, line, header = next(self._records(0, 1), (0, 1, b""))
        offset = len(header)
        line += header.count(b"\n")
        while data := self._whole_records(offset, line):
            yield Stretch(offset, line, data)
            offset += len(data)
            line += data.count(b"\n")

    def _whole_records(self, offset: int, line: int) -> bytes:
        """Return some records from a place on; nothing at the end of the file."""
        self._stream.seek(offset)
        data = self._stream.read(_STRETCH)
        if len(data) == _STRETCH:
            data = data[: data.rfind(b"\n") + 1]
        if data and data.count(b'"') & 1 == 0:
            return data
        # A row is longer than that, or a line break in a quoted cell was taken for the end of a row.
        records = []
        for place, _, record in self._records(offset, line):
            records.append(record)
            if place + len(record) - offset >= _STRETCH:
                break
        return b"".join(records)

    def rows_of(self, stretch: Stretch, damage: Damage | None = None) -> Iterator[tuple[int, list[str]]]:
        """Yield line and cells of every row of a stretch.

        Args:
            stretch: of this file.
            damage: if given, rows that are not as long as the header are noted there and left out.
        """
        for offset, line, record in _filled(self._records(stretch.offset, stretch.line)):
            if offset >= stretch.offset + len(stretch.data):
                return
            try:
                yield line, self._checked_cells(record, line)
            except PackagerError as error:
                if damage is None:
                    raise
                damage.add(error)
                damage.points += 1

    def _cells(self, record: bytes) -> list[str]:
        text = record.decode("utf-8", "replace").rstrip("\r\n")
        return [cell.strip() for cell in next(csv.reader(io.StringIO(text), delimiter=self.separator), [])]


def _filled(records: Iterator[tuple[int, int, bytes]]) -> Iterator[tuple[int, int, bytes]]:
    return (one for one in records if one[2].strip(b"\r\n"))


def _header_line(path: Path) -> str:
    head = read_head(path, _HEAD).removeprefix(_BOM)
    return head.split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")


def _separator_of(line: str) -> str:
    """Return what separates the names of a header: the likeliest character in it; a comma if it has none."""
    bare = re.sub('"[^"]*"', '""', line)
    likely: Sequence[str] = [*_LIKELY, *sorted(CSV_SEPARATORS - set(_LIKELY) - set("()[]{}/%*#"))]
    return next((mark for mark in likely if mark in bare), ",")
