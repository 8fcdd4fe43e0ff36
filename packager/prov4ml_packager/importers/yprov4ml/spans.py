"""When a run began and ended, as far as its documents or its points tell."""

from collections.abc import Sequence

from ...metric_table import MetricSeries
from ...repair.model import first_text
from .reading import RankDocument
from .things import RUN_TIMES

Times = tuple[int | None, int | None]
"""Start and end in ns; None where it is not known."""


def own_times(source: RankDocument) -> Times:
    """Return start and end of a document's run as far as it says them, in the order of time."""
    attributes = source.run.attributes
    found: list[int | None] = []
    for name, formal in zip(
        RUN_TIMES, (("startTime", "startedAtTime"), ("endTime", "endedAtTime")), strict=True
    ):
        text = first_text(attributes, *formal, name)
        if text is None and name in source.entities:
            text = first_text(source.entities[name].attributes, "parameter_value", "value")
        found.append(source.time(text))
    start, end = found
    return (end, start) if start is not None and end is not None and end < start else (start, end)


def run_span(
    own: Sequence[Times], series: Sequence[MetricSeries], otherwise: int
) -> tuple[int, int, list[str]]:
    """Return start and end of the run, and what had to be assumed, one sentence each.

    Args:
        own: what each document says of them.
        series: whose first and last point count where no document says it.
        otherwise: the time (ns) that counts without points.
    """
    start = min((one for one, _ in own if one is not None), default=None)
    end = max((one for _, one in own if one is not None), default=None)
    if start is not None and end is not None:
        return start, end, []
    around = _around(series)
    if start is None and end is None:
        counts = "those of the first and last point count" if around else "that of its file counts"
        first, last = around or (otherwise, otherwise)
        return first, last, [f"the times of the run: the document has none, and {counts}"]
    if start is not None:
        counts = "the time of the last point counts" if around else "its start counts"
        last = max(start, around[1]) if around else start
        return start, last, [f"the end of the run: the document has none, and {counts}"]
    counts = "the time of the first point counts" if around else "its end counts"
    first = min(otherwise, around[0]) if around else otherwise
    return first, otherwise, [f"the start of the run: the document has none, and {counts}"]


def time_of_file(source: RankDocument) -> int:
    """Return when the document was last written, in ns."""
    return max(0, source.path.stat().st_mtime_ns)


def _around(series: Sequence[MetricSeries]) -> tuple[int, int] | None:
    """Return the first and the last time of all points (ns); None without any."""
    chunks = [chunk["time"] for one in series for chunk in one.chunks()]
    return (min(int(one.min()) for one in chunks), max(int(one.max()) for one in chunks)) if chunks else None
