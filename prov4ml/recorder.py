"""The state that every recording method shares: where a run writes, what it warned of, its contexts."""

from __future__ import annotations

import contextlib
import functools
import os
from collections import Counter
from collections.abc import Callable
from enum import Enum
from threading import RLock

from .clock import nanoseconds
from .errors import Prov4MLError
from .journal import Journal
from .points import PointWriter
from .redaction import hide_credentials
from .rundir import ARTIFACTS_DIRECTORY, JOURNAL_FILE, METRICS_FILE
from .typed import text_of
from .writing import WriteLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any, Concatenate, ParamSpec, TypeVar

    from .directory import RunDirectory

    P = ParamSpec("P")
    RecorderT = TypeVar("RecorderT", bound="Recorder")

ContextLike = str | Enum | None
"""A context: a text, a member of any Enum, or None for the run itself.

A member's name counts, but of a member that is a text (a StrEnum's) the text, which it is equal to.
"""

_DISK = "disk"
_INT64 = range(-(2**63), 2**63)


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


def exact_text(value: Any) -> str:
    """Return the text of a name; of a member of a text Enum its value, to which it is equal."""
    return str.__str__(value) if isinstance(value, str) else str(value)


def text_or_none(value: Any) -> str | None:
    """Return the text of an optional name; None for an empty one."""
    return None if value is None else exact_text(value) or None


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def context_text(context: ContextLike) -> str | None:
    """Return the name of a context; None for the run itself.

    Raises:
        Prov4MLError: it is no context.
    """
    if context is None:
        return None
    if isinstance(context, str):
        return exact_text(context) or None
    if isinstance(context, Enum):
        return context.name or None
    raise Prov4MLError(
        f"context {context!r}: pass prov4ml.Context.TRAINING (or VALIDATION, TESTING), a member "
        "of your own Enum, or a text"
    )


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
        self._declaring = RLock()  # a signal handler of the user's may log in the middle of it
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
        with contextlib.suppress(OSError):  # it will be told when something is written there
            folder.mkdir(exist_ok=True)
        return str(folder)

    def is_recording(self) -> bool:
        """Return whether this process writes: a recording rank, the process that started the run, not ended.

        Raises:
            Prov4MLError: the run has ended.
        """
        self._check_not_ended()
        if self._place is None:
            return False
        if not self.belongs_to_this_process():
            self._warn_of_fork()
            return False
        return True

    def _check_not_ended(self) -> None:
        if self._ended:
            raise Prov4MLError("this run has ended: call prov4ml.start_run() for a new one")

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
            message = hide_credentials(message)
            self._warned_texts[cause] = message
            self._journal.write("warning", cause=cause, message=message, count=1)
            self._show(message)

    def _show(self, message: str) -> None:
        # Without the lock: a handler of the user's may log to the run from another thread and wait for it.
        self._lock.run_when_free(functools.partial(show_warning, message))

    def _guard(self, cause: str, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:  # a foreign library or a user's fold function
            self.warn(cause, f"{cause}: {_one_line(error)}")

    def _write_warning_counts(self) -> None:
        for cause, message in list(self._warned_texts.items()):
            if self._warned[cause] > 1 or cause == _DISK:
                self._journal.write("warning", cause=cause, message=message, count=self._warned[cause])

    def _write_failed(self, error: OSError) -> None:
        # Journaled at the end: the journal is on the disk that has just refused a write.
        self._warned[_DISK] += 1
        if self._warned[_DISK] == 1:
            self._warned_texts[_DISK] = f"cannot write ({error.strerror or error})"
            self._show(
                f"{self._directory}: cannot write ({error.strerror or error}); training goes on, what was "
                "logged before stays readable, and writing is tried again"
            )

    def _moment(self, timestamp: Any) -> int:
        """Return a time in ns since the epoch; one that cannot be kept is now, with a warning."""
        try:
            moment = nanoseconds(timestamp)
            if moment in _INT64:
                return moment
        except (TypeError, ValueError, OverflowError):
            pass
        self.warn(
            "timestamp",
            f"timestamp {text_of(timestamp)} is no time in milliseconds since the epoch; now counts instead",
        )
        return nanoseconds(None)

    def _whole_step(self, step: Any) -> int | None:
        """Return a step as it can be kept; None, with a warning, if it is no whole number of 64 bits."""
        try:
            whole = int(step)
            if whole == step and whole in _INT64:
                return whole
        except (TypeError, ValueError, OverflowError):
            pass
        self.warn("step", f"step {text_of(step)} is no whole number of 64 bits; it is left out")
        return None

    def _context_name(self, context: ContextLike) -> str | None:
        """Return the name of a context after journaling it once; an empty text is the run itself."""
        name = context_text(context)
        if name is not None and name not in self._contexts:
            self._declare_context(name, None)
        return name

    def _declare_context(self, name: str, parent: str | None) -> None:
        with self._declaring:
            if name not in self._contexts:
                self._contexts.add(name)
                self._journal.write("context", name=name, parent=parent)
