"""Which event files are one run.

TensorBoard calls every folder with event files a run. Writers spread one training over several:
`add_hparams` makes a folder for its session, `add_scalars` one for each line, Keras `train` and `validation`.
Those are parts of the run above them; every other folder is a run of its own, and so is each session where
there are several of them, as in a search for parameters.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from .events import first_tag
from .records import EventFile

_MARK = "tfevents"
_SESSION = re.compile(r"[0-9]{9,11}(\.[0-9]+)?")
_SPLITS = frozenset(
    {"train", "training", "val", "valid", "validation", "test", "testing", "eval", "evaluation"}
)
_PEEK = 8
_RECOGNISE_ENTRIES = 20_000


@dataclass(frozen=True)
class Part:
    """Event files of one folder of a run, in the order in which they were started.

    Attributes:
        folder: path in the run, empty for the run's own folder.
        files: the files.
        is_session: whether they are a session of the hparams plugin.
    """

    folder: str
    files: tuple[Path, ...]
    is_session: bool = False


@dataclass(frozen=True)
class RunFolder:
    """One run: its folder, its path in what is imported, and its parts."""

    path: Path
    name: str
    parts: tuple[Part, ...]


def is_event_file(path: Path) -> bool:
    """Tell whether a file is an event file by TensorBoard's rule: its name."""
    return _MARK in path.name and path.is_file()


def has_event_files(folder: Path) -> bool:
    """Tell whether there is an event file in a folder or below it; looks at its first entries only."""
    waiting, seen = [folder], 0
    while waiting and seen < _RECOGNISE_ENTRIES:
        try:
            with os.scandir(waiting.pop(0)) as entries:
                for entry in entries:
                    seen += 1
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(Path(entry.path))
                    elif _MARK in entry.name and entry.is_file(follow_symlinks=False):
                        return True
        except OSError:
            continue
    return False


def find_runs(source: Path) -> Iterator[RunFolder]:
    """Yield the runs of a folder in the order of their paths, or the one of an event file."""
    if source.is_file():
        yield RunFolder(source, "", (Part("", (source,)),))
        return
    files: dict[tuple[str, ...], list[Path]] = {}
    for top, folders, names in os.walk(source, followlinks=False):
        folders.sort()
        own = [Path(top, name) for name in names if _MARK in name and not Path(top, name).is_symlink()]
        if own:
            files[Path(top).relative_to(source).parts] = sorted(own)
    yield from _runs_in(source, (), files)


def _runs_in(
    source: Path, place: tuple[str, ...], files: dict[tuple[str, ...], list[Path]]
) -> Iterator[RunFolder]:
    below = [one for one in files if len(one) > len(place) and one[: len(place)] == place]
    children = sorted({one[: len(place) + 1] for one in below})
    own = files.get(place)
    splits = bool(children) and all(one[-1] in _SPLITS and one in files for one in children)
    if own is None and not (splits and len(children) > 1):
        for child in children:
            yield from _runs_in(source, child, files)
        return
    parts = [Part("", tuple(own))] if own else []
    others: dict[tuple[str, ...], list[Path]] = {}
    for one in below:
        part = _part("/".join(one[len(place) :]), files[one])
        if part is None:
            others[one] = files[one]
        else:
            parts.append(part)
    if sum(part.is_session for part in parts) > 1:
        others.update(
            {(*place, *part.folder.split("/")): list(part.files) for part in parts if part.is_session}
        )
        parts = [part for part in parts if not part.is_session]
    yield RunFolder(source.joinpath(*place), "/".join(place), tuple(parts))
    for child in sorted({one[: len(place) + 1] for one in others}):
        yield from _runs_in(source, child, others)


def _part(folder: str, files: list[Path]) -> Part | None:
    """Return the files of a folder below a run as its part, None if they are a run of their own."""
    try:
        tag = first_tag(list(islice(EventFile(files[0]).records(), _PEEK))) or ""
    except OSError:
        tag = ""
    name = folder.rpartition("/")[2]
    if tag.startswith("_hparams_/"):
        return Part(folder, tuple(files), is_session=True)
    # add_scalars("loss", {"a": 1}) writes the tag `loss` into the folder `loss_a` or `loss/a`.
    line = bool(tag) and re.sub(r"[/ ]", "_", folder).startswith(re.sub(r"[/ ]", "_", tag))
    return Part(folder, tuple(files)) if line or name in _SPLITS or _SESSION.fullmatch(name) else None
