"""The CSV that stores are: columns, separators and quoting (RFC 4180, with LF at the end of a line)."""

import re
from pathlib import Path
from typing import BinaryIO

import numpy as np

from prov4ml.rundir import CSV_SEPARATORS

from ...errors import PackagerError
from ...text import escape_text

COLUMNS = ("context", "metric", "source", "rank", "step", "time", "value")
_BOM = b"\xef\xbb\xbf"
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


def row_prefix(context: str | None, metric: str, source: str | None, rank: int, separator: str) -> str:
    """Return what all rows of a series begin with, as we write them: its names, each with its separator."""
    names = [quoted(name, separator) for name in (context, metric, source)]
    return separator.join([*names, str(rank), ""])


def read_separator(path: Path, stream: BinaryIO, separator: str | None) -> str:
    """Read the header of a table and return what separates its fields.

    Args:
        path: for error messages.
        stream: the table, unpacked, from its first byte.
        separator: the one that the header must have; any if None.

    Raises:
        PackagerError: the header is another one.
    """
    header = stream.readline(1 << 10).removeprefix(_BOM).decode("utf-8", "replace").rstrip("\r\n")
    bare = header.replace('"', "")
    found = separator or bare[len(COLUMNS[0]) : len(COLUMNS[0]) + 1]
    if bare.split(found or ",") != list(COLUMNS):
        expected = (separator or ",").join(COLUMNS)
        raise PackagerError(
            f"the header is {header[:100]!r} and not {expected!r}",
            path=path,
            place="line 1",
            hint="keep these columns and no others, in this order, with any one separator",
        )
    return checked_separator(found)


def count_bytes(data: bytes, mark: str) -> int:
    """Return how often an ASCII character is there; if often, many times as fast as `bytes.count`."""
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == ord(mark)))


def names_pattern(separator: str) -> re.Pattern[bytes]:
    """Return what matches the name columns at the start of a record, their last separator included."""
    mark = re.escape(separator).encode()
    field = rb'("(?:[^"]|"")*"|[^"\r\n' + mark + rb"]*)" + mark
    return re.compile(field * NAME_COLUMNS)
