"""The state that every recording method shares: where a run writes, what it warned of, its contexts."""

import functools
import os
from collections import Counter
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from threading import Lock
from typing import Concatenate, ParamSpec, TypeVar

from .directory import RunDirectory
from .errors import Prov4MLError
from .journal import Journal
from .points import PointWriter
from .rundir import ARTIFACTS_DIRECTORY, JOURNAL_FILE, METRICS_FILE
from .writing import WriteLock

ContextLike = str | Enum | None
"""A context: a member of any Enum (its name counts), a text, or None for the run itself."""

P = ParamSpec("P")
RecorderT = TypeVar("RecorderT", bound="Recorder")


def show_warning(message: str) -> None:
    """Tell the user, through the standard logging module, which prints to stderr unless told otherwise."""
    import logging

    logging.getLogger("prov4ml").warning("prov4ml: %s", message)


def recorded(method: Callable[Concatenate[RecorderT, P], None]) -> Callable[Concatenate[RecorderT, P], None]:
    """Make a method a no-op where the process does not record, and keep its failures out of the training.

    A `Prov4MLError` (the call itself is wrong) passes; anything else is warned of once and journaled.
    """

    @functools.wraps(method)
    def guarded(self: RecorderT, /, *args: P.args, **kwargs: P.kwargs) -> None:
        if not self.is_recording():
            return
        try:
            method(self, *args, **kwargs)
        except Prov4MLError:
            raise
        except Exception as error:  # whatever a foreign model, dataset or file system throws
            self.warn(f"{method.__name__}:{type(error).__name__}", f"{method.__name__}: {_one_line(error)}")

    return guarded


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


class Recorder:
    """Base of `Run`: the files of this rank, and what all kinds of records need.

    Args:
        place: the claimed directory, or None for a rank that does not record.
        save_after: how many points are written at once.
    """

    def __init__(self, place: RunDirectory | None, save_after: int) -> None:
        self._place = place
        self._process = os.getpid()
        self._ended = False
        self._warned: Counter[str] = Counter()
        self._warned_texts: dict[str, str] = {}
        self._contexts: set[str] = set()
        self._declaring = Lock()
        self._lock = WriteLock()
        self._save_after = save_after
        if place is not None:
            self._journal = Journal(place.rank_path / JOURNAL_FILE, self._lock, self._write_failed)
            self._points = PointWriter(
                place.rank_path / METRICS_FILE, save_after, self._journal, self._lock, self._write_failed
            )

    @property
    def _directory(self) -> Path:
        assert self._place is not None
        return self._place.path

    def get_run_dir(self) -> str | None:
        """Return the absolute path of the run directory; None in a rank that does not record."""
        return None if self._place is None else str(self._place.path)

    def get_artifacts_dir(self) -> str | None:
        """Return the absolute path of the folder of copied files, made if needed; None without a record."""
        if self._place is None:
            return None
        folder = self._place.path / ARTIFACTS_DIRECTORY
        folder.mkdir(exist_ok=True)
        return str(folder)

    def is_recording(self) -> bool:
        """Return whether this process writes: a recording rank, the process that started the run, not ended.

        Raises:
            Prov4MLError: the run has ended.
        """
        if self._ended:
            raise Prov4MLError("this run has ended: call prov4ml.start_run() for a new one")
        if self._place is None:
            return False
        if not self.belongs_to_this_process():
            self._warn_of_fork()
            return False
        return True

    def belongs_to_this_process(self) -> bool:
        """Return whether this process started the run; false in its forked children."""
        return os.getpid() == self._process

    def _warn_of_fork(self) -> None:
        if not self._warned["fork"]:
            self._warned["fork"] += 1
            show_warning(
                "this process is a fork of the one that started the run; what it logs is not recorded"
            )

    def warn(self, cause: str, message: str) -> None:
        """Show a warning once for each cause and journal it; further ones are counted."""
        self._warned[cause] += 1
        if self._warned[cause] == 1:
            self._warned_texts[cause] = message
            self._journal.write("warning", cause=cause, message=message, count=1)
            show_warning(message)

    def _write_warning_counts(self) -> None:
        for cause, message in self._warned_texts.items():
            if self._warned[cause] > 1:
                self._journal.write("warning", cause=cause, message=message, count=self._warned[cause])

    def _write_failed(self, error: OSError) -> None:
        # No journal entry: the journal is on the disk that has just refused a write.
        self._warned["disk"] += 1
        if self._warned["disk"] == 1:
            show_warning(
                f"{self._directory}: cannot write ({error.strerror or error}); training goes on, what was "
                "logged before stays readable, and writing is tried again"
            )

    def _context_name(self, context: ContextLike) -> str | None:
        """Return the name of a context after journaling it once; an empty text is the run itself."""
        if isinstance(context, Enum):
            name = context.name
        elif context is None or isinstance(context, str):
            name = context or ""
        else:
            raise Prov4MLError(
                f"context {context!r}: pass prov4ml.Context.TRAINING (or VALIDATION, TESTING), a member "
                "of your own Enum, or a text"
            )
        if not name:
            return None
        if name not in self._contexts:
            self._declare_context(name, None)
        return name

    def _declare_context(self, name: str, parent: str | None) -> None:
        with self._declaring:
            if name not in self._contexts:
                self._contexts.add(name)
                self._journal.write("context", name=name, parent=parent)
