"""Counts and lists of names in words."""

from collections.abc import Sequence


def counted(number: int, one: str, several: str | None = None) -> str:
    """Return a number with its noun: `1 point`, `12,000 points`."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def first_names(names: Sequence[str]) -> str:
    """Return the first three of some names, and how many more there are."""
    rest = f", … {len(names) - 3:,} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + rest
