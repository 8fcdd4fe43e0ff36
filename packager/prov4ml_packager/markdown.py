"""Markdown from foreign text. All of it stands in code spans, in which no reader finds markup or a link."""

import re
from collections.abc import Sequence

from prov4ml_validators.terminal import printable

MISSING = "[More Information Needed]"
"""What the template says where nothing is known."""

_LONGEST = 300
_ROWS = 100


def span(value: object, most: int = _LONGEST) -> str:
    """Return any value as a code span on one line, cut after `most` characters; nothing for an empty text.

    CommonMark (section 6.1): the fence is longer than any run of backticks inside, and inside it neither HTML
    nor links nor emphasis nor escapes are read. A pipe is escaped all the same, since tables of GitHub are
    split first and take the backslash away.
    """
    text = printable(" ".join(str(value).split()))
    if not text:
        return ""
    if len(text) > most:
        text = f"{text[:most]}… ({len(text):,} characters)"
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    edge = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{edge}{text}{edge}{fence}"


def cell(value: object) -> str:
    """Return a code span for a table."""
    return span(value).replace("|", "\\|")


def items(pairs: Sequence[tuple[str, str]]) -> str:
    """Return a list of names and values, which must be Markdown; what has no value is left out."""
    return "\n".join(f"- **{name}:** {value}" for name, value in pairs if value)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown, of at most a hundred rows; nothing without rows."""
    if not rows:
        return ""
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows[:_ROWS]]
    if len(rows) > _ROWS:
        lines += ["", f"{len(rows) - _ROWS:,} more are in the provenance document."]
    return "\n".join(lines)
