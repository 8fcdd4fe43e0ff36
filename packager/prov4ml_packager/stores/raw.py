"""Run directories made of a metric table: the way back from a store (docs/run-directory.md)."""

import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prov4ml.rundir import FORMAT_VERSION, rank_directory

from ..atomic import atomic_directory
from ..errors import PackagerError
from ..metric_table import MetricSeries, MetricTable
from ..raw_writer import write_journal, write_points, write_run_file
from .attributes import Attribute, checked_table

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_STATUSES = ("finished", "failed", "unfinished")
_RANKS_WITHOUT_METRICS = 4096  # a store is untrusted, and its world size makes folders


@dataclass(frozen=True)
class _Identity:
    """What the attributes of a store say of its run; what they do not say is made up once."""

    uuid: str
    experiment: str
    run_id: str
    user_namespace: str | None
    world_size: int | None
    collect_all_processes: bool | None
    status: str
    created: int | None
    start: int | None
    end: int | None
    logger_version: str


def _identity(attributes: Mapping[str, Attribute], target: Path) -> _Identity:
    def text(name: str) -> str | None:
        value = attributes.get(name)
        return value if isinstance(value, str) else None

    def integer(name: str) -> int | None:
        value = attributes.get(name)
        return value if type(value) is int else None

    def time(name: str) -> int | None:
        value = integer(name)
        return value if value is not None and value >= 0 else None

    name, _, number = target.name.rpartition("_")
    known = text("run_uuid") or ""
    status = text("status")
    world_size = integer("world_size")
    collect_all = attributes.get("collect_all_processes")
    return _Identity(
        uuid=known if _UUID.fullmatch(known) else str(uuid.uuid4()),
        experiment=text("experiment") or name or target.name,
        run_id=text("run_id") or number,
        user_namespace=text("user_namespace"),
        world_size=world_size if world_size and world_size > 0 else None,
        collect_all_processes=collect_all if isinstance(collect_all, bool) else None,
        status=status if status in _STATUSES else "finished",
        created=time("created"),
        start=time("start"),
        end=time("end"),
        logger_version=text("logger_version") or "unknown",
    )


def write_raw(
    table: MetricTable, target: Path, *, progress: Callable[[int], None], kept: Path | None = None
) -> None:
    """Write a table as a run directory with one `rank_N` for each rank.

    The run keeps the identity that the store's attributes carry; without them it gets a new UUID, the name
    of the directory as experiment, and its first and last point as start and end. Points of a rank are
    written series by series: stores do not keep in which order different series were logged.

    Args:
        table: the series.
        target: the run directory.
        progress: called with the number of points just written.
        kept: a folder for what is done already, of this table and no other: a call that was killed is gone
            on with from there.

    Raises:
        PackagerError: `target` exists and is not empty; a run is never overwritten.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise PackagerError(
            "exists already, and a run is never overwritten", path=target, hint="choose another name"
        )
    table = checked_table(table)
    identity = _identity(table.attributes, target)
    ranks: dict[int, list[MetricSeries]] = {}
    for series in table.series:
        ranks.setdefault(series.rank, []).append(series)
    collect_all = identity.collect_all_processes
    if collect_all is None:
        collect_all = set(ranks) > {0} or (bool(ranks) and 0 not in ranks)
    for rank in _silent_ranks(identity, collect_all, ranks):
        ranks.setdefault(rank, [])
    try:
        with atomic_directory(target) as directory:
            spans = [
                _write_rank(directory, rank, series, identity, progress, kept)
                for rank, series in sorted(ranks.items())
            ]
            created = identity.created if identity.created is not None else min(start for start, _ in spans)
            write_run_file(
                directory,
                uuid=identity.uuid,
                experiment=identity.experiment,
                run_id=identity.run_id,
                created=created,
                user_namespace=identity.user_namespace,
                world_size=identity.world_size,
                collect_all_processes=collect_all,
                logger=("prov4ml", identity.logger_version),
            )
    except OSError as error:
        raise PackagerError(f"cannot be written: {error.strerror or error}", path=target) from error


def _silent_ranks(identity: _Identity, collect_all: bool, ranks: Iterable[int]) -> Iterable[int]:
    """Return the ranks that have no metric and still belong to the run: a finished one has them all."""
    size = identity.world_size or 1
    if collect_all and identity.status == "finished" and size <= _RANKS_WITHOUT_METRICS:
        return range(size)
    return () if any(True for _ in ranks) else (0,)


def _write_rank(
    directory: Path,
    rank: int,
    series: list[MetricSeries],
    identity: _Identity,
    progress: Callable[[int], None],
    kept: Path | None,
) -> tuple[int, int]:
    """Write one rank; return when it started and ended."""
    folder = directory / rank_directory(rank)
    folder.mkdir()
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
    points = kept / f"{folder.name}.bin" if kept is not None else None
    spans = [span for span in write_points(folder, series, progress, points) if span is not None]
    first = min((span[0] for span in spans), default=identity.created or 0)
    start = identity.start if identity.start is not None else max(0, first)
    last = max((span[1] for span in spans), default=start)
    end = max(start, identity.end if identity.end is not None else last)
    write_journal(folder, _events(rank, series, identity, start, end))
    return start, end


def _events(
    rank: int, series: list[MetricSeries], identity: _Identity, start: int, end: int
) -> Iterable[dict[str, Any]]:
    yield {
        "event": "rank_start", "time": start, "format_version": FORMAT_VERSION, "rank": rank,
        "world_size": identity.world_size, "host": None, "pid": None, "user": None, "launcher": None,
        "python": {}, "platform": {}, "cpu_count": None, "devices": [], "packages": {}, "git": None,
        "script": None, "command": [],
    }  # fmt: skip
    for context in dict.fromkeys(one.context for one in series):
        if context is not None:
            yield {"event": "context", "time": start, "name": context, "parent": None}
    for number, one in enumerate(series, start=1):
        yield {
            "event": "series", "time": start, "number": number, "key": one.metric, "context": one.context,
            "source": one.source, "unit": one.unit,
        }  # fmt: skip
    yield {
        "event": "run_end", "time": end, "status": identity.status, "error": None, "ended_by": "end_run",
        "points": sum(one.count for one in series), "points_lost": 0,
    }  # fmt: skip
