"""Several runs side by side: what differs between them, and what they share."""

from collections.abc import Sequence

from ..comparison import SECTIONS, UNCOUNTED, facets_of
from ..provenance import build_document
from ..wording import run_title
from .html import NOTHING, Html, code, digest, folded, join, table, text
from .limits import Limits
from .run_parts import duration, moment, status_badge
from .subject import ReportRun

_LEFT_OUT = UNCOUNTED | {"structure"}
_TITLES = {
    "run": "Run",
    "parameters": "Parameters",
    "data": "Data",
    "code": "Code",
    "environment": "Environment",
    "metrics": "Metrics: last values",
    "results": "Results",
    "attributes": "Attributes",
}


def run_list(runs: Sequence[ReportRun]) -> Html:
    """Return the runs with status and times, each linked to its part of the page."""
    rows = [
        [
            Html(f'<a href="#run-{number}">{text(run_title(one.run), 300)}</a>'),
            status_badge(one.run),
            moment(one.run.start),
            text(duration((one.run.end - one.run.start) / 1e9)),
        ]
        for number, one in enumerate(runs)
    ]
    return table(["Run", "Status", "Start", "Duration"], rows, len(rows))


def differences(runs: Sequence[ReportRun], limits: Limits) -> Html:
    """Return the parameters, data, code, environment and last values that differ, a column for each run.

    What is the same in all runs is counted, and parameters that are the same are listed once.
    """
    facets = [facets_of(build_document(one.run, store=None)) for one in runs]
    heads = ["", *(run_title(one.run) for one in runs)]
    parts = []
    same_everywhere: list[list[Html]] = []
    for section in SECTIONS:
        if section in _LEFT_OUT:
            continue
        keys = dict.fromkeys(key for one in facets for key in one.get(section, {}))
        rows, same = [], 0
        for key in keys:
            values = [one.get(section, {}).get(key) for one in facets]
            if len(set(values)) > 1:
                rows.append([text(key, limits.characters), *(_cell(value, limits) for value in values)])
            else:
                same += 1
                if section == "parameters":
                    same_everywhere.append([text(key, limits.characters), _cell(values[0], limits)])
        title = f"{_TITLES[section]} that differ"
        note = Html(f'<p class="note">{same:,} are the same in all runs.</p>') if same and rows else NOTHING
        parts.append(
            folded(title, len(rows), Html(table(heads, rows, limits.rows) + note) if rows else NOTHING)
        )
    shared = folded(
        "Parameters that all runs share",
        len(same_everywhere),
        table(["Parameter", "Value"], same_everywhere, limits.rows),
    )
    return join([*parts, shared]) or Html("<p>The runs differ in nothing but times and load.</p>")


def _cell(value: str | None, limits: Limits) -> Html:
    if value is None:
        return Html('<span class="note">not there</span>')
    if len(value) == 64 and all(char in "0123456789abcdef" for char in value):
        return digest(value)
    return code(value, limits.characters)
