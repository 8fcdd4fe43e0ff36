"""Several runs on one page: a table that compares them, and what else differs or is shared."""

import math
from collections import Counter
from collections.abc import Sequence

from ..comparison import SECTIONS, UNCOUNTED, Column, KeyValues, RunTable, side_by_side
from ..comparison.run_table import Cell
from .figures import short_names
from .html import LONG_ROWS, NOTHING, Html, badge, code, digest, folded, join, number, table, text
from .limits import Limits
from .run_parts import duration
from .subject import ReportRun

_LEFT_OUT = UNCOUNTED | {"structure"}
_IN_THE_TABLE = frozenset({"parameters", "metrics"})
_SIDE_BY_SIDE = 4
_VALUES = 8
_NAMES = 3
_WIDEST = 120
_NARROW, _WIDE = 10, 18
_TITLES = {
    "run": "Facts of the run",
    "parameters": "Parameters",
    "data": "Data",
    "code": "Parts of the code",
    "environment": "Parts of the environment",
    "metrics": "Metrics: last values",
    "results": "Results",
    "attributes": "Attributes",
}
_HIDDEN = frozenset({"run", "experiment", "run_id", "uuid", "end_time", "error"})
"""What the first column says, or the part of the run."""


def comparison(found: RunTable, runs: Sequence[ReportRun], limits: Limits, href: str | None) -> Html:
    """Return the table of runs, each linked to its part of the page; a script can sort it.

    Where there are many metrics, only their last values are shown.

    Args:
        found: the table.
        runs: in the order of its rows.
        limits: rows and columns that are shown.
        href: a relative link to the whole table, or None.
    """
    most = limits.columns_for(min(len(runs), limits.rows))
    names = short_names([one.run for one in runs])
    columns = [one for one in _columns(found, most) if one.name != "name" or set(one.values) - {*names, None}]
    shown = columns[:most]
    head = _head(shown)
    extremes = [_extreme(column) for column in shown]
    rows = []
    for row in range(min(len(runs), limits.rows)):
        title = text(names[row], 300)
        first = (
            Html(f'<a href="#run-{row}">{title}</a>') if row < limits.runs else Html(f"<span>{title}</span>")
        )
        cells = join(
            _cell(column, column.values[row], best) for column, best in zip(shown, extremes, strict=True)
        )
        rows.append(Html(f'<tr><th scope="row">{first}</th>{cells}</tr>'))
    kinds = ["sortable", *(["long"] if len(rows) >= LONG_ROWS else []), *_paper_size(len(shown))]
    notes = []
    if len(runs) > len(rows):
        notes.append(f"{len(runs) - len(rows):,} more runs are not shown.")
    if len(columns) > len(shown):
        notes.append(f"{len(columns) - len(shown):,} more columns are not shown.")
    if found.left_out:
        notes.append(f"{found.left_out:,} metrics have no column.")
    file = Html(f'The whole table is in <a href="{text(href)}">{text(href)}</a>.') if href else NOTHING
    note = join([text(" ".join(notes)), file], " " if notes else "")
    return Html(
        f'<div class="scroll runs" tabindex="0"><table class="{" ".join(kinds)}">{head}'
        f"<tbody>{join(rows)}</tbody></table></div>" + (f'<p class="note">{note}</p>' if note else "")
    )


def _paper_size(columns: int) -> list[str]:
    """Return the class of a table whose columns must be smaller to fit on paper."""
    return ["wider"] if columns > _WIDE else ["wide"] if columns > _NARROW else []


def _columns(found: RunTable, most: int) -> list[Column]:
    chosen = [column for column in found.columns if column.name not in _HIDDEN]
    if len(chosen) > most:
        chosen = [column for column in chosen if column.group != "metric" or column.title == "last"]
    # What was found comes before when, and what it cost.
    return sorted(chosen, key=lambda one: (one.group == "usage") + 2 * (one.kind == "time"))


def _head(columns: Sequence[Column]) -> Html:
    """Return one row of heads, or two where figures of one metric stand together."""
    groups: list[list[Column]] = []
    for column in columns:
        if column.of and groups and groups[-1][0].of == column.of:
            groups[-1].append(column)
        else:
            groups.append([column])
    two = any(group[0].of for group in groups)
    span = ' rowspan="2"' if two else ""
    first = [Html(f'<th scope="col" data-sort{span}>Run</th>')]
    second = []
    for group in groups:
        column = group[0]
        if not column.of:
            kind = ' class="n"' if _is_number(column) else ""
            unit = _unit(column) if column.name != "duration_seconds" else NOTHING
            first.append(
                Html(f'<th scope="col" data-sort{kind}{span}>{text(column.title, _WIDEST)}{unit}</th>')
            )
            continue
        title = f"{text(column.of, _WIDEST)}{_unit(column)}"
        first.append(Html(f'<th scope="colgroup" class="of" colspan="{len(group)}">{title}</th>'))
        second += [Html(f'<th scope="col" data-sort class="n">{text(one.title)}</th>') for one in group]
    rows = f"<tr>{join(first)}</tr>" + (f"<tr>{join(second)}</tr>" if two else "")
    return Html(f"<thead>{rows}</thead>")


def _unit(column: Column) -> Html:
    return Html(f' <span class="unit">{text(column.unit, 60)}</span>') if column.unit else NOTHING


def _is_number(column: Column) -> bool:
    return column.kind in ("integer", "number")


def _as_number(value: Cell) -> float | None:
    try:
        return float(value) if value is not None else None
    except (ValueError, OverflowError):
        return None


def _extreme(column: Column) -> float | None:
    """Return the value that a column of extremes is about, where the runs have more than one."""
    if column.group != "metric" or column.title == "last":
        return None
    numbers = [one for one in map(_as_number, column.values) if one is not None and not math.isnan(one)]
    if len(set(numbers)) < 2:
        return None
    return min(numbers) if column.title == "smallest" else max(numbers)


def _cell(column: Column, value: Cell, best: float | None) -> Html:
    if value is None:
        return Html("<td></td>")
    if column.name == "status":
        return Html(f"<td>{badge(str(value), str(value))}</td>")
    if column.kind == "time":
        plain = str(value)
        return Html(f'<td data-value="{text(plain)}" class="time">{text(plain[:19].replace("T", " "))}</td>')
    if not _is_number(column) or (exact := _as_number(value)) is None:
        content = code(value, _WIDEST) if column.group == "parameter" else text(value, _WIDEST)
        return Html(f"<td>{content}</td>")
    if column.name == "duration_seconds":
        words = text(duration(exact))
    else:
        words = number(exact) if column.kind == "number" else text(value, _WIDEST)
    strong = f"<strong>{words}</strong>" if exact == best else words
    return Html(f'<td class="n" data-value="{exact!r}">{strong}</td>')


def differences(runs: Sequence[ReportRun], limits: Limits) -> Html:
    """Return what differs besides what the comparison shows, and the parameters that all runs share.

    Few runs have a column each, also for parameters and last values; of many the different values stand
    together, each with the number of its runs. What is the same in all runs is counted.
    """
    facets = [one.facets for one in runs]
    names = short_names([one.run for one in runs])
    few = len(runs) <= _SIDE_BY_SIDE
    parts = []
    for section in SECTIONS:
        if section in _LEFT_OUT or (section in _IN_THE_TABLE and not few):
            continue
        found = side_by_side(facets, section)
        differing = [one for one in found if one.differ]
        same = len(found) - len(differing)
        are = "is" if same == 1 else "are"
        note = (
            Html(f'<p class="note">{same:,} {are} the same in all runs.</p>')
            if same and differing
            else NOTHING
        )
        if few:
            rows = [
                [text(one.key, limits.characters), *(_value(value, limits) for value in one.values)]
                for one in differing
            ]
            content = table(["Name", *names], rows, limits.rows)
        else:
            rows = [
                [text(one.key, limits.characters), _distinct(one, names, limits)]
                for one in differing[: limits.rows]
            ]
            rows += [[]] * (len(differing) - len(rows))
            content = table(["Name", "Values"], rows, limits.rows)
        parts.append(
            folded(f"{_TITLES[section]} that differ", len(rows), Html(content + note) if rows else NOTHING)
        )
    equal = [one for one in side_by_side(facets, "parameters") if not one.differ]
    rows = [[text(one.key, limits.characters), _value(one.values[0], limits)] for one in equal]
    shared = folded(
        "Parameters that all runs share", len(rows), table(["Parameter", "Value"], rows, limits.rows)
    )
    return join([*parts, shared]) or Html("<p>The runs differ in nothing but times and load.</p>")


def _distinct(found: KeyValues, names: Sequence[str], limits: Limits) -> Html:
    """Return the values of a key, the most frequent first, each with how many and which runs have it."""
    counts = Counter(found.values)
    items = []
    for value, count in counts.most_common(_VALUES):
        holders = [name for name, one in zip(names, found.values, strict=True) if one == value]
        listed = ", ".join(holders[:_NAMES]) + (f" and {count - _NAMES:,} more" if count > _NAMES else "")
        note = f'<span class="note">{text(listed, limits.characters)}</span>'
        items.append(Html(f"<li>{_value(value, limits)} {note}</li>"))
    if len(counts) > _VALUES:
        items.append(Html(f'<li class="note">and {len(counts) - _VALUES:,} more values</li>'))
    return Html(f'<ul class="values">{join(items)}</ul>')


def _value(value: str | None, limits: Limits) -> Html:
    if value is None:
        return Html('<span class="note">not there</span>')
    if len(value) == 64 and all(char in "0123456789abcdef" for char in value):
        return digest(value)
    return code(value, limits.characters)
