"""Making a run directory, or joining the one that another rank of the same job has made."""

import contextlib
import json
import os
import time
from pathlib import Path
from typing import Any, NamedTuple

from .rundir import JOURNAL_FILE, RUN_FILE, rank_directory, safe_name

_RANKS_DIRECTORY = ".ranks"
_ADDRESS_LIFETIME_SECONDS = 600
_ELECTION_SECONDS = 5.0
_POLL_SECONDS = 0.02


class Identity(NamedTuple):
    """What the ranks of one run share; `by_address` says that a later job could have the same."""

    text: str
    by_address: bool


class RunDirectory(NamedTuple):
    """A claimed place: the run directory, this rank's number and folder in it, and the election's file."""

    path: Path
    rank: int
    rank_path: Path
    election: Path | None


def _read_run_file(directory: Path) -> dict[str, Any] | None:
    try:
        description = json.loads((directory / RUN_FILE).read_bytes())
    except (OSError, ValueError):
        return None
    return description if isinstance(description, dict) else None


def _next_run_id(save_path: Path, key: str, smallest: int = 0) -> int:
    prefix = f"{key}_"
    taken = [
        int(entry.name[len(prefix) :])
        for entry in os.scandir(save_path)
        if entry.name.startswith(prefix) and entry.name[len(prefix) :].isdecimal()
    ]
    return max([smallest - 1, *taken]) + 1


def _make_run_directory(save_path: Path, description: dict[str, Any], run_id: str | None) -> Path:
    """Make a directory that holds `run.json` from the first instant at which it can be seen.

    Renaming onto a directory that is not empty fails, so of two processes that want one name one gets it.
    """
    key = safe_name(description["experiment"])
    draft = save_path / f".{os.urandom(16).hex()}.new"
    draft.mkdir()
    try:
        chosen = run_id if run_id is not None else str(_next_run_id(save_path, key))
        while True:
            described = {**description, "run_id": chosen}
            (draft / RUN_FILE).write_text(json.dumps(described, indent=2) + "\n", encoding="ascii")
            target = save_path / f"{key}_{chosen}"
            if not target.exists():
                try:
                    os.rename(draft, target)
                    return target
                except OSError:
                    if not target.exists():
                        raise
            # Beyond the one tried: a file system that folds case has it under a name that looks different.
            smallest = int(chosen) + 1 if chosen.isdecimal() else 0
            chosen = str(_next_run_id(save_path, key, smallest))
    except BaseException:
        import shutil

        shutil.rmtree(draft, ignore_errors=True)
        raise


def rank_has_ended(rank_path: Path) -> bool:
    """Return whether a rank's journal closes with `run_end`."""
    try:
        with open(rank_path / JOURNAL_FILE, "rb") as journal:
            journal.seek(0, os.SEEK_END)
            journal.seek(max(0, journal.tell() - 65536))
            lines = journal.read().splitlines()
        return bool(lines) and json.loads(lines[-1]).get("event") == "run_end"
    except (OSError, ValueError, AttributeError):
        return False


def ended_ranks(directory: Path, world_size: int | None) -> tuple[int, bool]:
    """Return how many ranks have ended, and whether those are all that are expected.

    Without a known world size, the ranks that are there are the ones expected.
    """
    present = [entry for entry in directory.iterdir() if entry.name.startswith("rank_")]
    ended = sum(rank_has_ended(entry) for entry in present)
    return ended, ended >= (world_size if world_size is not None else len(present))


def _may_join(
    directory: Path, found: dict[str, Any], wanted: dict[str, Any], rank: int, by_address: bool
) -> bool:
    if found.get("identity") != wanted["identity"] or found.get("world_size") != wanted["world_size"]:
        return False
    if (directory / rank_directory(rank)).exists():
        return False
    created = found.get("created")
    if by_address and not (
        isinstance(created, int) and time.time() - created / 1e9 <= _ADDRESS_LIFETIME_SECONDS
    ):
        return False
    ended, complete = ended_ranks(directory, wanted["world_size"])
    return not (ended and complete)


def _elected_directory(election: Path, save_path: Path) -> Path | None:
    """Return the directory that the winner of an election named, waiting while the name is being written."""
    deadline = time.monotonic() + _ELECTION_SECONDS
    while True:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            text = election.read_text(encoding="utf-8")
            if text.endswith("\n"):
                name = text[:-1]
                # The name came from a file: it may only be a name, not a path.
                return (
                    save_path / name
                    if name == os.path.basename(name) and name not in ("", ".", "..")
                    else None
                )
        if time.monotonic() > deadline:
            return None
        time.sleep(_POLL_SECONDS)


def _digest(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _discard(directory: Path) -> None:
    """Remove a directory that lost its election, or holds no rank; nobody else has written in it."""
    with contextlib.suppress(OSError):
        (directory / RUN_FILE).unlink()
        directory.rmdir()


def _join_or_make(
    save_path: Path, description: dict[str, Any], rank: int, identity: Identity, run_id: str | None
) -> tuple[Path, Path]:
    elections = save_path / _RANKS_DIRECTORY
    elections.mkdir(exist_ok=True)
    prefix = f"{safe_name(description['experiment'])}-{description['identity'][:16]}-"
    taken = [entry.name[len(prefix) :] for entry in os.scandir(elections) if entry.name.startswith(prefix)]
    generation = max((int(number) for number in taken if number.isdecimal()), default=0)
    while True:
        election = elections / f"{prefix}{generation}"
        if election.exists():
            directory = _elected_directory(election, save_path)
            found = _read_run_file(directory) if directory is not None else None
            if (
                directory is not None
                and found is not None
                and _may_join(directory, found, description, rank, identity.by_address)
            ):
                return directory, election
            generation += 1
            continue
        mine = _make_run_directory(save_path, description, run_id)
        try:
            descriptor = os.open(election, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:
            _discard(mine)
            continue
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{mine.name}\n")
        return mine, election


def claim_run_directory(
    save_path: Path,
    description: dict[str, Any],
    rank: int,
    *,
    identity: Identity | None,
    run_id: str | None,
) -> RunDirectory:
    """Make or join a run directory and claim this rank's folder in it.

    Args:
        save_path: where run directories are; made if it is missing.
        description: what `run.json` holds, without `run_id` and `identity`.
        rank: this process's rank; if its folder is taken already, the next free number is claimed.
        identity: what the ranks of the job share, or None for a run of its own.
        run_id: the user's choice; if it is taken by another run, the next free number is used.

    Raises:
        OSError: the directory cannot be made.
    """
    save_path.mkdir(parents=True, exist_ok=True)
    election = None
    if identity is None:
        directory = _make_run_directory(save_path, {**description, "identity": None}, run_id)
    else:
        described = {**description, "identity": _digest(identity.text)}
        directory, election = _join_or_make(save_path, described, rank, identity, run_id)
    number = rank
    while True:
        rank_path = directory / rank_directory(number)
        try:
            rank_path.mkdir()
            return RunDirectory(directory, number, rank_path, election)
        except FileExistsError:
            number += 1


def give_up_claim(place: RunDirectory) -> None:
    """Remove a rank's folder in which nothing could be recorded, and the run where it was the only one."""
    import shutil

    shutil.rmtree(place.rank_path, ignore_errors=True)
    if not any(entry.name.startswith("rank_") for entry in place.path.iterdir()):
        _discard(place.path)


def claim_packaging(directory: RunDirectory, world_size: int | None) -> bool:
    """Return whether this rank is the one that packages: all have ended, and no other has claimed it."""
    ended, complete = ended_ranks(directory.path, world_size)
    if not complete:
        return False
    if directory.election is not None:
        directory.election.unlink(missing_ok=True)
    try:
        claim = directory.path / f".packaging-{ended}"
        os.close(os.open(claim, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except FileExistsError:
        return False
    return True
