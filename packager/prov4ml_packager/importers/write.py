"""`write_run`: the one way from an `ImportedRun` to a run directory. All or nothing."""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from prov4ml.rundir import RUN_FILE, rank_directory, safe_name

from ..atomic import atomic_directory
from ..errors import PackagerError
from ..raw_writer import write_journal, write_points, write_run_file
from ..reader.run_file import read_run_file
from .copying import Copier, FileMode
from .imported import ImportedRun
from .journal import Event, JournalBuilder, RankSeries, moment, series_by_rank
from .sources import FileDigests, SourceDigest
from .summary import carried_over

_NAMESPACE = uuid.UUID("0c4bb8b6-9a0a-5f5e-8f43-3b2a5cf8a1de")


@dataclass(frozen=True)
class WrittenRun:
    """What became of one run.

    Attributes:
        directory: its run directory.
        is_new: False if that run was there already and was left as it is.
        carried: what came over, one line each.
        lost: what could not come over, one line each; what the importer says and files that were unreadable.
        run: the run.
    """

    directory: Path
    is_new: bool
    carried: tuple[str, ...]
    lost: tuple[str, ...]
    run: ImportedRun


def write_run(
    run: ImportedRun,
    folder: Path,
    *,
    importer: str,
    version: str,
    sources: Sequence[SourceDigest],
    force: bool = False,
    files: FileMode = "copy",
    digests: FileDigests | None = None,
    progress: Callable[[int], None] | None = None,
) -> WrittenRun:
    """Write a run as a run directory `<key of experiment>_<key of run id>` in a folder.

    Every time in it is the run's own; that of the import is in its `import` event. A directory of that name
    with the same run in it stays as it is; one with another run makes this one `<run id>-2`, and so on.

    Args:
        run: the run; its series are read once.
        folder: where run directories go; made if it is not there.
        importer: name of the importer.
        version: version of this package.
        sources: digests of what the run was read from.
        force: write again what was imported before.
        files: what happens to the run's files.
        digests: of files that were read before.
        progress: called with the number of points just written.

    Raises:
        PackagerError: it cannot be written; nothing is left behind.
    """
    identifier = run.uuid or _identifier(run, importer, sources)
    directory, run_id, is_there = _free_directory(run, folder, identifier)
    carried = (*carried_over(run, files), *run.carried)
    if is_there and not force:
        return WrittenRun(directory, False, carried, run.lost, run)
    try:
        with atomic_directory(directory) as target:
            copier = Copier(target, files, digests)
            lost = _fill(
                target, run, run_id, identifier, importer, version, sources, carried, copier, progress
            )
    except OSError as error:
        raise PackagerError(f"cannot be written: {error.strerror or error}", path=directory) from error
    return WrittenRun(directory, True, carried, lost, run)


def _identifier(run: ImportedRun, importer: str, sources: Sequence[SourceDigest]) -> str:
    text = "\n".join([importer, *(source.sha256 for source in sources), run.experiment, run.run_id])
    return str(uuid.uuid5(_NAMESPACE, text.encode("utf-8", "surrogatepass").hex()))


def _free_directory(run: ImportedRun, folder: Path, identifier: str) -> tuple[Path, str, bool]:
    """Return the directory of the run, its run id, and whether that run is in it already."""
    experiment, wanted = safe_name(run.experiment), safe_name(run.run_id)
    run_id, number = wanted, 1
    while True:
        directory = folder / f"{experiment}_{run_id}"
        if not directory.exists() and not directory.is_symlink():
            return directory, run_id, False
        if (directory / RUN_FILE).is_file():
            try:
                if read_run_file(directory).uuid == identifier:
                    return directory, run_id, True
            except PackagerError:
                pass  # whatever it is, it is not this run
        number += 1
        run_id = f"{wanted}-{number}"


def _fill(
    target: Path,
    run: ImportedRun,
    run_id: str,
    identifier: str,
    importer: str,
    version: str,
    sources: Sequence[SourceDigest],
    carried: tuple[str, ...],
    copier: Copier,
    progress: Callable[[int], None] | None,
) -> tuple[str, ...]:
    ranks = sorted(run.ranks, key=lambda rank: rank.rank)
    series: dict[int, RankSeries] = {}
    for number, own in series_by_rank([rank.rank for rank in ranks], run.series).items():
        folder = target / rank_directory(number)
        folder.mkdir()
        series[number] = RankSeries(
            tuple(own), tuple(write_points(folder, own, progress or (lambda points: None)))
        )
    start = moment(run.start, 0)
    end = max(start, moment(run.end, _last_time(run, series, start)))
    builder = JournalBuilder(run, copier, series, start, end)
    events = builder.describe_all()
    lost = (*run.lost, *copier.lost)
    imported = _import_event(run, importer, version, sources, start, carried, lost)
    for index, rank in enumerate(ranks):
        write_journal(
            target / rank_directory(rank.rank),
            builder.journal(rank, None if index else imported, events[rank.rank]),
        )
    write_run_file(
        target,
        uuid=identifier,
        experiment=run.experiment,
        run_id=run_id,
        created=start,
        user_namespace=run.user_namespace,
        world_size=run.world_size,
        collect_all_processes=[rank.rank for rank in ranks] != [0],
        logger=run.tracker,
        # A run whose id is no name for a folder keeps it as the name that people read.
        name=run.name or (run.run_id if safe_name(run.run_id) != run.run_id else None),
    )
    return lost


def _last_time(run: ImportedRun, series: dict[int, RankSeries], start: int) -> int:
    times = [span[1] for own in series.values() for span in own.spans if span]
    for parts in (run.artifacts, run.model_versions, run.models, run.parameters, run.datasets, run.ports):
        times += [part.time for part in parts if part.time is not None]
    times += [context.end for context in run.contexts if context.end is not None]
    times += [rank.end for rank in run.ranks if rank.end is not None]
    return max(times, default=start)


def _import_event(
    run: ImportedRun,
    importer: str,
    version: str,
    sources: Sequence[SourceDigest],
    start: int,
    carried: tuple[str, ...],
    lost: tuple[str, ...],
) -> Event:
    return {
        "event": "import",
        "time": start,
        "format": importer,
        "source_version": None if run.tracker[1] == "unknown" else run.tracker[1],
        "imported": time.time_ns(),
        "tool": {"name": "prov4ml-pack", "version": version},
        "run": run.run_id,
        "parent": run.parent,
        "sources": [
            {
                "path": None,
                "original": str(source.path),
                "kind": source.kind,
                "size": source.size,
                "sha256": source.sha256,
                "files": source.files,
            }
            for source in sources
        ],
        "carried": list(carried),
        "lost": list(lost),
        "repairs": [
            {"rule": repair.rule, "message": repair.message, "subjects": list(repair.subjects)}
            for repair in run.repairs
        ],
    }
