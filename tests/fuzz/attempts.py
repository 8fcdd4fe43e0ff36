"""One attempt with its limits: whatever goes wrong with an input becomes a `Failure`."""

import random
import signal
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .mutations import LARGEST

if TYPE_CHECKING:
    from .targets import Target

PROCESSOR_SECONDS = 10.0
"""That an attempt may take. An ordinary one takes some milliseconds; tracing makes it ten times slower."""
_KEPT_FROM = 4


@dataclass(frozen=True)
class Failure:
    """An input and what it did; `place` is where in the code, so that the same fault is told once."""

    data: bytes
    place: str
    message: str


class TooSlow(BaseException):
    """Raised by the timer, in whatever code runs; no `except Exception` may catch it."""


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    def stop(number: int, frame: object) -> None:
        raise TooSlow(f"more than {seconds} s of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def attempt(
    target: "Target", data: bytes, folder: Path, *, seconds: float = PROCESSOR_SECONDS
) -> Failure | None:
    """Check one input and return what failed, None if nothing did."""
    try:
        with _limited(seconds):
            target.attempt(data, folder)
    except (Exception, TooSlow) as error:
        frames = [one for one in traceback.extract_tb(error.__traceback__) if one.filename != __file__]
        ours = [one for one in frames if "prov4ml" in one.filename or "fuzz" in one.filename]
        last = (ours or frames)[-1]
        place = f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno} {last.name}"
        return Failure(data, place, "".join(traceback.format_exception(error)[-_KEPT_FROM:]))
    return None


def damaged(target: "Target", random: random.Random) -> Iterator[bytes]:
    """Yield inputs without end: mostly a seed damaged once, also what was damaged before once more."""
    seeds = target.seeds()
    recent: list[bytes] = []
    while True:
        again = recent and random.random() < 0.3
        data = target.mutate(random.choice(recent if again else seeds), random)[:LARGEST]
        if len(recent) < 200:
            recent.append(data)
        else:
            recent[random.randrange(200)] = data
        yield data
