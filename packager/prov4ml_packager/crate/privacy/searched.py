"""What is searched for likely secrets: what a user logged, or adds; not what we made, full of digests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from prov4ml.rundir import ARTIFACTS_DIRECTORY

from ..archive.members import Member
from ..facts import RunFacts
from ..payload import PayloadFile
from .secret_texts import record_texts


@dataclass(frozen=True)
class Searched:
    """What is searched in one place.

    Attributes:
        root: what is named before each of the others.
        texts: one or more lines each, with what they are called.
        files: each with its path below `root`.
    """

    root: Path
    texts: Sequence[tuple[str, str]]
    files: Sequence[tuple[str, Member]]


def logged_in(facts: RunFacts) -> Searched:
    """Return what a user logged in a run, but for Zarr stores."""
    files = [
        (file.original, file.member)
        for file in _files(facts)
        if file.original.startswith(f"{ARTIFACTS_DIRECTORY}/")
    ]
    return Searched(facts.run.directory, list(dict.fromkeys(record_texts(facts.run))), files)


def added_from(sources: Sequence[tuple[Path, Member]]) -> Searched:
    """Return the files that an update adds, by the paths that the user gave."""
    return Searched(Path(), (), [(str(path), member) for path, member in dict(sources).items()])


def _files(facts: RunFacts) -> Iterator[PayloadFile]:
    yield from facts.payload.files
    for directory in facts.payload.directories:
        if not directory.opaque:
            yield from directory.files
