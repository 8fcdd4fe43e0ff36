"""What a reader met and could work around: one line each, and never more than a screenful a file."""

from collections import Counter

_SHOWN_PER_FILE = 20


class Problems:
    """Collects warnings by file; of a file with many, the first twenty and the number of the rest."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._count: Counter[str] = Counter()

    def add(self, file: str, message: str, *, line: int | None = None) -> None:
        """Note one problem.

        Args:
            file: path relative to the run directory.
            message: what was wrong and what was done about it.
            line: number of the line in the file, from 1.
        """
        self._count[file] += 1
        if self._count[file] <= _SHOWN_PER_FILE:
            place = file if line is None else f"{file}: line {line}"
            self._lines.append(f"{place}: {message}")

    def lines(self) -> tuple[str, ...]:
        """Return all warnings in the order met, then for each overfull file how many more there were."""
        more = (
            f"{file}: {count - _SHOWN_PER_FILE} more warnings"
            for file, count in self._count.items()
            if count > _SHOWN_PER_FILE
        )
        return (*self._lines, *more)
