"""Metric stores as CSV, written: one long table, series by series, and its metadata."""

import io
import os
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import polars

from ..atomic import atomic_file
from ..errors import PackagerError
from ..metric_table import CHUNK_POINTS, LONG, POINT_DTYPE, JoinedPoints, MetricSeries, MetricTable, Points
from .compressed import GZIP, ZSTD, compression_of, open_writer
from .csv_dialect import COLUMNS, checked_separator, quoted
from .csvw import metadata_path, write_metadata
from .kept import KeptText

_CHUNK_ROWS = 1 << 17
_NAN_BITS = np.array([np.nan]).view(np.uint64)[0]
_CODECS: Mapping[str | None, str] = {GZIP: "gzip", ZSTD: "zstd", None: "none"}
_LEVELS: Mapping[str | None, int] = {GZIP: 9, ZSTD: 22, None: 0}


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
        header = (separator.join(COLUMNS) + "\n").encode()
        if kept is not None and compression is None:
            _write_kept(kept, joined, header, rows, progress)
        else:
            with open_writer(temporary, compression, level) as stream, closing(_ahead(joined, 0)) as parts:
                stream.write(header)
                for part in parts:
                    rows.write(stream, part)
                    progress(len(part.points))
        if kept is not None and compression is None:
            os.replace(kept.path, temporary)
        write_metadata(table, path.name, separator, metadata)


def _check_codec(path: Path, compression: str | None, codec: str | None, level: int | None) -> None:
    said = _CODECS[compression]
    if codec not in (None, said):
        raise PackagerError(
            f"the name says {said} and the codec {codec}",
            path=path,
            hint="end the name of a CSV in .gz for gzip, in .zst for zstd, in .csv for none",
        )
    if level is not None and not 0 <= level <= _LEVELS[compression]:
        raise PackagerError(f"level {level} is not between 0 and {_LEVELS[compression]} ({said})", path=path)


def _write_kept(
    kept: KeptText, joined: JoinedPoints, header: bytes, rows: "_RowWriter", progress: Callable[[int], None]
) -> None:
    stream, done = kept.reopen()
    with stream, closing(_ahead(joined, done)) as parts:
        if stream.tell() == 0:
            stream.write(header)
        progress(done)
        for part in parts:
            rows.write(stream, part)
            done += len(part.points)
            kept.note(stream, done)
            progress(len(part.points))


@dataclass(frozen=True)
class _Rows:
    """Points, and the series among them with how many points each has."""

    points: Points
    spans: list[tuple[MetricSeries, int, int]]


def _ahead(joined: JoinedPoints, first: int) -> Generator[_Rows]:
    """Yield points from `first` on; the next ones are read while the caller writes."""

    def read(start: int) -> _Rows:
        stop = min(start + _CHUNK_ROWS, joined.count)
        return _Rows(joined.read(start, stop), list(joined.spans(start, stop)))

    starts = range(first, joined.count, _CHUNK_ROWS)
    with ThreadPoolExecutor(1) as reader:  # one: readers are not made for several
        waiting = [reader.submit(read, start) for start in starts[:1]]
        for start in starts[1:]:
            rows = waiting.pop().result()
            waiting.append(reader.submit(read, start))
            yield rows
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
    """Writes rows."""

    def __init__(self, separator: str) -> None:
        self._separator = separator

    def write(self, stream: BinaryIO, rows: _Rows) -> None:
        """Append rows to a table."""
        points, spans = rows.points, rows.spans
        names = [_names(series, self._separator) for series, _, _ in spans]
        counts = [last - first for _, first, last in spans]
        frame = polars.DataFrame(
            {
                "names": polars.Series(names, dtype=polars.String).gather(
                    np.repeat(np.arange(len(spans)), counts)
                ),
                **{name: np.ascontiguousarray(points[name]) for name in POINT_DTYPE.names or ()},
            }
        )
        if np.isfinite(points["value"]).all():
            _write_frame(frame, stream, self._separator)
            return
        sink = io.BytesIO()
        _write_frame(frame, sink, self._separator)
        # XML Schema 1.1 part 2, section 3.3.5.2: the lexical forms of a double.
        stream.write(sink.getvalue().replace(b"inf\n", b"INF\n"))


def _write_frame(frame: polars.DataFrame, sink: BinaryIO, separator: str) -> None:
    # The names are quoted already, and no number needs it.
    frame.write_csv(
        sink, include_header=False, separator=separator, line_terminator="\n", quote_style="never"
    )


def _names(series: MetricSeries, separator: str) -> str:
    names = [quoted(name, separator) for name in (series.context, series.metric, series.source)]
    return separator.join([*names, str(series.rank)])
