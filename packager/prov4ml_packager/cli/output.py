"""What reaches the terminal: lines that foreign names cannot corrupt, and progress where someone watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


def printable(text: str) -> str:
    r"""Return text with everything that is no printable character written as `\uXXXX`."""
    return "".join(
        char
        if char.isprintable()
        else f"\\u{ord(char):04x}"
        if ord(char) < 0x10000
        else f"\\U{ord(char):08x}"
        for char in text
    )


def say(text: object) -> None:
    """Print one line of result to stdout."""
    print(printable(str(text)))


def note(text: str) -> None:
    """Print one line to stderr: what is no result."""
    sys.stdout.flush()
    print(printable(text), file=sys.stderr)


def fail(text: str) -> None:
    """Print one line to stderr on why it could not be done."""
    note(f"prov4ml-pack: error: {' '.join(text.split())}")


@contextmanager
def progress(label: str) -> Iterator[Callable[[int], None] | None]:
    """Yield a function that takes the number of points done since its last call, or None off a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    done = 0

    def advance(points: int) -> None:
        nonlocal done
        done += points
        click.echo(f"\r{label}: {done:,} points", file=sys.stderr, nl=False)

    try:
        yield advance
    finally:
        if done:
            click.echo("", file=sys.stderr)
