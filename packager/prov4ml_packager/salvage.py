"""What can still be read of a damaged source, and exactly how much could not."""

import shutil
import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .errors import PackagerError, ScratchError
from .metric_table import CHUNK_POINTS, MetricSeries, MetricTable, Points
from .reader.scratch import scratch_folder, writing_scratch
from .sources import ReadOptions, is_our_store, open_source
from .stores import detect_format, open_store
from .stores.damage import Damage
from .stores.formats import is_zarr_directory
from .stores.spool import PointSpool

_HDF5 = b"\x89HDF\r\n\x1a\n"


@contextmanager
def salvaged(
    path: Path,
    options: ReadOptions,
    note: Callable[[str], None] = lambda text: None,
    damage: Damage | None = None,
) -> Iterator[MetricTable]:
    """Open a damaged source: every point that can be read is, once, into a temporary file.

    A point is lost with its value or its step; where its time alone is lost, the time is 0. What is lost of a
    CSV is a row, of Zarr and NetCDF a chunk.

    Args:
        path: a source, see `open_source`.
        options: how it is read.
        note: is told each place that is damaged, and how many points are lost.
        damage: takes the same, where a caller wants to word it himself.

    Raises:
        PackagerError: nothing can be read at all.
        ScratchError: there is no room for the points.
    """
    damage = damage or Damage()
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="prov4ml-", dir=scratch_folder())
        folder = Path(stack.enter_context(temporary))
        table = stack.enter_context(_open(path, options, note, damage, folder))
        spool = stack.enter_context(PointSpool(folder))
        for series in table.series:
            key = (series.context, series.metric, series.source, series.rank)
            spool.declare(key, series.unit)
            for points in _readable(series, damage):
                spool.extend(key, points)
        result = spool.table(dict(table.attributes))
        for line in damage.lines():
            note(line)
        if damage.points and not result.point_count:
            raise PackagerError(f"all of its {damage.points:,} points are lost", path=path)
        if damage.points or damage.places:
            total = result.point_count + damage.points
            note(f"{path}: {damage.points:,} of {total:,} points are lost, {result.point_count:,} were read")
        if damage.times:
            note(f"{path}: {damage.times:,} points have lost their time, which is written as 0")
        yield result


@contextmanager
def _open(
    path: Path, options: ReadOptions, note: Callable[[str], None], damage: Damage, folder: Path
) -> Iterator[MetricTable]:
    is_store = path.is_file() or is_zarr_directory(path)
    if not is_store or options.columns is not None or not is_our_store(path):
        with open_source(path, options, note, damage) as table:
            yield table
        return
    if detect_format(path) == "netcdf":
        path = _padded(path, folder, damage)
    with open_store(path, separator=options.separator, damage=damage) as table:
        yield table


def _padded(path: Path, folder: Path, damage: Damage) -> Path:
    """Return a file that HDF5 opens: one that was cut short is copied and filled up with zeros.

    HDF5 refuses a file that is shorter than its superblock says (HDF5 File Format Specification 3.0, section
    II.A). The chunks in the part that is gone then fail by their checksums, and the others are read.
    """
    with path.open("rb") as stream:
        head = stream.read(48)
    size = path.stat().st_size
    if not head.startswith(_HDF5) or len(head) < 48 or head[8] < 2 or head[9] != 8:
        return path
    (end,) = struct.unpack_from("<Q", head, 28)
    if not size < end < 1 << 60:
        return path
    damage.add(f"{path}: is cut short: {size:,} of {end:,} bytes are there")
    copy = folder / path.name
    with writing_scratch():
        shutil.copyfile(path, copy)
        with copy.open("r+b") as stream:
            stream.truncate(end)
    return copy


def _readable(series: MetricSeries, damage: Damage) -> Iterator[Points]:
    for start in range(0, series.count, CHUNK_POINTS):
        yield from _pieces(series, start, min(start + CHUNK_POINTS, series.count), damage)


def _pieces(series: MetricSeries, start: int, stop: int, damage: Damage) -> Iterator[Points]:
    """Yield what can be read of the points `start` to `stop`, which span two chunks at most.

    Halves are tried until the place is found. A part of which both ends and the middle fail is a chunk that
    is gone, and is not tried any further.
    """
    try:
        yield series.read(start, stop)
        return
    except ScratchError:
        raise
    except PackagerError as error:
        damage.add(error)
    if stop - start == 1 or _all_fails(series, start, stop):
        damage.points += stop - start
        return
    middle = (start + stop) // 2
    yield from _pieces(series, start, middle, damage)
    yield from _pieces(series, middle, stop, damage)


def _all_fails(series: MetricSeries, start: int, stop: int) -> bool:
    """Tell whether the first, the last and the middle point fail."""
    for place in (start, (start + stop) // 2, stop - 1):
        try:
            series.read(place, place + 1)
        except ScratchError:
            raise
        except PackagerError:
            continue
        return False
    return True
