"""Which stores a conversion reads and what each becomes: decided before anything is written."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from prov4ml.rundir import RUN_FILE

from .errors import PackagerError
from .sources import ReadOptions
from .stores import format_from_name
from .stores.formats import is_store_name, is_zarr_directory, without_suffix
from .task import FORMATS, RAW

_SUFFIXES = {"zarr": ".zarr", "netcdf": ".nc", "csv": ".csv", RAW: ""}


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        format: of every target.
        pairs: each source, and its target below the folder `target`; None: there is one source, and its
            target is the one that was named.
        left_out: CSVs of other programs whose columns nobody named.
    """

    format: str
    pairs: tuple[tuple[Path, Path], ...] | None
    left_out: tuple[Path, ...] = ()


def plan_conversion(source: Path, target: Path, to: str | None, read: ReadOptions) -> Plan:
    """Decide what a conversion does.

    One source is a run, a store, and a folder with nothing but the one-metric stores of yProv4ML if the
    target is named as one store. Any other folder is searched for runs and stores, which keep their places.

    Raises:
        PackagerError: the source is not there or holds nothing, the format is not said, or two sources would
            become one target.
    """
    if not source.exists():
        raise PackagerError("does not exist", path=source)
    _check_readable(source)
    if to is not None and to not in FORMATS:
        raise PackagerError(f"unknown format {to!r}", hint=f"use one of {', '.join(FORMATS)}")
    if not source.is_dir() or (source / RUN_FILE).is_file() or is_zarr_directory(source):
        return Plan(to or format_from_name(target), None)
    left_out: list[Path] = []
    found = list(_find(source, read, left_out))
    if not found:
        hint = f"name the columns of {left_out[0]} with --columns" if left_out else None
        raise PackagerError("holds no run and no store", path=source, hint=hint)
    if is_store_name(target.name) or (to == RAW and _all_yprov4ml(found)):
        if not _all_yprov4ml(found):
            raise PackagerError(
                f"is the name of one store, and there are {len(found)} in {source}",
                path=target,
                hint=_one_or_folder(found),
            )
        return Plan(to or format_from_name(target), None)
    if to is None:
        raise PackagerError(
            "does not say into which format", path=target, hint="add --to zarr, netcdf, csv or raw"
        )
    pairs: dict[Path, Path] = {}
    for path in found:
        relative = path.relative_to(source)
        result = relative.with_name(without_suffix(relative.name) + _SUFFIXES[to])
        if result in pairs:
            raise PackagerError(
                f"{pairs[result]} and {path} would both become {result}", hint="convert them one by one"
            )
        pairs[result] = path
    return Plan(to, tuple((path, result) for result, path in pairs.items()), tuple(left_out))


def _check_readable(path: Path) -> None:
    """Check that one may look into a directory: else a file that is looked for in it would be blamed."""
    if path.is_dir() and not os.access(path, os.R_OK | os.X_OK):
        raise PackagerError("cannot be read: Permission denied", path=path)


def _one_or_folder(found: list[Path]) -> str:
    return f"give {found[0]}" if len(found) == 1 else "name a folder, and the format with --to"


def _find(folder: Path, read: ReadOptions, left_out: list[Path]) -> Iterator[Path]:
    """Yield runs and stores below a folder in order of their paths; links are not followed.

    A CSV that is no store, and of which no columns are named, goes to `left_out`.
    """
    for entry in sorted(os.scandir(folder), key=lambda one: one.name):
        path = Path(entry.path)
        if entry.is_symlink() or entry.name.startswith("."):
            continue
        if entry.is_dir():
            _check_readable(path)
            if (path / RUN_FILE).is_file() or is_zarr_directory(path):
                yield path
            else:
                yield from _find(path, read, left_out)
        elif entry.is_file() and is_store_name(entry.name):
            if _is_readable(path, read):
                yield path
            else:
                left_out.append(path)


def _is_readable(path: Path, read: ReadOptions) -> bool:
    """Tell whether a file is a store; any other CSV is one only if its columns are named."""
    from .sources import is_our_store
    from .stores.foreign.yprov4ml import is_yprov4ml_store

    if format_from_name(path) != "csv" or read.columns is not None:
        return True
    return is_our_store(path) or is_yprov4ml_store(path)


def _all_yprov4ml(paths: list[Path]) -> bool:
    from .stores.foreign.yprov4ml import is_yprov4ml_store

    return all(not (path / RUN_FILE).is_file() and is_yprov4ml_store(path) for path in paths)
