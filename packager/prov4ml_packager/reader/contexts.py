"""The contexts of a run with their times: inside the run, and every context inside its parent."""

from collections.abc import Mapping

from ..record import ContextRecord
from .problems import Problems


def _without_cycles(parents: Mapping[str, str | None], problems: Problems) -> dict[str, str | None]:
    kept: dict[str, str | None] = {}
    for name, parent in parents.items():
        above = parent
        while above is not None and above != name:
            above = kept.get(above)
        if above is not None:
            problems.add("contexts", f"context {name!r} is inside itself; it is put at the top")
            parent = None
        kept[name] = parent
    return kept


def build_contexts(
    parents: Mapping[str, str | None],
    seen: Mapping[str, tuple[int, int]],
    start: int,
    end: int,
    problems: Problems,
) -> tuple[ContextRecord, ...]:
    """Return the contexts in the order of `parents`.

    Args:
        parents: context to its parent.
        seen: context to the first and last time (ns) anything was logged in it.
        start: start of the run (ns).
        end: its end (ns); times are clipped to the two.
        problems: where a cycle of contexts is reported.
    """
    kept = _without_cycles(parents, problems)
    times = {
        name: (min(max(first, start), end), min(max(last, start), end))
        for name, (first, last) in ((name, seen.get(name, (start, start))) for name in kept)
    }
    spans = dict(times)
    for name, (first, last) in times.items():
        above = kept[name]
        while above is not None:
            spans[above] = (min(spans[above][0], first), max(spans[above][1], last))
            above = kept[above]
    return tuple(ContextRecord(name, parent, *spans[name]) for name, parent in kept.items())
