"""Tables in text files that a program appends to: DVCLive's TSV, Lightning's CSV."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .sources import open_source


class TextTable:
    """One file, read once.

    Attributes:
        path: the file.
        modified: when it was last written, in ns.
        header: its columns; empty for an empty file.
        damaged: lines with another number of fields than the header has, or that are no CSV.
        torn: whether the last line has no end and was left out: its program was killed, or is writing.
    """

    def __init__(self, path: Path, delimiter: str) -> None:
        self.path = path
        self._delimiter = delimiter
        self.modified = path.lstat().st_mtime_ns
        self.header: tuple[str, ...] = ()
        self.damaged = 0
        self.torn = False

    def rows(self) -> Iterator[list[str]]:
        """Yield the rows after the header, which is known when the first one comes.

        Raises:
            OSError: the file cannot be read.
        """
        with open_source(self.path) as stream:
            reader = csv.reader(self._lines(stream), delimiter=self._delimiter)
            while True:
                try:
                    row = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    self.damaged += 1
                    continue
                if not self.header:
                    self.header = tuple(row)
                elif len(row) == len(self.header):
                    yield row
                elif row:
                    self.damaged += 1

    def _lines(self, stream: BinaryIO) -> Iterator[str]:
        while line := stream.readline(1 << 20):
            if not line.endswith(b"\n") and len(line) < 1 << 20:
                self.torn = True
                return
            yield line.decode("utf-8", "backslashreplace")

    def losses(self) -> Iterator[str]:
        """Yield one sentence for each kind of damage met so far."""
        if self.damaged:
            lines = f"{self.damaged:,} line{'s' if self.damaged > 1 else ''}"
            yield f"{lines} of {self.path.name}: not as its header says"
        if self.torn:
            yield f"the last line of {self.path.name}: it was not written to its end"


def count_losses(refused: Counter[str]) -> Iterator[str]:
    """Yield one sentence for each kind of value that is no number."""
    for kind, count in sorted(refused.items()):
        yield f"{count:,} value{'s' if count > 1 else ''} of {kind}: no number"
