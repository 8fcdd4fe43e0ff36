"""Metric stores as CSV, written: one long table, series by series, and its metadata."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..atomic import atomic_file
from ..metric_table import MetricSeries, MetricTable, Points
from .csv_dialect import COLUMNS, checked_separator, quoted
from .csvw import metadata_path, write_metadata

_SPECIAL = {"nan": "NaN", "inf": "INF", "-inf": "-INF"}  # XML Schema 1.1 part 2, section 3.3.5.2: double
_CHUNK_ROWS = 1 << 13  # a row takes ten times the memory of a point while it is made


def write_csv(table: MetricTable, path: Path, *, separator: str, progress: Callable[[int], None]) -> None:
    """Write a checked table as CSV in UTF-8, lines ending in LF, and `<name>-metadata.json` beside it.

    Values are written in the shortest form that reads back to the same 64 bits; of a NaN only that it is
    one, for a CSV has no form for its sign and payload.

    Raises:
        PackagerError: the separator cannot be one.
    """
    checked_separator(separator)
    with atomic_file(path) as temporary, atomic_file(metadata_path(path)) as metadata:
        with temporary.open("w", encoding="utf-8", newline="") as stream:
            stream.write(separator.join(COLUMNS) + "\n")
            for series in table.series:
                row = _row_template(series, separator)
                for points in series.chunks(_CHUNK_ROWS):
                    stream.write(_rows(row, points))
                    progress(len(points))
        write_metadata(table, path.name, separator, metadata)


def _row_template(series: MetricSeries, separator: str) -> str:
    names = [quoted(name, separator) for name in (series.context, series.metric, series.source)]
    start = separator.join([*names, str(series.rank), ""])
    mark = separator.replace("%", "%%")
    return start.replace("%", "%%") + f"%d{mark}%d{mark}%s\n"


def _rows(template: str, points: Points) -> str:
    values = points["value"]
    texts = [repr(value) for value in values.tolist()]
    if not np.isfinite(values).all():
        texts = [_SPECIAL.get(text, text) for text in texts]
    cells = zip(points["step"].tolist(), points["time"].tolist(), texts, strict=True)
    return "".join(map(template.__mod__, cells))
