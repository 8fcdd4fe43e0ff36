"""What reaches the terminal: lines that foreign names cannot corrupt."""

import os
import shutil
import sys

from prov4ml_validators.terminal import printable


def say(text: object) -> None:
    """Print one line of result to stdout."""
    print(printable(str(text)))


def note(text: str) -> None:
    """Print one line to stderr: what is no result."""
    sys.stdout.flush()
    print(printable(text), file=sys.stderr)


def tell(line: str, kind: str = "note") -> None:
    """Print one line to stderr on what the user should know of: a `note`, a `warning`, or an `error`."""
    note(f"prov4ml-pack: {kind}: {line}")


def fail(text: str) -> None:
    """Print one line to stderr on why it could not be done."""
    tell(" ".join(text.split()), "error")


def show_colours() -> bool:
    """Return whether stdout is a terminal whose user wants colours (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def show_blocks() -> bool:
    """Return whether stdout can carry Unicode's blocks."""
    try:
        "▁█".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def columns() -> int:
    """Return the width of the terminal, or what COLUMNS says; 100 where nobody knows."""
    return shutil.get_terminal_size((100, 24)).columns
