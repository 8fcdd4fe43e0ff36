"""Metrics from any form to any other: stores and run directories, one or a whole folder of them."""

import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from .atomic import put_directory
from .conversion_plan import Plan, plan_conversion
from .errors import PackagerError
from .partial import Partial, partial_conversion
from .sources import ReadOptions, is_our_store
from .task import ConversionResult, ConversionTask, WriteOptions, run_task
from .task_runner import Failure, run_tasks

__all__ = ["convert"]

_LIBRARIES = ("prov4ml", "numpy", "numcodecs", "zarr", "netCDF4", "h5py", "polars", "zlib-ng")
_SHOWN = 20
"""How many files that are left out are named."""


def _ignore(_: object) -> None:
    pass


def convert(
    source: Path,
    target: Path,
    *,
    to: str | None = None,
    separator: str | None = None,
    codec: str | None = None,
    level: int | None = None,
    zarr_format: Literal[2, 3] | None = None,
    sharded: bool = False,
    read: ReadOptions | None = None,
    salvage: bool = False,
    jobs: int = 1,
    scheduler: str | None = None,
    resume: bool = False,
    progress: Callable[[int], None] | None = None,
    total: Callable[[int], None] = _ignore,
    note: Callable[[str], None] = _ignore,
) -> Path:
    """Convert metrics to another form, in bounded memory; every value keeps its 64 bits.

    The one exception is CSV, which has a single NaN. The target appears in one step at the end, replaces
    an older store, and never an older run or a folder.

    Args:
        source: a run directory, a store of ours or of another program, or a folder of those.
        target: what to write; of a folder a folder, in which everything keeps its place.
        to: `zarr`, `netcdf`, `csv` or `raw` (a run directory); by the name of `target` if not given.
        separator: of the CSV to write, by its name if not given; that of one to read is in `read`.
        codec: of the store to write, see `write_store`.
        level: of the codec.
        zarr_format: 2 or 3; 3 if not given.
        sharded: one file a variable of a Zarr store.
        read: how foreign sources are read.
        salvage: read what can be read of damaged sources.
        jobs: how many processes convert the stores of a folder.
        scheduler: address of a Dask cluster that does, whose workers see source and target at the same paths.
        resume: go on with what an interrupted call had done, and leave it there if this one is interrupted.
        progress: called with the number of points just written.
        total: called with the number of points that there are to write, as they become known.
        note: called with one line for whatever the target does not hold, before anything is written.

    Returns:
        `target`.

    Raises:
        PackagerError: the source cannot be read, or the target lies inside it or cannot be written.
    """
    read = read or ReadOptions()
    result = target
    if scheduler is not None:  # its workers may have been started elsewhere
        source, target = source.absolute(), target.absolute()
    plan = plan_conversion(source, target, to, read)
    _refuse_inside(source, target)
    write = WriteOptions(separator, codec, level, zarr_format, sharded)
    write.check(plan.format, target)
    task = ConversionTask(
        source,
        target,
        plan.format,
        read,
        write,
        salvage,
    )
    state = {"task": _plain(asdict(task)), "source": _fingerprint(source), "libraries": _versions()}
    with partial_conversion(target, state, resume=resume) as part:
        # The pieces of an HDF5 file are there twice while it is written: only for those who ask for it.
        keeps = resume or plan.format != "netcdf"
        if plan.pairs is None:
            run_task(replace(task, kept=part.kept if keeps else None), progress, note, total)
        else:
            many = partial(_convert_folder, task, plan, part, keeps, jobs=jobs, scheduler=scheduler)
            many(progress=progress or _ignore, total=total, note=note)
    return result


def _convert_folder(
    task: ConversionTask,
    plan: Plan,
    part: Partial,
    keeps: bool,
    *,
    jobs: int,
    scheduler: str | None,
    progress: Callable[[int], None],
    total: Callable[[int], None],
    note: Callable[[str], None],
) -> None:
    if task.target.exists() and (not task.target.is_dir() or any(task.target.iterdir())):
        raise PackagerError("exists already", path=task.target, hint="choose another name, or remove it")

    def noted(text: str) -> None:
        note(text.replace(str(part.tree), str(task.target)))

    for path in plan.left_out[:_SHOWN]:
        note(f"{path}: is left out: a CSV of another program, whose columns --columns has to name")
    if len(plan.left_out) > _SHOWN:
        note(f"{task.source}: {len(plan.left_out) - _SHOWN:,} more such CSVs are left out")
    done = part.done()
    tasks = []
    for source, name in plan.pairs or ():
        if str(name) not in done:
            path = part.tree / name
            kept = part.kept / str(name) if keeps else None
            read = _read_of(source, task.read)
            tasks.append(replace(task, source=source, target=path, kept=kept, read=read))
    part.tree.mkdir(exist_ok=True)
    failures = []
    alone = jobs <= 1 and scheduler is None
    function = partial(run_task, progress=progress, note=noted, total=total) if alone else run_task
    for one, outcome in run_tasks(function, tasks, jobs=jobs, scheduler=scheduler):
        if isinstance(outcome, Failure):
            failures.append(str(outcome))
            continue
        part.add_done(str(one.target.relative_to(part.tree)))
        if one.kept is not None:
            shutil.rmtree(one.kept, ignore_errors=True)
        if not alone:
            _report(outcome, progress, total, noted)
    if failures:
        for line in failures:
            noted(line)
        mend = "mend or remove them" if task.salvage else "mend or remove them, or add --salvage"
        raise PackagerError(
            f"{len(failures)} of {len(plan.pairs or ())} could not be converted, so nothing was written",
            path=task.source,
            hint=f"{mend}; with --resume the others are not done again",
        )
    put_directory(part.tree, task.target)


def _read_of(source: Path, read: ReadOptions) -> ReadOptions:
    """Return how one source of many is read: columns are named for those of other programs."""
    from .stores.foreign.yprov4ml import is_yprov4ml_store

    if read.columns is not None and (is_our_store(source) or is_yprov4ml_store(source)):
        return replace(read, columns=None)
    return read


def _report(
    result: ConversionResult,
    progress: Callable[[int], None],
    total: Callable[[int], None],
    note: Callable[[str], None],
) -> None:
    total(result.points)
    progress(result.points)
    for line in result.notes:
        note(line)


def _refuse_inside(source: Path, target: Path) -> None:
    """A target inside the source would change what is read: a run's raw files, or the chunks of a store."""
    try:
        parents = target.resolve().parents
    except (OSError, RuntimeError) as error:  # the latter up to Python 3.12
        raise PackagerError("cannot be written: its links lead in a circle", path=target) from error
    if source.is_dir() and source.resolve() in parents:
        raise PackagerError("lies in the source itself", path=target, hint=f"write it beside {source}")


def _fingerprint(source: Path) -> list[int]:
    """Return what changes when a source does: number and size of its files, time of the last change."""
    paths = [path for path in source.rglob("*") if path.is_file()] if source.is_dir() else [source]
    stats = [path.stat() for path in paths]
    return [
        len(stats), sum(one.st_size for one in stats), max((one.st_mtime_ns for one in stats), default=0)
    ]  # fmt: skip


def _versions() -> dict[str, str]:
    return {name: version(name) for name in _LIBRARIES}


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return str(value) if isinstance(value, Path) else value
