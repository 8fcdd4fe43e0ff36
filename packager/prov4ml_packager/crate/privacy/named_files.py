"""Logged files that name a person or a machine: they go into a redacted crate as they are, so it is said."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..archive.members import CHUNK, open_source
from .pseudonyms import Pseudonyms

_OVERLAP = 1024
_LOOKED_AT = 8192
_SHORTEST_IN_BINARY = 6
"""Shorter names occur in random bytes by chance."""


@dataclass(frozen=True)
class NamedFile:
    """A file with a name in it; `line` counts from 1 and is None in a binary file."""

    path: str
    name: str
    line: int | None


def named_files(root: Path, paths: Sequence[str], pseudonyms: Pseudonyms) -> Iterator[NamedFile]:
    """Yield the first name in each file that holds one, in the order of the paths, in bounded memory.

    What is compressed is not looked into, and of text in UTF-16 nothing is found.

    Raises:
        PackagerError: a file cannot be read.
    """
    everywhere, in_binary = pseudonyms.finder(), pseudonyms.finder(_SHORTEST_IN_BINARY)
    if everywhere is None:
        return
    needles = [_needle(name) for name in pseudonyms.names()]
    for path in paths:
        line, tail, finder = 1, b"", everywhere
        with open_source(root / path) as stream:
            while chunk := stream.read(CHUNK):
                if not tail and b"\0" in chunk[:_LOOKED_AT]:
                    if in_binary is None:
                        break
                    finder, line = in_binary, 0
                window = tail + chunk
                lower = window.lower()
                # Few files name anybody: a plain search for a word rules most of them out.
                if any(needle in lower for needle in needles):
                    text = window.decode("utf-8", "replace")
                    if match := finder.search(text):
                        where = line + text.count("\n", 0, match.start()) if line else None
                        yield NamedFile(path, match[0], where)
                        break
                tail = window[-_OVERLAP:]
                line += window.count(b"\n", 0, len(window) - len(tail)) if line else 0


def _needle(name: str) -> bytes:
    """Return bytes in lower case that every way of writing a name has, or nothing, which is in all text."""
    runs = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in name.lower())
    return max(runs.split(), key=len, default="").encode("ascii")
