"""A bar on the terminal for long jobs: how much is done of how much, or a count where nobody knows."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

import click

from prov4ml_validators.terminal import printable

from ..progress import UNWATCHED, Progress
from .output import note

Unit = Literal["points", "bytes"]


class ProgressBar:
    """What a terminal shows of a long job: a bar once it is known how much there is, until then a count."""

    _WIDTH = 24
    _SECONDS = 0.1  # between two pictures

    def __init__(self, label: str, unit: Unit = "points") -> None:
        self._subject = self._label = label
        self._unit = unit
        self._done = self._total = 0
        self._began = time.monotonic()
        self._drawn = 0.0
        self._length = 0

    def __call__(self, count: int) -> None:
        """Add what is done; a negative number takes back what must be done again."""
        self._done += count
        now = time.monotonic()
        if now - self._drawn >= self._SECONDS or self._done == self._total:
            self._drawn = now
            self._draw(now)

    def total(self, count: int) -> None:
        """Add what is to be done."""
        self._total += count

    def stage(self, name: str, total: int = 0) -> None:
        """End the line, and begin a new one for the next stage of the job."""
        self.close()
        self._label = f"{name} {self._subject}"
        self._done, self._total = 0, total
        self._began, self._drawn, self._length = time.monotonic(), 0.0, 0

    def note(self, text: str) -> None:
        """Print one line above the bar."""
        if self._length:
            click.echo(f"\r{'':<{self._length}}\r", file=sys.stderr, nl=False)
        note(text)
        if self._length:
            self._draw(time.monotonic())

    def close(self) -> None:
        """End the line."""
        if self._length:
            self._draw(time.monotonic())
            click.echo("", file=sys.stderr)

    def _draw(self, now: float) -> None:
        bar, text = "", self._amount(self._done)
        if self._total:
            part = min(1.0, self._done / self._total)
            filled = int(part * self._WIDTH)
            bar = f"[{'#' * filled}{'-' * (self._WIDTH - filled)}] "
            text = f"{part:4.0%} of {self._amount(self._total)}"
            if 0 < part < 1:
                left = (now - self._began) / part * (1 - part)
                text += f", {int(left // 60)}:{int(left % 60):02} left"
        text = fitted(printable(self._label), bar, text, terminal_width())
        click.echo(f"\r{text:<{self._length}}", file=sys.stderr, nl=False)
        self._length = len(text)

    def _amount(self, count: int) -> str:
        if self._unit == "bytes":
            return f"{count / 1e6:,.1f} MB"
        return "1 point" if count == 1 else f"{count:,} points"


def terminal_width() -> int:
    """Return how many characters a line of the terminal behind stderr has; 0 if nobody knows."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        return 0


def fitted(label: str, bar: str, text: str, width: int) -> str:
    """Return one line for a terminal: a longer one would be broken, and stay when the next is drawn.

    Args:
        label: what is done; its end is kept.
        bar: left out first.
        text: how much is done.
        width: of the terminal; 0 if nobody knows.
    """
    line = f"{label}: {bar}{text}"
    if not width or len(line) < width:
        return line
    text = text.strip()
    room = width - 1 - len(f": {text}")
    if len(label) <= room:
        return f"{label}: {text}"
    if room > 1:
        return f"…{label[1 - room :]}: {text}"
    return text[: width - 1]


@contextmanager
def progress_bar(label: str, unit: Unit = "points") -> Iterator[ProgressBar | None]:
    """Yield a bar for a job, or None off a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    bar = ProgressBar(label, unit)
    try:
        yield bar
    finally:
        bar.close()


class Tell(Protocol):
    """Prints one line above the bar: what the user should know of."""

    def __call__(self, line: str, kind: str = "note") -> None:
        """Print a line of a kind, `note` or `warning`."""
        ...


@contextmanager
def byte_progress(subject: str) -> Iterator[tuple[Progress, Tell]]:
    """Yield what a job on bytes reports to, and what prints its notes, above the bar on a terminal."""
    with progress_bar(subject, "bytes") as bar:
        write = note if bar is None else bar.note

        def tell(line: str, kind: str = "note") -> None:
            write(f"prov4ml-pack: {kind}: {line}")

        yield bar or UNWATCHED, tell
