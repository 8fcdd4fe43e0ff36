"""HTML from foreign text: the one place where text becomes markup, and the elements that pages are made of.

`Html` is a type of its own, so that the type checker finds text that reaches a page without being escaped.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate
from typing import Any, NewType
from urllib.parse import urlsplit

from ..text import escape_text

Html = NewType("Html", str)

NOTHING = Html("")
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
_OPEN_ROWS = 25
LONG_ROWS = 15
"""From so many rows on, a table has a filter."""


def text(value: object, most: int | None = None) -> Html:
    """Return any value as text that is only text, cut after `most` characters with how many there are."""
    plain = str(value)
    if most is not None and len(plain) > most:
        plain = f"{plain[:most]}… ({len(plain):,} characters)"
    return Html(escape(escape_text(plain), quote=True))


def join(parts: Iterable[Html], between: str = "") -> Html:
    """Return pieces of HTML as one."""
    return Html(between.join(parts))


def code(value: object, most: int | None = None) -> Html:
    """Return a value as code."""
    return Html(f"<code>{text(value, most)}</code>")


def link(url: str | None, words: str) -> Html:
    """Return a link to the web, or the words alone for any other address: `javascript:` must stay text."""
    try:
        is_safe = bool(url) and urlsplit(url).scheme in ("https", "http", "mailto")
    except ValueError:  # an address in brackets that is none
        is_safe = False
    return Html(f'<a href="{text(url)}" rel="noreferrer">{text(words)}</a>') if is_safe else text(words)


def badge(kind: str, words: str) -> Html:
    """Return a coloured word; `kind` is one of the style sheet's and never foreign."""
    return Html(f'<span class="badge {kind}">{text(words)}</span>')


def plain_number(value: float | None) -> str:
    """Return a number in six digits, NaN and infinities by their names, nothing for None."""
    if value is None:
        return ""
    if value != value:
        return "NaN"
    return f"{value:.6g}" if math.isfinite(value) else "∞" if value > 0 else "−∞"


def number(value: float | None) -> Html:
    """Return a number as `plain_number` does, with all its digits in its title."""
    if value is None or not math.isfinite(value):
        return Html(plain_number(value))
    return Html(f'<span title="{value!r}">{plain_number(value)}</span>')


def size(count: int) -> Html:
    """Return a number of bytes in a unit that people read, with the exact one in its title."""
    value = float(count)
    for unit in _UNITS:
        if value < 1024 or unit == _UNITS[-1]:
            break
        value /= 1024
    shown = f"{count:,} B" if unit == "B" else f"{value:.1f} {unit}"
    return Html(f'<span title="{count:,} bytes">{shown}</span>')


def digest(sha256: str | None) -> Html:
    """Return a SHA-256 that shows its beginning; all of it under the pointer, to keyboards, and in print."""
    return (
        Html(f'<code class="digest" tabindex="0" title="{text(sha256)}">{text(sha256)}</code>')
        if sha256
        else NOTHING
    )


def facts(rows: Iterable[tuple[str, Html]]) -> Html:
    """Return names and values; those without a value are left out."""
    items = join(Html(f"<div><dt>{text(name)}</dt><dd>{value}</dd></div>") for name, value in rows if value)
    return Html(f"<dl>{items}</dl>") if items else NOTHING


@dataclass(frozen=True)
class Rest:
    """Rows that a table has no room for: a script shows those that the reader looks for.

    Attributes:
        rows: plain text, a cell for each column.
        most: characters that they may have together; later rows are left out.
    """

    rows: Sequence[Sequence[str]]
    most: int

    def kept(self) -> list[Sequence[str]]:
        """Return the rows that there is room for."""
        sizes = accumulate(sum(map(len, row)) + 4 * len(row) for row in self.rows)
        return [row for row, size in zip(self.rows, sizes, strict=True) if size <= self.most]


def table(
    heads: Sequence[str],
    rows: Sequence[Sequence[Html]],
    most: int,
    *,
    numbers: int | None = None,
    left: str = "",
    rest: Rest | None = None,
) -> Html:
    """Return a table whose first column names its rows; nothing without rows.

    Args:
        heads: names of the columns.
        rows: cells, one for each column.
        most: rows to show; a line below says how many are left out.
        numbers: from this column on, cells are figures; none if None.
        left: where those left out can be found, as the end of that line.
        rest: further rows, which only the filter of the table shows.
    """
    if not rows:
        return NOTHING
    first_number = len(heads) if numbers is None else numbers
    kinds = [' class="n"' if place >= first_number else "" for place in range(len(heads))]
    head = join(
        Html(f'<th scope="col"{kind}>{text(one)}</th>') for one, kind in zip(heads, kinds, strict=True)
    )
    lines = []
    for row in rows[:most]:
        first, *others = (
            f'<th scope="row"{kind}>{cell}</th>' if place == 0 else f"<td{kind}>{cell}</td>"
            for place, (cell, kind) in enumerate(zip(row, kinds, strict=True))
        )
        lines.append(f"<tr>{first}{''.join(others)}</tr>")
    long = ' class="long"' if len(lines) >= LONG_ROWS else ""
    kept = rest.kept() if rest is not None else []
    unseen = len(rows) - len(lines) + (len(rest.rows) if rest is not None else 0)
    found = (
        ""
        if not kept
        else ": the filter finds them"
        if len(kept) == unseen
        else f": the filter finds {len(kept):,}"
    )
    more = f'<p class="note">{unseen:,} more rows are not shown{found}{text(left)}.</p>' if unseen else ""
    block = data_block("application/json", kept) if kept else NOTHING
    return Html(
        f'<div class="scroll" tabindex="0"><table{long}><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table>{block}</div>{more}"
    )


def section(key: str, title: str, content: Html) -> Html:
    """Return a section with an address of its own; nothing without content."""
    if not content:
        return NOTHING
    return Html(f'<section id="{key}"><h2>{text(title)}</h2>{content}</section>')


def folded(title: str, count: int, content: Html, *, is_open: bool | None = None) -> Html:
    """Return something that can be opened and closed, open where it is short; nothing without content.

    Args:
        title: what it is called.
        count: how much is in it.
        content: what is in it.
        is_open: whether it is open at first, whatever the count.
    """
    if not content:
        return NOTHING
    opened = " open" if (count <= _OPEN_ROWS if is_open is None else is_open) else ""
    return Html(
        f"<details{opened}><summary><h3>{text(title)}</h3> "
        f'<span class="count">{count:,}</span></summary>{content}</details>'
    )


def data_block(kind: str, value: Any, key: str | None = None) -> Html:
    """Return JSON in a script element that no browser runs; nothing in it can end the element."""
    if isinstance(value, bytes):
        content = value.decode("utf-8")
    else:
        content = json.dumps(
            value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False
        )
    for char in "<>&\u2028\u2029":
        content = content.replace(char, f"\\u{ord(char):04x}")
    name = f' id="{key}"' if key else ""
    return Html(f'<script type="{kind}"{name}>{content}</script>')
