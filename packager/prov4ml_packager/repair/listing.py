"""Repairs as lines of text: for `repair` and for `import`."""

from collections.abc import Iterator, Sequence

from ..record import RepairRecord

_SUBJECTS = 3


def repair_lines(repairs: Sequence[RepairRecord], *, verbose: bool = False) -> Iterator[str]:
    """Yield one line a kind of repair, with how often it was done and to what.

    Args:
        repairs: in the order to list them.
        verbose: name every subject instead of the first three.
    """
    for repair in repairs:
        count = len(repair.subjects)
        shown = repair.subjects if verbose else repair.subjects[:_SUBJECTS]
        rest = f", … {count - len(shown):,} more" if count > len(shown) else ""
        times = f" ({count:,} times)" if count > 1 else ""
        names = f": {', '.join(shown)}{rest}" if shown else ""
        yield f"{repair.message}{times}{names}"
