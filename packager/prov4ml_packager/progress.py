"""How long jobs on bytes tell whoever watches where they are."""

from typing import Protocol


class Progress(Protocol):
    """Called with the number of bytes just done; a negative one takes back what must be done again."""

    def __call__(self, count: int, /) -> None:
        """Add bytes that are done."""
        ...

    def stage(self, name: str, total: int = 0) -> None:
        """Begin a stage of the job, a verb such as `pack`, of so many bytes; 0 if nobody knows."""
        ...


class _Unwatched:
    def __call__(self, count: int, /) -> None:
        pass

    def stage(self, name: str, total: int = 0) -> None:
        pass


UNWATCHED: Progress = _Unwatched()
