"""`read_run`: one run directory, all ranks merged, however it ended."""

from pathlib import Path

from prov4ml.rundir import METRICS_FILE, RUN_FILE, rank_directory

from ..errors import PackagerError
from ..find_runs import refuse_crate
from ..record import RankRecord, RunRecord
from .contexts import build_contexts
from .events import Collected
from .journal import Event, in_order_logged, read_journal
from .metrics import MEMORY_POINTS, RankSeries, read_series, to_table
from .problems import Problems
from .ranks import expected_ranks, rank_folders, read_rank, run_status
from .run_file import read_run_file, store_attributes

_NOT_A_WARNING = "carbon"
"""Cause that the logger notes at the start of every run without codecarbon, asked for or not; a call that
then needed codecarbon has a cause of its own."""


def read_run(directory: Path, *, memory_points: int = MEMORY_POINTS) -> RunRecord:
    """Read a run directory; nothing in it is changed, followed or executed.

    A killed run is as readable as a finished one. Torn ends, holes of zeros, damaged lines, undeclared series
    and files that lie outside the directory are dropped, each with a line in `warnings`. Points are read when
    they are asked for: up to `memory_points` of them from memory, more from a temporary file that is gone
    with the record, so that memory stays bounded.

    Args:
        directory: the folder that `start_run` made.
        memory_points: largest number of points that are partitioned in memory.

    Raises:
        PackagerError: the directory cannot be read, `run.json` is missing or damaged, or a newer version
            wrote it.
    """
    run_file = read_run_file(directory)
    problems = Problems()
    try:
        folders = rank_folders(directory, problems)
    except OSError as error:
        raise PackagerError(f"cannot be read ({error.strerror or error})", path=directory) from error
    if not folders:
        refuse_crate(directory)
    journals = {
        rank: (folder, read_journal(folder, rank, run_file.created, problems))
        for rank, folder in folders.items()
    }
    ranks = tuple(
        read_rank(rank, journal, run_file.created, problems) for rank, (_, journal) in journals.items()
    )
    expected = expected_ranks(run_file.collect_all_processes, run_file.world_size, list(folders))
    missing = [rank for rank in expected if rank not in folders]
    if missing:
        shown = ", ".join(map(str, missing[:10])) + (", …" if len(missing) > 10 else "")
        problems.add(RUN_FILE, f"{len(missing)} of {len(expected)} ranks are missing: {shown}")
    status, run_error = run_status(ranks, expected)

    collected = Collected(directory, problems)
    events = in_order_logged([journal for _, journal in journals.values()])
    for event in events:
        collected.add(event)
    start = min(collected.started or [rank.start for rank in ranks] or [run_file.created])
    series = read_series(journals, start, problems, memory_points)
    _check_counts(series, journals, problems)
    for one in series:
        for context, first, last in one.context_times():
            collected.mention(context, first)
            collected.mention(context, last)
    killed = not ranks or any(rank.end is None for rank in ranks)
    end = max(start, _last_sign(events, series, start) if killed else _end(collected, ranks))
    return RunRecord(
        directory=directory,
        uuid=run_file.uuid,
        experiment=run_file.experiment,
        run_id=run_file.run_id,
        user_namespace=run_file.user_namespace,
        created=run_file.created,
        start=start,
        end=end,
        status=status,
        error=run_error,
        world_size=run_file.world_size,
        collect_all_processes=run_file.collect_all_processes,
        options=run_file.options,
        logger_version=run_file.logger_version,
        ranks=ranks,
        metrics=to_table(series, store_attributes(run_file, status, start, end)),
        contexts=build_contexts(collected.contexts, collected.seen, start, end, problems),
        parameters=tuple(collected.parameters.values()),
        artifacts=tuple(collected.artifacts),
        models=tuple(collected.models),
        model_versions=tuple(collected.model_versions.values()),
        datasets=tuple(collected.datasets),
        ports=tuple(collected.ports),
        source_code=tuple(collected.source_code),
        commands=tuple(collected.commands),
        final_metrics=tuple(collected.final_metrics),
        warnings=(*_logged_warnings(collected, several=len(ranks) > 1), *problems.lines()),
        name=run_file.name,
        logger_name=run_file.logger_name,
        tags=dict(collected.tags),
        imported=collected.imported,
    )


def _end(collected: Collected, ranks: tuple[RankRecord, ...]) -> int:
    return max(collected.ended or [rank.end for rank in ranks if rank.end is not None])


def _last_sign(events: list[Event], series: list[RankSeries], start: int) -> int:
    """Return the last time anything was written. File times are not asked: a copy has others."""
    points = (one.last_time() for one in series)
    return max(
        max((event.time for event in events), default=start),
        max((time for time in points if time), default=start),
    )


def _check_counts(
    series: list[RankSeries], journals: dict[int, tuple[Path, list[Event]]], problems: Problems
) -> None:
    """Report ranks of which fewer points are there than their last line says were written."""
    for one in series:
        ends = (event.data for event in reversed(journals[one.rank][1]) if event.name == "run_end")
        last = next(ends, {})
        logged, lost = last.get("points"), last.get("points_lost", 0)
        if isinstance(logged, int) and isinstance(lost, int) and one.points.total < logged - lost:
            name = f"{rank_directory(one.rank)}/{METRICS_FILE}"
            problems.add(name, f"{one.points.total} points are there, {logged - lost} were written")


def _logged_warnings(collected: Collected, *, several: bool) -> list[str]:
    lines = []
    for (rank, cause, message), count in collected.notes.items():
        if cause == _NOT_A_WARNING:
            continue
        times = f" ({count} times)" if count > 1 else ""
        lines.append(f"rank {rank}: {message}{times}" if several else f"{message}{times}")
    return lines
