"""What several documents say differently, key by key."""

from collections.abc import Sequence
from dataclasses import dataclass

from .facets import Facets


@dataclass(frozen=True)
class KeyValues:
    """One key with what each document has for it, in their order; None is where it is not there."""

    key: str
    values: tuple[str | None, ...]

    @property
    def differ(self) -> bool:
        """Return whether not all documents have the same."""
        return len(set(self.values)) > 1


def side_by_side(documents: Sequence[Facets], section: str) -> list[KeyValues]:
    """Return every key of a section in the order in which the documents have them."""
    sections = [one.get(section, {}) for one in documents]
    keys = dict.fromkeys(key for one in sections for key in one)
    return [KeyValues(key, tuple(one.get(key) for one in sections)) for key in keys]
