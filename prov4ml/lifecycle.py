"""The active run of the process, and the ways in which a process can end before `end_run`."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import threading
from types import FrameType

from .errors import Prov4MLError
from .run import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Active:
    """The active run of this process and what watches over it; read `run` directly on the hot path only."""

    run: Run | None = None
    error_at_start: BaseException | None = None
    hooks_installed = False


def active_run() -> Run:
    """Return the active run.

    Raises:
        Prov4MLError: there is none.
    """
    run = Active.run
    if run is None:
        raise Prov4MLError("no run is active: call prov4ml.start_run(experiment_name) first")
    return run


def check_no_active_run() -> None:
    """Refuse a second run beside an active one of the same process.

    Raises:
        Prov4MLError: a run is active.
    """
    run = Active.run
    if run is not None and run.belongs_to_this_process():
        where = run.get_run_dir() or "of a rank that does not record"
        raise Prov4MLError(
            f"the run {where} is still active: call prov4ml.end_run() before starting another one"
        )


def activate(run: Run) -> None:
    """Make a run the active one and watch for the end of the process."""
    Active.run = run
    Active.error_at_start = _last_error()
    if not Active.hooks_installed:
        Active.hooks_installed = True
        atexit.register(_at_exit)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_after_fork_in_child)
    _watch_multiprocessing_child()
    if threading.current_thread() is threading.main_thread():
        # Only where nobody else cares for the signal: a launcher's own handler goes first.
        with contextlib.suppress(ValueError, OSError):
            if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
                signal.signal(signal.SIGTERM, _on_sigterm)


def _watch_multiprocessing_child() -> None:
    """Watch for the end of a child that multiprocessing has forked: it ends without `atexit`."""
    multiprocessing = sys.modules.get("multiprocessing")
    if multiprocessing is not None and multiprocessing.parent_process() is not None:
        from multiprocessing.util import Finalize

        Finalize(None, _at_exit, exitpriority=0)


def deactivate(run: Run) -> None:
    """Forget a run that has ended and restore the handler of SIGTERM."""
    if Active.run is run:
        Active.run = None
    if threading.current_thread() is threading.main_thread():
        with contextlib.suppress(ValueError, OSError):
            if signal.getsignal(signal.SIGTERM) is _on_sigterm:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _last_error() -> BaseException | None:
    """Return the uncaught exception that the interpreter has printed last, if any."""
    error: Any = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    return error if isinstance(error, BaseException) else None


def _at_exit() -> None:
    run = Active.run
    if run is None or not run.belongs_to_this_process():
        return
    error = _last_error()
    if error is not None and error is not Active.error_at_start:
        run.fail(error, ended_by="exception")
    else:
        run.abandon()


def _after_fork_in_child() -> None:
    if Active.run is not None:
        Active.run.forget_in_child()


def _on_sigterm(number: int, frame: FrameType | None) -> None:
    run = Active.run
    if run is None or not run.belongs_to_this_process():
        _die_of_sigterm()
    else:
        run.terminate("SIGTERM", _die_of_sigterm)


def _die_of_sigterm() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)
