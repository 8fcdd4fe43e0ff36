"""Runs that a user names: each by its folder, or all of an experiment by the folder that holds them."""

import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from prov4ml.rundir import PACKAGED_DIRECTORY, PACKAGED_PROV, RUN_FILE
from prov4ml_validators.crate.graph import DESCRIPTOR
from prov4ml_validators.crate.manifest import MANIFEST

from .crate_members import is_crate
from .errors import PackagerError

_NO_RUN = "has no raw files: it is from a crate"
_LINK = "is a link and is left out; name it itself if it is to be taken"
_OF_RUN = "give the run directory that it was made of"


def natural_key(name: str) -> list[tuple[bool, int, str]]:
    """Return what orders names as people do: version 2 before version 10."""
    parts = re.split(r"(\d+)", name)
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]


def find_runs(
    places: Iterable[Path], note: Callable[[str], None] = lambda _: None, *, crates: bool = False
) -> list[Path]:
    """Return the run directories that places stand for.

    A folder without `run.json` that holds folders stands for the runs among them, in the natural order of
    their names: hidden ones and files are passed over; other folders, crates and links are named. Each of
    these runs is there once, also if it is named besides. Any other place is returned as it is, for whoever
    reads it to complain.

    Args:
        places: run directories, or folders that hold some.
        note: called with one line about each folder that is left out.
        crates: whether a crate stands for itself, and a folder that holds no run for the crates in it.

    Raises:
        PackagerError: a folder cannot be looked into, or holds folders and none of them is a run.
    """
    found: list[Path] = []
    known: set[Path] = set()
    gathered: set[Path] = set()
    for place in places:
        itself = os.path.lexists(place / RUN_FILE) or (crates and is_crate(place))
        entries = [] if itself else _entries(place)
        inside = [entry for entry in entries if entry.is_dir()]
        if crates and not any(_is_run(entry) for entry in inside) and (held := _crates_among(entries, note)):
            found += [crate for crate in held if crate.resolve() not in known]
            known.update(crate.resolve() for crate in held)
            gathered.update(crate.resolve() for crate in held)
            continue
        if not inside:
            if place.resolve() not in gathered:
                found.append(place)
                known.add(place.resolve())
            continue
        runs = _runs_among(inside, note)
        if not runs:
            raise PackagerError(
                "is no run and holds none: neither it nor a folder in it has a run.json",
                path=place,
                hint="give the folder that start_run made, or the one around it",
            )
        for run in runs:
            if run.resolve() not in known:
                found.append(run)
                known.add(run.resolve())
                gathered.add(run.resolve())
    return found


def refuse_crate(directory: Path) -> None:
    """Raise PackagerError for a crate, or a run's folder of one, since what it has is in `packaged/` alone.

    Asked of a run directory without folders of ranks; a run may also have been killed before it had one.
    """
    places = (directory, directory.absolute().parent)
    if any(os.path.lexists(place / DESCRIPTOR) for place in places) or _tells_of_ranks(directory):
        raise PackagerError(_NO_RUN, path=directory, hint=_OF_RUN)


def refuse_to_change_crate(directory: Path) -> None:
    """Raise PackagerError for a crate, or a run's folder in one.

    Other products in `packaged/` would not be those of its manifest.
    """
    if os.path.lexists(directory / DESCRIPTOR):
        raise PackagerError("is a crate, and its files stay as they are", path=directory, hint=_OF_RUN)
    if _is_in_crate(directory.absolute()):
        raise PackagerError("is in a crate, and its files stay as they are", path=directory, hint=_OF_RUN)


def _tells_of_ranks(directory: Path) -> bool:
    """Return whether the provenance in `packaged/`, if it can be read, was made of ranks."""
    try:
        document = json.loads((directory / PACKAGED_DIRECTORY / PACKAGED_PROV).read_bytes())
        ranks = document["activity"]["run"]["prov4ml:recordedRanks"]["$"]
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return False
    return bool(ranks != "0")


def _is_in_crate(directory: Path) -> bool:
    """Return whether a manifest beside a folder lists its `run.json`; a run may lie in a crate of others."""
    listed = f"  {directory.name}/{RUN_FILE}"
    try:
        with open(directory.parent / MANIFEST, encoding="utf-8", errors="replace") as lines:
            return any(line.rstrip("\n").endswith(listed) for line in lines)
    except OSError:
        return False


def _entries(place: Path) -> list[os.DirEntry[str]]:
    """Return what lies in a folder, without what is hidden, in natural order; nothing if it is no folder."""
    if not place.is_dir():
        return []
    try:
        with os.scandir(place) as entries:
            found = [entry for entry in entries if not entry.name.startswith(".")]
    except OSError as error:
        raise PackagerError(f"cannot be read: {error.strerror or error}", path=place) from error
    return sorted(found, key=lambda entry: natural_key(entry.name))


def _is_crate(entry: "os.DirEntry[str]") -> bool:
    return os.path.lexists(os.path.join(entry.path, DESCRIPTOR))


def _is_run(entry: "os.DirEntry[str]") -> bool:
    is_one = os.path.lexists(os.path.join(entry.path, RUN_FILE))
    return is_one and not _is_crate(entry) and not entry.is_symlink()


def _runs_among(folders: Iterable["os.DirEntry[str]"], note: Callable[[str], None]) -> list[Path]:
    runs = []
    for entry in folders:
        if entry.is_symlink():
            note(f"{entry.path}: {_LINK}")
        elif _is_crate(entry):
            note(f"{entry.path}: is a crate and is left out")
        elif _is_run(entry):
            runs.append(Path(entry.path))
        else:
            note(f"{entry.path}: is no run (it has no run.json) and is left out")
    return runs


def _crates_among(entries: Sequence["os.DirEntry[str]"], note: Callable[[str], None]) -> list[Path]:
    """Return the crates among what lies in a folder; folders and links that are none are named."""
    crates = [entry for entry in entries if is_crate(Path(entry.path))]
    for entry in entries if crates else ():
        if entry.is_symlink():
            note(f"{entry.path}: {_LINK}")
        elif entry.is_dir() and entry not in crates:
            note(f"{entry.path}: is neither a run nor a crate and is left out")
    return [Path(entry.path) for entry in crates if not entry.is_symlink()]
