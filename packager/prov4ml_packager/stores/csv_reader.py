"""Metric stores as CSV, read: one pass finds where each series lies, points are parsed on demand."""

import re
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from ..errors import PackagerError
from ..metric_table import POINT_DTYPE, MetricSeries, MetricTable, Points
from ..text import unescape_text
from .attributes import checked_table
from .csv_dialect import COLUMNS, checked_separator, names_pattern, unquoted
from .csv_rows import parse_rows
from .csvw import SeriesKey, TableMetadata, metadata_path, read_metadata

_BOM = b"\xef\xbb\xbf"
_BLOCK_ROWS = 1 << 13
_RECORD_LIMIT = 1 << 24  # bytes; a quote that is never closed would else read the whole file


@contextmanager
def open_csv(path: Path, *, separator: str | None = None) -> Iterator[MetricTable]:
    """Open a CSV store, with or without its metadata, as a table whose points are read on demand.

    Rows of a series need not lie together. The index takes 32 bytes for each run of rows of one series, so
    memory is bounded for tables as we write them; where every row is of another series it grows with them.

    Args:
        path: the table, in UTF-8, with LF or CRLF.
        separator: the one that the header must have; any if None.

    Raises:
        PackagerError: the header is another one, a row has no names, the table has not the rows that its
            metadata says; or, when points are read, a row has too many fields or one is no number.
    """
    if separator is not None:
        checked_separator(separator)
    metadata = read_metadata(path)
    with path.open("rb") as stream:
        index = _CsvIndex(path, stream, separator)
        if metadata.rows is not None and metadata.rows != index.row_count:
            raise PackagerError(
                f"{index.row_count} rows are there, and {metadata.rows} were written",
                path=path,
                hint=f"if that is meant, delete {metadata_path(path).name}",
            )
        yield checked_table(MetricTable(tuple(index.series(metadata)), metadata.attributes), path)


class _Runs:
    """Where the rows of one series lie: runs of neighbouring rows that begin with the same bytes."""

    def __init__(self) -> None:
        self.offsets = array("q")
        self.lengths = array("q")
        self.rows = array("q")
        self.lines = array("q")

    def start(self, offset: int, line: int) -> None:
        self.offsets.append(offset)
        self.lines.append(line)

    def end(self, rows: int, offset: int) -> None:
        self.rows.append(rows)
        self.lengths.append(offset - self.offsets[-1])


class _CsvIndex:
    """Finds the runs of every series in one pass, and reads them."""

    def __init__(self, path: Path, stream: BinaryIO, separator: str | None) -> None:
        self._path = path
        self._stream = stream
        self._separator = self._check_header(separator)
        self._names = names_pattern(self._separator)
        self._runs: dict[SeriesKey, _Runs] = {}
        self._parsed: tuple[int, Points] = (-1, np.empty(0, POINT_DTYPE))
        self._line = 2
        self._scan()
        self.row_count = sum(sum(runs.rows) for runs in self._runs.values())

    def _check_header(self, separator: str | None) -> str:
        header = self._stream.readline(1 << 10).removeprefix(_BOM).decode("utf-8", "replace").rstrip("\r\n")
        bare = header.replace('"', "")
        found = separator or bare[len(COLUMNS[0]) : len(COLUMNS[0]) + 1]
        if bare.split(found or ",") != list(COLUMNS):
            expected = (separator or ",").join(COLUMNS)
            raise self._error(
                1,
                f"the header is {header[:100]!r} and not {expected!r}",
                "keep these columns and no others, in this order, with any one separator",
            )
        return checked_separator(found)

    def _error(self, line: int, message: str, hint: str | None = None) -> PackagerError:
        return PackagerError(message, path=self._path, place=f"line {line}", hint=hint)

    def _records(self) -> Iterator[bytes]:
        # A record ends at a line break outside quotes, that is where the quotes so far are even in number.
        readline = self._stream.readline
        while record := readline(_RECORD_LIMIT):
            while record.count(b'"') & 1 and len(record) < _RECORD_LIMIT:
                rest = readline(_RECORD_LIMIT)
                if not rest:
                    raise self._error(self._line, "a quote is opened and never closed")
                record += rest
            if len(record) >= _RECORD_LIMIT:
                raise self._error(self._line, f"the row is longer than {_RECORD_LIMIT} bytes")
            yield record

    def _scan(self) -> None:
        offset = self._stream.tell()
        runs: _Runs | None = None
        prefix, rows, lines_a_row = b"", 0, 1
        for record in self._records():
            if runs is None or rows == _BLOCK_ROWS or not record.startswith(prefix):
                if runs is not None:
                    runs.end(rows, offset)
                runs, rows, lines_a_row = None, 0, record.count(b"\n") or 1
                if record.strip(b"\r\n"):  # a blank row, as some programs leave at the end, is none
                    key, prefix = self._parse_names(record)
                    runs = self._runs.setdefault(key, _Runs())
                    runs.start(offset, self._line)
            rows += 1
            offset += len(record)
            self._line += lines_a_row
        if runs is not None:
            runs.end(rows, offset)

    def _parse_names(self, record: bytes) -> tuple[SeriesKey, bytes]:
        line = self._line
        match = self._names.match(record)
        if match is None:
            found = record.rstrip(b"\r\n").count(self._separator.encode()) + 1
            raise self._error(line, f"{found} fields, and there are {len(COLUMNS)} columns")
        try:
            context, metric, source, rank = (
                unescape_text(unquoted(field.decode("utf-8"))) for field in match.groups()
            )
        except UnicodeDecodeError as error:
            raise self._error(line, f"is no UTF-8: {error.reason}") from error
        if not re.fullmatch("[0-9]{1,10}", rank):
            raise self._error(line, f"the rank {rank[:60]!r} is no number")
        return (context, metric, source, int(rank)), match[0]

    def series(self, metadata: TableMetadata) -> Iterator[MetricSeries]:
        """Yield every series that has rows, and those of which the metadata says that they have none."""
        for key in {**self._runs, **dict.fromkeys(metadata.empty)}:
            context, metric, source, rank = key
            runs = self._runs.get(key) or _Runs()
            yield MetricSeries(
                context or None,
                metric,
                source or None,
                rank,
                metadata.units.get(key),
                sum(runs.rows),
                self._reader(runs),
            )

    def _reader(self, runs: _Runs) -> Callable[[int, int], Points]:
        ends: npt.NDArray[np.int64] | None = None

        def read(start: int, stop: int) -> Points:
            nonlocal ends
            if ends is None:
                ends = np.cumsum(np.frombuffer(runs.rows, np.int64)) if runs.rows else np.empty(0, np.int64)
            parts = []
            start, stop, _ = slice(start, stop).indices(int(ends[-1]) if len(ends) else 0)
            number = int(np.searchsorted(ends, start, side="right"))
            while start < stop:
                first = int(ends[number]) - runs.rows[number]
                part = self._run(runs, number)[start - first : stop - first]
                parts.append(part)
                start += len(part)
                number += 1
            return np.concatenate(parts) if parts else np.empty(0, POINT_DTYPE)

        return read

    def _run(self, runs: _Runs, number: int) -> Points:
        offset = runs.offsets[number]
        if self._parsed[0] != offset:
            self._parsed = (offset, self._parse_run(runs, number))
        return self._parsed[1]

    def _parse_run(self, runs: _Runs, number: int) -> Points:
        line = runs.lines[number]
        self._stream.seek(runs.offsets[number])
        data = self._stream.read(runs.lengths[number])
        match = self._names.match(data)
        if match is None:
            raise self._error(line, "the file was changed while it was read")
        lines_a_row = 1 + match[0].count(b"\n")
        data = data.replace(b"\r\n", b"\n").removesuffix(b"\n")
        prefix = b"\n" + match[0].replace(b"\r\n", b"\n")
        rows = (b"\n" + data).replace(prefix, b"\n").split(b"\n")[1:]
        if len(rows) != runs.rows[number]:
            raise self._error(line, "a number has a line break in it, here or below")
        return parse_rows(
            rows, self._separator, self._path, range(line, line + len(rows) * lines_a_row, lines_a_row)
        )
