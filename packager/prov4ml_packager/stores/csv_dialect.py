"""The CSV that stores are: columns, separators and quoting (RFC 4180, with LF at the end of a line)."""

import re

from prov4ml.rundir import CSV_SEPARATORS

from ..errors import PackagerError
from ..text import escape_text

COLUMNS = ("context", "metric", "source", "rank", "step", "time", "value")
NAME_COLUMNS = 4
"""The first columns say which series a row belongs to; the others are its point."""


def checked_separator(separator: str) -> str:
    """Return the separator if it can be one: printable ASCII, a tab or a space, and no part of a number.

    Raises:
        PackagerError: it cannot.
    """
    if separator not in CSV_SEPARATORS:
        raise PackagerError(
            f"{separator!r} cannot separate the fields of a CSV", hint="use one of , ; | or a tab"
        )
    return separator


def quoted(text: str | None, separator: str) -> str:
    """Return a name as a field: escaped, and quoted where RFC 4180 asks for it; None is an empty field."""
    field = escape_text(text or "")
    if separator in field or '"' in field or "\n" in field or field != field.strip():
        return '"' + field.replace('"', '""') + '"'
    return field


def unquoted(field: str) -> str:
    """Return the text of a field."""
    if len(field) >= 2 and field[0] == field[-1] == '"':
        return field[1:-1].replace('""', '"')
    return field


def names_pattern(separator: str) -> re.Pattern[bytes]:
    """Return what matches the name columns at the start of a record, their last separator included."""
    mark = re.escape(separator).encode()
    field = rb'("(?:[^"]|"")*"|[^"\r\n' + mark + rb"]*)" + mark
    return re.compile(field * NAME_COLUMNS)
