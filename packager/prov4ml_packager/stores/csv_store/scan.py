"""Where the rows of each series lie in a CSV store: one pass over the names, none over the numbers."""

import os
import re
from array import array
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, wait
from contextlib import closing
from itertools import cycle
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from ...errors import PackagerError
from ...text import unescape_text
from ..damage import Damage
from .csvw import SeriesKey
from .dialect import COLUMNS, unquoted
from .row_index import RowIndex
from .rows import parse_row

_SEGMENT_BYTES = 1 << 22
_WINDOW = 1 << 21  # bytes that are looked at together, and a run's longest length
_STRETCH = 1 << 16  # bytes that are looked at row by row where another series begins
_WHOLE = "if it is whole, add one"
_UNCLOSED = "a quote is opened and never closed"
_RECORD_LIMIT = 1 << 24  # bytes; a quote that is never closed would else read the whole file


class _Window:
    """Some bytes of a table, and what is counted in them without keeping other threads from running.

    Its memory is filled anew: making some for each window costs as much as looking at it.

    Attributes:
        size: how many bytes there are.
        length: how many up to the last line break.
        rows: line breaks among them.
        quotes: quotes among them.
    """

    def __init__(self) -> None:
        self._data = bytearray(_WINDOW)
        self._marks = np.frombuffer(self._data, np.uint8)
        self._found = np.empty(_WINDOW, np.bool_)
        self.size = self.length = self.rows = self.quotes = 0

    def fill(self, file: int, offset: int, size: int) -> None:
        """Read some bytes of an open file."""
        self.size = os.preadv(file, [memoryview(self._data)[:size]], offset)
        self.length = self._data.rfind(b"\n", 0, self.size) + 1
        self.rows, self.quotes = self._count("\n"), self._count('"')

    def _count(self, mark: str) -> int:
        found = np.equal(self._marks[: self.length], ord(mark), out=self._found[: self.length])
        return int(np.count_nonzero(found))

    def begins_with(self, prefix: bytes, near: int = 0) -> bool:
        """Tell whether the first row behind a byte begins with something; the very first if it is 0."""
        place = self._data.find(b"\n", near, self.length) + 1 if near else 0
        return self._data.startswith(prefix, place, self.length)

    def all_begin_with(self, prefix: bytes) -> bool:
        """Tell whether all rows do."""
        return self.begins_with(prefix) and self._data.count(b"\n" + prefix, 0, self.length) == self.rows - 1


class ScannedIndex(RowIndex):
    """Runs of neighbouring rows that begin with the same bytes.

    A run takes 48 bytes, so memory is bounded for tables as we write them; where every row is of another
    series it grows with them.

    Args:
        path: for error messages.
        stream: the table, unpacked, behind its header.
        separator: of the table.
        damage: if given, rows without names are noted there and left out.
        is_ours: whether every row was written with a line break at its end, the last one too.

    Raises:
        PackagerError: a row has no names, or was cut short.
    """

    def __init__(
        self,
        path: Path,
        stream: BinaryIO,
        separator: str,
        damage: Damage | None = None,
        *,
        is_ours: bool = False,
    ) -> None:
        super().__init__(path, separator)
        self._is_ours = is_ours
        self._damage = damage
        self._stream = stream
        self._offsets, self._lengths = array("q"), array("q")
        self._prefix = b""
        self._memory = [_Window() for _ in range(3)]
        self._scan()
        self._memory.clear()

    def segments(self) -> npt.NDArray[np.int64]:
        """Return the first run behind each so many bytes of rows."""
        starts = np.cumsum(self._lengths, dtype=np.int64) - self._lengths
        return np.flatnonzero(np.diff(starts // _SEGMENT_BYTES, prepend=-1))

    def extent(self, first: int, stop: int) -> tuple[int, int]:
        """Return where runs begin, and how many bytes there are up to the end of the last."""
        begin = self._offsets[first]
        return begin, self._offsets[stop - 1] + self._lengths[stop - 1] - begin

    def bounds(self, first: int, stop: int, data: bytes) -> Sequence[tuple[int, int]]:
        """Return where each run begins and ends; rows that are left out lie between."""
        begins = (offset - self._offsets[first] for offset in self._offsets[first:stop])
        return [
            (begin, begin + length) for begin, length in zip(begins, self._lengths[first:stop], strict=True)
        ]

    def _scan(self) -> None:
        offset, line, stretch, size = self._stream.tell(), 2, _STRETCH, _WINDOW
        with ThreadPoolExecutor(1) as reader:
            while True:
                with closing(self._windows(reader, offset, size)) as windows:
                    for window in windows:
                        if not self._is_one_series(window):
                            break
                        self._add(offset, window.length, window.rows, line)
                        offset, line, stretch = offset + window.length, line + window.rows, _STRETCH
                if not window.size:
                    return
                if size > _STRETCH and self._begins_alike(window):
                    size //= 2  # the series ends somewhere in there
                else:
                    offset, line = self._scan_rows(offset, line, offset + min(stretch, window.size))
                    stretch = min(2 * stretch, _WINDOW)  # many short series: looks at windows are in vain
                    size = _WINDOW

    def _windows(self, reader: Executor, offset: int, size: int) -> Generator[_Window, None, None]:
        """Yield window after window without end; the next are on their way while one is looked at."""
        free = cycle(self._memory)  # one is looked at, and at most two are waiting

        def following() -> _Window:
            nonlocal offset
            window = next(free)
            window.fill(self._stream.fileno(), offset, size)
            offset += window.length
            return window

        waiting = deque([reader.submit(following)])
        try:
            while True:
                window = waiting.popleft().result()
                if not waiting:
                    waiting.append(reader.submit(following))
                yield window
                waiting.append(reader.submit(following))
        finally:
            wait([future for future in waiting if not future.cancel()])

    def _is_one_series(self, window: _Window) -> bool:
        """Tell whether all rows begin like the last one before, and none has a quote of its own."""
        prefix = self._prefix
        if self._damage is not None or not prefix or b"\n" in prefix or not window.all_begin_with(prefix):
            return False
        return window.quotes == window.rows * prefix.count(b'"')

    def _begins_alike(self, window: _Window) -> bool:
        """Tell whether a stretch of rows may begin like the last one, as some of its rows do."""
        middle = min(window.length, _STRETCH) // 2
        return (
            self._damage is None
            and bool(self._prefix)
            and window.begins_with(self._prefix)
            and window.begins_with(self._prefix, middle)
        )

    def _scan_rows(self, offset: int, line: int, stop: int) -> tuple[int, int]:
        """Look at row after row until a byte; return where the next one begins."""
        self._stream.seek(offset)
        prefix = b""
        rows, lines_a_row, start, first = 0, 1, offset, line
        for record in self._records(line):
            if self._is_ours and not record.endswith(b"\n"):
                if rows:
                    self._add(start, offset - start, rows, first)
                self._lose(
                    self.error(line, "the row has no line break at its end: it may be cut short", _WHOLE)
                )
                return offset + len(record), line + 1
            if not prefix or not record.startswith(prefix):
                if rows:
                    self._add(start, offset - start, rows, first)
                prefix, rows, start, first = b"", 0, offset, line
                lines_a_row = record.count(b"\n") or 1
                if record.strip(b"\r\n"):  # a blank row, as some programs leave at the end, is none
                    prefix = self._start_run(record, line)
            if prefix and self._damage is not None and not self._is_good(record[len(prefix) :], line):
                if rows:
                    self._add(start, offset - start, rows, first)
                prefix, rows = b"", 0
            rows += bool(prefix)
            offset += len(record)
            line += lines_a_row
            if offset >= stop:
                break
        if rows:
            self._add(start, offset - start, rows, first)
        return offset, line

    def _start_run(self, record: bytes, line: int) -> bytes:
        """Begin with the series of a row; return what its rows begin with, nothing if it has no names."""
        try:
            key, prefix = self._parse_names(record, line)
        except PackagerError as error:
            self._lose(error)
            return b""
        self._prefix = prefix
        self._runs = self.runs.setdefault(key, array("q"))
        return prefix

    def _is_good(self, numbers: bytes, line: int) -> bool:
        """Tell whether the numbers of a row can be read; note it if not."""
        try:
            parse_row(numbers.rstrip(b"\r\n"), self.separator, self.path, line)
        except PackagerError as error:
            self._lose(error)
            return False
        return True

    def _lose(self, error: PackagerError) -> None:
        """Note a row that cannot be read.

        Raises:
            PackagerError: nothing is to be noted.
        """
        if self._damage is None:
            raise error
        self._damage.add(error)
        self._damage.points += 1

    def _add(self, offset: int, length: int, rows: int, line: int) -> None:
        self._runs.append(len(self.rows))
        self._offsets.append(offset)
        self._lengths.append(length)
        self.rows.append(rows)
        self.lines.append(line)

    def _records(self, line: int) -> Iterator[bytes]:
        # A record ends at a line break outside quotes, that is where the quotes so far are even in number.
        readline = self._stream.readline
        while record := readline(_RECORD_LIMIT):
            first, position = record, -1
            while record.count(b'"') & 1 and len(record) < _RECORD_LIMIT:
                position = self._stream.tell() if position < 0 else position
                rest = readline(_RECORD_LIMIT)
                if not rest:
                    if self._damage is None:
                        raise self.error(line, _UNCLOSED)
                    record = first
                    self._stream.seek(position)
                    break
                record += rest
            if len(record) >= _RECORD_LIMIT:
                raise self.error(line, f"the row is longer than {_RECORD_LIMIT} bytes")
            line += record.count(b"\n")
            yield record

    def _parse_names(self, record: bytes, line: int) -> tuple[SeriesKey, bytes]:
        match = self.names.match(record)
        if match is None and record.count(b'"') & 1:
            raise self.error(line, _UNCLOSED)
        if match is None:
            found = record.rstrip(b"\r\n").count(self.separator.encode()) + 1
            other = next((mark for mark in ",;\t|" if record.count(mark.encode()) >= len(COLUMNS) - 1), None)
            hint = f"the header separates by {self.separator!r}, and this row by {other!r}" if other else None
            raise self.error(line, f"{found} fields, and there are {len(COLUMNS)} columns", hint)
        try:
            context, metric, source, rank = (
                unescape_text(unquoted(field.decode("utf-8"))) for field in match.groups()
            )
        except UnicodeDecodeError as error:
            raise self.error(line, f"is no UTF-8: {error.reason}") from error
        if not re.fullmatch("[0-9]{1,10}", rank):
            raise self.error(line, f"the rank {rank[:60]!r} is no number")
        return (context, metric, source, int(rank)), match[0]
