"""The points of a metric from its store in the run directory; of a damaged one those that can be read."""

import os
from pathlib import Path

from ...errors import PackagerError
from ...metric_table import MetricSeries, series_from_points
from ...salvage import salvaged
from ...sources import ReadOptions
from ...stores.damage import Damage
from ...stores.foreign.csv_columns import CsvColumns
from ...stores.foreign.yprov4ml import (
    CSV_HEADER,
    SeriesNames,
    is_yprov4ml_csv,
    read_yprov4ml_series,
)
from ..counts import counted
from ..sources import open_source
from .reading import RankDocument

_TAIL = 1 << 16


def read_stored(
    source: RankDocument, path: Path, recorded: str, names: SeriesNames | None, subject: str
) -> tuple[MetricSeries | None, int]:
    """Return the series of a store, and how many of its points are known to be lost.

    What is damaged is noted in `source.lost`; a store of which nothing can be read has no series.

    Args:
        source: the document.
        path: of the store.
        recorded: what the document, or else the run directory, calls it.
        names: those of the series; by the store itself if None.
        subject: how notes call the metric.
    """
    is_torn = _ends_torn(path)
    reason = "its last row was not written to its end"
    if not is_torn:
        try:
            return _checked(read_yprov4ml_series(path, names)), 0
        except PackagerError as error:
            reason = error.message.replace(str(path), path.name)
    damage = Damage()
    try:
        with salvaged(path, ReadOptions(), damage=damage) as table:
            own = table.series[0]
            points = own.points()
    except (PackagerError, IndexError):
        every = f": all of its {counted(damage.points, 'point')} are lost" if damage.points else ""
        source.lost.append(f"the store {recorded} cannot be read ({reason}){every}")
        return None, damage.points
    lost = damage.points
    without_value = _row_count(path) - len(points) - lost
    if is_torn and len(points):
        points, lost = points[:-1], lost + 1
    if lost:
        are = "is" if lost == 1 else "are"
        source.lost.append(
            f"the store {recorded} is damaged ({reason}): {counted(lost, 'point')} of it {are} lost,"
            f" {len(points):,} came over"
        )
    if without_value > 0:  # yProv4ML writes None for what a computer has not, such as a GPU
        source.lost.append(f"{subject}: {counted(without_value, 'point')} without a value")
    if damage.times:
        timeless = counted(damage.times, "point")
        source.lost.append(f"the store {recorded}: {timeless} without a time, which is 0")
    chosen = names or SeriesNames(own.metric, own.context, own.source, own.rank)
    series = series_from_points(
        points, metric=chosen.metric, context=chosen.context, source=chosen.source, rank=chosen.rank
    )
    return series, lost


def _checked(series: MetricSeries) -> MetricSeries:
    """Read a series once and return it: damage shows here, where the rest of the run can still be imported.

    Raises:
        PackagerError: a part of it cannot be read.
    """
    for _ in series.chunks():
        pass
    return series


def _row_count(path: Path) -> int:
    """Return the number of rows of a CSV that can be read; 0 for any other store."""
    try:
        return CsvColumns(path).row_count if is_yprov4ml_csv(path) else 0
    except PackagerError:
        return 0


def _ends_torn(path: Path) -> bool:
    """Return whether the last row of a CSV was cut where its program was killed.

    It has no line break, and fewer cells, or fewer digits in its time, than the row before.
    """
    try:
        if not is_yprov4ml_csv(path):
            return False
        with open_source(path) as stream:
            size = os.fstat(stream.fileno()).st_size
            stream.seek(max(0, size - _TAIL))
            tail = stream.read(_TAIL)
        separator = CsvColumns(path).separator.encode()
    except (OSError, PackagerError):
        return False
    lines = tail.splitlines()
    if tail.endswith(b"\n") or len(lines) < 3:
        return False
    before, last = (line.strip().split(separator) for line in lines[-2:])
    return len(before) == len(CSV_HEADER) and (
        len(last) < len(before) or len(last[-1].strip()) < len(before[-1].strip())
    )
