"""The columns of a CSV of someone else: a header, any separator, rows that are parsed on demand."""

import codecs
import csv
import io
import os
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
from .numbers import WHOLE
from .simple_lines import SimpleLines, simple_lines

_BOM = b"\xef\xbb\xbf"
_BLOCK_ROWS = 1 << 13
_RECORD_LIMIT = 1 << 24  # bytes; a quote that is never closed would else read the whole file
_HEAD = 1 << 16
_STRETCH = 1 << 22  # bytes
_SIMPLE_LIMIT = 1 << 25  # bytes that are parsed at once for one column
_LIKELY = ",;\t| "
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_SEPARATOR = re.compile(rb"sep=([ -~\t])")
UTF8_HINT = "save it in UTF-8, as in: iconv -f WINDOWS-1252 -t UTF-8"
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|(?i:[+-]?(?:nan|inf(?:inity)?))")


class Stretch(NamedTuple):
    """Neighbouring rows: where they begin in the unpacked file, at which line, and their bytes."""

    offset: int
    line: int
    data: bytes


class CsvColumns:
    """Columns of a CSV with a header; all are rows long, and a column is what its cells can be.

    Attributes:
        header: the names of the columns.
        header_line: where they stand.
        separator: between the cells.
        is_spaced: whether several spaces separate as one does.

    Memory is a byte a thousand rows, and one block of rows. A compressed file is unpacked into a temporary
    one, which is gone when the columns are.

    Args:
        path: the file, in UTF-8; `.gz` and `.zst` are unpacked.
        separator: between the cells; found from the header if None.
        damage: if given, a compressed file that is damaged is noted there and read as far as it goes.

    Raises:
        PackagerError: there is no header, or it is not in UTF-8.
    """

    def __init__(self, path: Path, separator: str | None = None, damage: Damage | None = None) -> None:
        self.path = path
        self.attributes: Mapping[str, object] = {}
        self.variable_attributes: Mapping[str, Mapping[str, object]] = {}
        self.others: Mapping[str, str] = {}
        self.separator = separator or ""
        self._stack = ExitStack()
        weakref.finalize(self, self._stack.close)
        self._stream: BinaryIO = self._stack.enter_context(open_seekable(path, damage))
        self._offsets, self._lines = array("q"), array("q")
        self._block: tuple[int, list[list[str]]] = (-1, [])
        self._set_header()
        self.dimensions = dict.fromkeys(self.header, ("row",))

    def _set_header(self) -> None:
        """Find the header, what separates its cells, and where the rows begin.

        Before it may stand blank lines, comments after `#`, and Excel's `sep=;`. The last comment is the
        header itself if it has as many cells as the next line and that one has a number, as `numpy.savetxt`
        writes it.
        """
        comment: tuple[int, bytes] | None = None
        for offset, line, record in self._records(0, 1):
            bare = record.removeprefix(_BOM) if offset == 0 else record
            if bare.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise PackagerError("is in UTF-16", path=self.path, hint="save it in UTF-8")
            if match := _SEPARATOR.fullmatch(bare.rstrip(b"\r\n")):
                self.separator = self.separator or match[1].decode("ascii")
            elif bare.lstrip().startswith(b"#") and self.separator != "#":
                comment = (line, bare.lstrip().lstrip(b"#").lstrip())
            elif bare.strip():
                break
        else:
            raise PackagerError(
                "has no header", path=self.path, hint="its first line has to name the columns"
            )
        self.header_line, header = line, bare
        self._start = (offset + len(record), line + record.count(b"\n"))
        if comment is not None and self._is_header(comment[1], record):
            self._start = (offset, line)
            self.header_line, header = comment
        self.separator = self.separator or _separator_of(_text(header))
        try:
            header.decode("utf-8")
        except UnicodeDecodeError:
            raise self._error(self.header_line, "is not in UTF-8", UTF8_HINT) from None
        if b"\r" in header.rstrip(b"\r\n") and b'"' not in header:
            raise self._error(1, "the lines end in CR alone", "save it with LF at the end of lines")
        self.is_spaced = self.separator == " " and b"  " in header.strip()
        self.header = tuple(self._cells(header, self.header_line))

    def _is_header(self, comment: bytes, row: bytes) -> bool:
        separator = self.separator or _separator_of(_text(comment))
        names, cells = (
            _split(_text(one).strip(), separator, spaced=separator == " ") for one in (comment, row)
        )
        return len(names) == len(cells) and any(map(_DOUBLE.fullmatch, cells))

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
        for stretch in self.stretches():
            lines = self._simple(stretch.data)
            if lines is not None:
                ends = np.flatnonzero(np.frombuffer(stretch.data, np.uint8) == ord("\n")) + 1
                for row in range(-count % _BLOCK_ROWS, lines.rows, _BLOCK_ROWS):
                    self._offsets.append(stretch.offset + (int(ends[row - 1]) if row else 0))
                    self._lines.append(stretch.line + row)
                count += lines.rows
                continue
            for offset, line, _ in self._records_of(stretch):
                if count % _BLOCK_ROWS == 0:
                    self._offsets.append(offset)
                    self._lines.append(line)
                count += 1
        return count

    def _simple(self, data: bytes) -> SimpleLines | None:
        return None if self.is_spaced else simple_lines(data, self.separator, len(self.header))

    @property
    def lengths(self) -> Mapping[str, int]:
        """Return the number of cells of each column."""
        return dict.fromkeys(self.header, self.row_count)

    def read(self, name: str, start: int, stop: int) -> npt.NDArray[Any]:
        """Return the cells `start` to `stop` of a column as int64 if all are whole numbers, else as float64.

        Whole numbers that have a float each may also be float64.

        Raises:
            PackagerError: a cell is no number, or a row has not as many cells as the header.
        """
        column = self.header.index(name)
        simple = self._read_simple(str(column), start, stop)
        if simple is not None:
            return simple
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

    def _read_simple(self, column: str, start: int, stop: int) -> npt.NDArray[Any] | None:
        """Return cells of a column if the blocks in which they are have nothing odd."""
        stop = min(stop, self.row_count)
        if start >= stop:
            return None
        first, last = start // _BLOCK_ROWS, (stop - 1) // _BLOCK_ROWS + 1
        end = self._offsets[last] if last < len(self._offsets) else self._stream.seek(0, os.SEEK_END)
        begin = self._stream.seek(self._offsets[first])
        if end - begin > _SIMPLE_LIMIT:
            return None
        lines = self._simple(self._stream.read(end - begin))
        if lines is None:
            return None
        import polars

        for kind in (polars.Int64, polars.Float64):
            frame = lines.columns({column: kind})
            if frame is None or frame[column].null_count():
                continue
            cells = frame[column].to_numpy()[start - first * _BLOCK_ROWS : stop - first * _BLOCK_ROWS]
            # A larger one may be a whole number that no float is.
            if cells.dtype.kind == "i" or not (np.abs(cells) >= WHOLE).any():
                return cells
        return None

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
        return next((line for index, (_, line, _) in enumerate(self._filled(records)) if index == offset), 0)

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

    def _filled(self, records: Iterator[tuple[int, int, bytes]]) -> Iterator[tuple[int, int, bytes]]:
        """Leave out blank lines; of spaces only if they are no cells."""
        blank = b"\r\n" if self.separator == " " else b" \r\n"
        return (one for one in records if one[2].strip(blank))

    def _rows_of_block(self, number: int) -> list[list[str]]:
        if self._block[0] != number:
            rows = []
            for _, line, record in self._filled(self._records(self._offsets[number], self._lines[number])):
                cells = self._checked_cells(record, line)
                rows.append(cells)
                if len(rows) == _BLOCK_ROWS:
                    break
            self._block = (number, rows)
        return self._block[1]

    def _checked_cells(self, record: bytes, line: int) -> list[str]:
        cells = self._cells(record, line)
        if len(cells) != len(self.header):
            hint = "has the header a name for each?" if len(cells) > len(self.header) else None
            hint = f"is {self.separator!r} the separator?" if len(cells) == 1 else hint
            raise self._error(line, f"{len(cells)} fields, and there are {len(self.header)} columns", hint)
        return cells

    def stretches(self) -> Iterator[Stretch]:
        """Yield all rows, many at a time.

        Raises:
            PackagerError: a quote is never closed, or a row is too long to be one.
        """
        offset, line = self._start
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
        for _, line, record in self._records_of(stretch):
            try:
                yield line, self._checked_cells(record, line)
            except PackagerError as error:
                if damage is None:
                    raise
                damage.add(error)
                damage.points += 1

    def _records_of(self, stretch: Stretch) -> Iterator[tuple[int, int, bytes]]:
        for offset, line, record in self._filled(self._records(stretch.offset, stretch.line)):
            if offset >= stretch.offset + len(stretch.data):
                return
            yield offset, line, record

    def _cells(self, record: bytes, line: int) -> list[str]:
        try:
            return _split(_text(record), self.separator, spaced=self.is_spaced)
        except csv.Error as error:
            raise self._error(line, str(error)) from error


def _text(record: bytes) -> str:
    """Return a record without its end; what is not in UTF-8 as surrogates, for nobody may ask for it."""
    return record.decode("utf-8", "surrogateescape").rstrip("\r\n")


def _split(text: str, separator: str, *, spaced: bool) -> list[str]:
    """Return the cells of a record; if it is spaced, several spaces stand for one."""
    text = text.strip(" ") if spaced else text
    reader = csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=spaced)
    return [cell.strip() for cell in next(reader, [])]


def _header_line(path: Path) -> str:
    head = read_head(path, _HEAD).removeprefix(_BOM)
    return head.split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")


def _separator_of(line: str) -> str:
    """Return what separates the names of a header: the likeliest character in it; a comma if it has none."""
    bare = re.sub('"[^"]*"', '""', line)
    likely: Sequence[str] = [*_LIKELY, *sorted(CSV_SEPARATORS - set(_LIKELY) - set("()[]{}/%*#"))]
    return next((mark for mark in likely if mark in bare), ",")
