"""What is wrong with a damaged store, collected while the rest of it is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..errors import PackagerError, ScratchError

_SHOWN = 20


@dataclass
class Damage:
    """Collects what could not be read.

    Attributes:
        points: how many points are lost.
        times: how many points have lost their time alone; it is written as 0.
        places: one line for each place, in the order met.
    """

    points: int = 0
    times: int = 0
    places: list[str] = field(default_factory=list)

    def add(self, error: PackagerError | str) -> None:
        """Note a place once."""
        text = str(error)
        if text not in self.places:
            self.places.append(text)

    @contextmanager
    def tolerate(self) -> Iterator[None]:
        """Note the error of the block instead of raising it."""
        try:
            yield
        except ScratchError:
            raise
        except PackagerError as error:
            self.add(error)

    def lines(self) -> Iterator[str]:
        """Yield the places, at most twenty, and how many more there are."""
        yield from self.places[:_SHOWN]
        if len(self.places) > _SHOWN:
            yield f"{len(self.places) - _SHOWN} more places"
