"""The steps of a run on a page: its contexts in the order of time, and what was logged in each."""

from collections import Counter

from ..context_steps import is_step_completed, steps_of
from .html import NOTHING, Html, badge, table, text
from .limits import Limits
from .run_parts import duration, moment
from .subject import ReportRun


def steps(subject: ReportRun, limits: Limits) -> Html:
    """Return a table of the contexts; of a run that did not finish it says which of them were over."""
    run = subject.run
    found = steps_of(run)
    series = Counter(one.context for one, _ in subject.series)
    files = Counter(one.context for one in run.artifacts)
    files += Counter(one.context for one in run.model_versions)
    files += Counter(one.context for one in run.datasets)
    is_nested = any(one.parent is not None for one in found)
    heads = ["Step", *(["Inside"] if is_nested else []), *(["Ended"] if run.status != "finished" else [])]
    rows = []
    for one in found[: limits.rows]:
        ended = badge("finished", "over") if is_step_completed(run, one) else badge(run.status, run.status)
        rows.append(
            [
                text(one.name, limits.characters),
                *([text(one.parent or "", limits.characters)] if is_nested else []),
                *([ended] if run.status != "finished" else []),
                moment(one.start),
                text(duration((one.end - one.start) / 1e9)),
                text(f"{series[one.name]:,}"),
                text(f"{files[one.name]:,}"),
            ]
        )
    rows += [[]] * (len(found) - len(rows))  # counted, never shown
    figures = ["Start", "Duration", "Metrics", "Files"]
    return table([*heads, *figures], rows, limits.rows, numbers=len(heads) + 1) if found else NOTHING
