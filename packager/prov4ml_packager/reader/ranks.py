"""The ranks of a run: their folders, their first and last lines, and the status that follows."""

import re
from functools import partial
from pathlib import Path
from typing import Literal, cast

from prov4ml.rundir import FORMAT_VERSION, JOURNAL_FILE, rank_directory

from ..errors import PackagerError
from ..record import RankRecord, RunError, Status
from .events import read_git
from .fields import Fields
from .journal import Event
from .problems import Problems

RANK_FOLDER = re.compile(r"rank_(0|[1-9][0-9]{0,8})")


def rank_folders(directory: Path, problems: Problems) -> dict[int, Path]:
    """Return the folders of the ranks, by rank; links are reported and left out."""
    folders: dict[int, Path] = {}
    for path in directory.iterdir():
        match = RANK_FOLDER.fullmatch(path.name)
        if match is None:
            continue
        if path.is_symlink() or not path.is_dir():
            problems.add(path.name, "is a link or no directory; ignored")
        else:
            folders[int(match[1])] = path
    return dict(sorted(folders.items()))


def has_ranks(directory: Path) -> bool:
    """Return whether a directory has a rank's folder, so that it is read from its raw files."""
    return any(RANK_FOLDER.fullmatch(path.name) and path.is_dir() for path in directory.iterdir())


def _read_error(fields: Fields | None) -> RunError | None:
    if fields is None:
        return None
    return RunError(
        fields.optional_text("type") or "Error",
        fields.optional_text("message") or "",
        fields.optional_text("traceback"),
    )


def read_rank(rank: int, journal: list[Event], created: int, problems: Problems) -> RankRecord:
    """Return what the first and the last line of a journal say.

    Args:
        rank: number of the rank, from its folder.
        journal: its events.
        created: time (ns) that counts where the journal is empty.
        problems: where to report.

    Raises:
        PackagerError: a newer format version wrote the journal.
    """
    place = f"{rank_directory(rank)}/{JOURNAL_FILE}"

    def fields_of(name: str, events: list[Event]) -> Fields:
        found = next((event for event in events if event.name == name), None)
        line = None if found is None else found.line
        return Fields({} if found is None else found.data, partial(problems.add, place, line=line))

    first = fields_of("rank_start", journal)
    last = fields_of("run_end", journal[::-1])
    version = first.optional_integer("format_version") or FORMAT_VERSION
    if version > FORMAT_VERSION:
        raise PackagerError(
            f"format version {version} is newer than {FORMAT_VERSION}",
            path=place,
            hint="upgrade: pip install --upgrade 'prov4ml[pack]'",
        )
    if (noted := first.optional_integer("rank")) not in (None, rank):
        problems.add(place, f"says rank {noted}; the folder's number {rank} counts")
    end = next((event.time for event in reversed(journal) if event.name == "run_end"), None)
    status = last.optional_text("status")
    if status not in ("finished", "failed"):
        status = "unfinished"
    return RankRecord(
        rank=rank,
        start=next((event.time for event in journal), created),
        end=end,
        status=cast(Status, status),
        error=_read_error(last.child("error")),
        ended_by=last.optional_text("ended_by"),
        host=first.optional_text("host"),
        pid=first.optional_integer("pid"),
        user=first.optional_text("user"),
        launcher=first.optional_text("launcher"),
        python=first.text_map("python"),
        platform=first.text_map("platform"),
        cpu_count=first.optional_integer("cpu_count"),
        devices=tuple(device.plain_map() for device in first.children("devices")),
        packages=first.text_map("packages"),
        git=read_git(first.child("git")),
        script=first.optional_text("script"),
        command=first.texts("command"),
        points_lost=last.optional_integer("points_lost") or 0,
    )


def expected_ranks(collect_all: bool, world_size: int | None, present: list[int]) -> list[int]:
    """Return the ranks that ought to be there; a second claimant may have made one beyond the rest."""
    if not collect_all:
        return [0]
    return sorted({*range(min(world_size or 1, 1 << 20)), *present})


def run_status(ranks: tuple[RankRecord, ...], expected: list[int]) -> tuple[Literal[Status], RunError | None]:
    """Return status and error of the run (docs/run-directory.md, Status of a run).

    The error is that of the rank that failed first.
    """
    failed = sorted(
        (one for one in ranks if one.status == "failed"), key=lambda one: (one.end or 0, one.rank)
    )
    if failed:
        return "failed", next((one.error for one in failed if one.error), None)
    if {one.rank for one in ranks if one.status == "finished"} >= set(expected):
        return "finished", None
    return "unfinished", next((one.error for one in ranks if one.error), None)
