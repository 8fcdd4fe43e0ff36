"""Where the rows of each series lie in a CSV: what a reader of points asks, whoever found it out."""

from abc import ABC, abstractmethod
from array import array
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ...errors import PackagerError
from .csvw import SeriesKey
from .dialect import names_pattern


class RowIndex(ABC):
    """Runs of neighbouring rows of one series, in the order of the file.

    Neighbouring runs make a segment, which is read and parsed at once.

    Attributes:
        path: the table, for error messages.
        separator: of the table.
        names: what matches the names at the beginning of a row.
        rows: how many each run has.
        lines: the line at which each begins.
        runs: the numbers of the runs of each series, in the order of their first rows.
    """

    def __init__(self, path: Path, separator: str) -> None:
        self.path = path
        self.separator = separator
        self.names = names_pattern(separator)
        self.rows, self.lines = array("q"), array("q")
        self.runs: dict[SeriesKey, array[int]] = {}

    def error(self, line: int, message: str, hint: str | None = None) -> PackagerError:
        """Return the error of a line."""
        return PackagerError(message, path=self.path, place=f"line {line}", hint=hint)

    @property
    def row_count(self) -> int:
        """Return the number of rows of the table."""
        return sum(self.rows)

    @abstractmethod
    def segments(self) -> npt.NDArray[np.int64]:
        """Return the first run of each segment, in their order."""

    @abstractmethod
    def extent(self, first: int, stop: int) -> tuple[int, int]:
        """Return where the runs of a segment begin in the unpacked file, and how many bytes they have."""

    def is_plain(self, first: int, stop: int, data: bytes) -> bool:
        """Tell whether the bytes of a segment are known to be the rows of its runs, and nothing is quoted."""
        return False

    @abstractmethod
    def bounds(self, first: int, stop: int, data: bytes) -> Sequence[tuple[int, int]]:
        """Return where each run of a segment begins and ends in its bytes.

        Raises:
            PackagerError: the bytes are not the rows that they were taken for.
        """
