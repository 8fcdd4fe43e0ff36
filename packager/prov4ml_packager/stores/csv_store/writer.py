"""Metric stores as CSV, written: one long table, series by series, and its metadata."""

import io
import os
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import google_crc32c
import numpy as np
import polars

from ...atomic import atomic_file
from ...errors import PackagerError
from ...metric_table import CHUNK_POINTS, LONG, POINT_DTYPE, JoinedPoints, MetricSeries, MetricTable
from ..compressed import GZIP, ZSTD, compression_of, open_writer
from .csvw import Block, metadata_path, write_metadata
from .dialect import COLUMNS, checked_separator, row_prefix
from .kept_text import KeptText

_CHUNK_ROWS = 1 << 16
_NAN_BITS = np.array([np.nan]).view(np.uint64)[0]
_CODECS: Mapping[str | None, str] = {GZIP: "gzip", ZSTD: "zstd", None: "none"}
_LEVELS: Mapping[str, int] = {GZIP: 9, ZSTD: 22}


def write_csv(
    table: MetricTable,
    path: Path,
    *,
    separator: str,
    codec: str | None,
    level: int | None,
    progress: Callable[[int], None],
    note: Callable[[str], None],
    kept: KeptText | None = None,
) -> None:
    """Write a checked table as CSV in UTF-8, lines ending in LF, and `<name>-metadata.json` beside it.

    Values are written in the shortest form that reads back to the same 64 bits; of a NaN only that it is
    one, for a CSV has no form for its sign and payload: the values are read once more to note how many lose
    them before anything is written. A name that ends in `.gz` or `.zst` is compressed.

    Raises:
        PackagerError: the separator cannot be one, or the codec is not what the name says.
    """
    checked_separator(separator)
    compression = compression_of(path.name)
    _check_codec(path, compression, codec, level)
    lossy = sum(_lossy_count(series) for series in table.series)
    if lossy:
        note(f"a CSV has one NaN: the sign and payload of {lossy:,} of them are not kept")
    joined = JoinedPoints(table.series)
    rows = _RowWriter(separator)
    with atomic_file(path) as temporary, atomic_file(metadata_path(path)) as metadata:
        if kept is not None and compression is None:
            blocks = _write_kept(kept, joined, rows, progress)
            os.replace(kept.path, temporary)
        else:
            with (
                open_writer(temporary, compression, level) as stream,
                closing(_ahead(joined, 0, rows)) as parts,
            ):
                rows.write_header(stream)
                blocks = []
                for part in parts:
                    blocks.append(rows.write(stream, part))
                    progress(part.frame.height)
        write_metadata(table, path.name, separator, blocks, metadata)


def _check_codec(path: Path, compression: str | None, codec: str | None, level: int | None) -> None:
    said = _CODECS[compression]
    endings = "end the name of a CSV in .gz for gzip, in .zst for zstd, in .csv for none"
    if codec not in (None, said):
        raise PackagerError(f"the name says {said} and the codec {codec}", path=path, hint=endings)
    if level is None:
        return
    if compression is None:
        raise PackagerError(f"there is a level, {level}, and no compression", path=path, hint=endings)
    if not 0 <= level <= _LEVELS[compression]:
        raise PackagerError(f"level {level} is not between 0 and {_LEVELS[compression]} ({said})", path=path)


def _write_kept(
    kept: KeptText, joined: JoinedPoints, rows: "_RowWriter", progress: Callable[[int], None]
) -> list[Block]:
    stream, blocks = kept.reopen()
    done = sum(block.rows for block in blocks)
    with stream, closing(_ahead(joined, done, rows)) as parts:
        if not blocks:
            blocks.append(rows.write_header(stream))
            kept.note(stream, blocks[0])
        progress(done)
        for part in parts:
            blocks.append(rows.write(stream, part))
            kept.note(stream, blocks[-1])
            progress(part.frame.height)
    return blocks[1:]


@dataclass(frozen=True)
class _Rows:
    """Rows to be written.

    Attributes:
        frame: their columns, those of the names as one.
        is_finite: whether all values are.
    """

    frame: polars.DataFrame
    is_finite: bool


def _ahead(joined: JoinedPoints, first: int, rows: "_RowWriter") -> Generator[_Rows]:
    """Yield rows from `first` on; the next ones are made while the caller writes."""

    def make(start: int) -> _Rows:
        return rows.make(joined, start, min(start + _CHUNK_ROWS, joined.count))

    starts = range(first, joined.count, _CHUNK_ROWS)
    with ThreadPoolExecutor(1) as maker:  # one: readers are not made for several
        waiting = [maker.submit(make, start) for start in starts[:1]]
        for start in starts[1:]:
            made = waiting.pop().result()
            waiting.append(maker.submit(make, start))
            yield made
        for last in waiting:
            yield last.result()


def _lossy_count(series: MetricSeries) -> int:
    """Return how many values are a NaN with another sign or payload than the one that is read back."""
    if series.one_nan:
        return 0
    lossy = 0
    for start in range(0, series.count, CHUNK_POINTS):
        stop = min(start + CHUNK_POINTS, series.count)
        if series.column is not None and stop - start >= LONG:
            values = series.column("value", start, stop)
        else:
            values = series.read(start, stop)["value"]
        is_nan = np.isnan(values)
        if is_nan.any():
            lossy += int(np.count_nonzero(values[is_nan].view(np.uint64) != _NAN_BITS))
    return lossy


class _RowWriter:
    """Writes the header and rows."""

    def __init__(self, separator: str) -> None:
        self._separator = separator

    def write_header(self, stream: BinaryIO) -> Block:
        """Begin a table."""
        text = _Text(stream)
        text.write((self._separator.join(COLUMNS) + "\n").encode())
        return text.block(0)

    def make(self, joined: JoinedPoints, start: int, stop: int) -> _Rows:
        """Return the rows from one place to another."""
        points = joined.read(start, stop)
        columns = {name: np.ascontiguousarray(points[name]) for name in POINT_DTYPE.names or ()}
        names = self._names(list(joined.spans(start, stop)))
        return _Rows(polars.DataFrame({"names": names, **columns}), bool(np.isfinite(columns["value"]).all()))

    def write(self, stream: BinaryIO, rows: _Rows) -> Block:
        """Append rows to a table."""
        text = _Text(stream)
        if rows.is_finite:
            self._write_frame(rows.frame, cast(BinaryIO, text))
        else:
            rewritten = io.BytesIO()
            self._write_frame(rows.frame, rewritten)
            # XML Schema 1.1 part 2, section 3.3.5.2: the lexical forms of a double.
            text.write(rewritten.getvalue().replace(b"inf\n", b"INF\n"))
        return text.block(rows.frame.height)

    def _names(self, spans: list[tuple[MetricSeries, int, int]]) -> polars.Series:
        prefixes = [row_prefix(*series.identity, self._separator) for series, _, _ in spans]
        names = polars.Series(
            [prefix.removesuffix(self._separator) for prefix in prefixes], dtype=polars.String
        )
        counts = [last - first for _, first, last in spans]
        if len(names) == 1:
            return names.new_from_index(0, counts[0])
        return names.gather(np.repeat(np.arange(len(names)), counts))

    def _write_frame(self, frame: polars.DataFrame, sink: BinaryIO) -> None:
        # The names are quoted already, and no number needs it.
        frame.write_csv(
            sink, include_header=False, separator=self._separator, line_terminator="\n", quote_style="never"
        )


class _Text(io.BufferedIOBase):
    """Passes on what is written, and notes how much it is and its checksum."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._length = self._checksum = 0

    def writable(self) -> bool:
        """Return true."""
        return True

    def write(self, data: Any) -> int:
        """Write bytes."""
        self._checksum = google_crc32c.extend(self._checksum, data)
        self._length += len(data)
        return self._stream.write(data)

    def block(self, rows: int) -> Block:
        """Return the block that was written."""
        return Block(rows, self._length, self._checksum)
