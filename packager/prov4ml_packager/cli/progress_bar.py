"""A bar on the terminal for jobs of which it is known how long they are."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from prov4ml_validators.terminal import printable

from .output import note


class ProgressBar:
    """What a terminal shows of a long job: a bar once it is known how much there is, until then a count."""

    _WIDTH = 24
    _SECONDS = 0.1  # between two pictures

    def __init__(self, label: str) -> None:
        self._label = label
        self._done = self._total = 0
        self._began = time.monotonic()
        self._drawn = 0.0
        self._length = 0

    def __call__(self, points: int) -> None:
        """Add points that are done."""
        self._done += points
        now = time.monotonic()
        if now - self._drawn >= self._SECONDS or self._done == self._total:
            self._drawn = now
            self._draw(now)

    def total(self, points: int) -> None:
        """Add points that are to be done."""
        self._total += points

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
        text = f"{self._done:,} points"
        if self._total:
            part = min(1.0, self._done / self._total)
            filled = int(part * self._WIDTH)
            bar = "#" * filled + "-" * (self._WIDTH - filled)
            text = f"[{bar}] {part:4.0%} of {self._total:,} points"
            if 0 < part < 1:
                left = (now - self._began) / part * (1 - part)
                text += f", {int(left // 60)}:{int(left % 60):02} left"
        text = f"{printable(self._label)}: {text}"
        click.echo(f"\r{text:<{self._length}}", file=sys.stderr, nl=False)
        self._length = len(text)


@contextmanager
def progress_bar(label: str) -> Iterator[ProgressBar | None]:
    """Yield a bar for a job, or None off a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    bar = ProgressBar(label)
    try:
        yield bar
    finally:
        bar.close()
