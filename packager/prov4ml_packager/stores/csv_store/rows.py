"""The numbers of CSV rows: fast where they are as we write them, exact in what is wrong where not."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars

from ...errors import PackagerError
from ...metric_table import POINT_DTYPE
from .dialect import COLUMNS, NAME_COLUMNS, count_bytes

Columns = Mapping[str, npt.NDArray[Any]]
"""The fields of `POINT_DTYPE`, each of all points."""

_INTEGER = re.compile(r"[+-]?[0-9]+")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|(?i:nan|[+-]?inf)")
_POINT_COLUMNS = COLUMNS[NAME_COLUMNS:]
_TYPES = {np.dtype("<i8"): polars.Int64, np.dtype("<f8"): polars.Float64}
_MIN, _MAX = -(1 << 63), (1 << 63) - 1


def parse_table(data: bytes, separator: str, rows: int) -> Columns | None:
    """Return the points of whole rows, names included, if they are as we write them and nothing is quoted.

    Args:
        data: the rows.
        separator: of their fields.
        rows: how many there are.
    """
    if b'"' in data or b"\r" in data:
        return None
    marks = count_bytes(data, separator)
    return parse_plain(data, separator, rows) if marks == rows * (len(COLUMNS) - 1) else None


def parse_plain(data: bytes, separator: str, rows: int) -> Columns | None:
    """Return the points of whole rows of which it is known that they are so; see `parse_table`."""
    return _parse(data, separator, COLUMNS, rows)


def _parse(body: bytes, separator: str, columns: Sequence[str], rows: int) -> Columns | None:
    types = {name: _TYPES[POINT_DTYPE[name]] for name in POINT_DTYPE.names or ()}
    try:
        frame = polars.read_csv(
            body,
            has_header=False,
            separator=separator,
            quote_char=None,
            schema={name: types.get(name, polars.String) for name in columns},
            columns=[columns.index(name) for name in types],
        )
    except polars.exceptions.PolarsError:
        return None  # the slow way says which line it is
    if frame.height != rows or any(frame.null_count().row(0)):
        return None
    points = {name: frame[name].to_numpy() for name in types}
    is_nan = np.isnan(points["value"])
    if is_nan.any():
        # A CSV has one NaN, whatever the sign before it.
        points["value"] = np.where(is_nan, np.nan, points["value"])
    return points


def parse_rows(bodies: list[bytes], separator: str, path: Path, numbers: list[range]) -> Columns:
    """Return the points of rows of which the name columns were cut off.

    Args:
        bodies: runs of rows, each `step`, `time` and `value`, ending in LF.
        separator: between them.
        path: the file, for error messages.
        numbers: the lines of the rows of each run, for error messages.

    Raises:
        PackagerError: a row has too many or too few fields, or one is no number.
    """
    rows = sum(map(len, numbers))
    parsed = _parse_fast(b"".join(bodies), separator, rows)
    if parsed is not None:
        return parsed
    points = np.empty(rows, POINT_DTYPE)
    row = 0
    for body, lines in zip(bodies, numbers, strict=True):
        for text, line in zip(body.removesuffix(b"\n").split(b"\n"), lines, strict=True):
            points[row] = parse_row(text, separator, path, line)
            row += 1
    return {name: points[name] for name in POINT_DTYPE.names or ()}


def _parse_fast(body: bytes, separator: str, rows: int) -> Columns | None:
    """Return the points of rows if they are as we write them."""
    mark = separator.encode()
    if body.translate(None, b"0123456789+-.eNaIF\n" + mark) or body.count(mark) != 2 * rows:
        return None
    return _parse(body, separator, _POINT_COLUMNS, rows)


def parse_row(line: bytes, separator: str, path: Path, number: int) -> tuple[int, int, float]:
    """Return step, time and value of one row without its names; see `parse_rows`."""
    place = f"line {number}"
    fields = [field.strip('"') for field in line.decode("utf-8", "replace").split(separator)]
    if len(fields) != len(_POINT_COLUMNS):
        found = NAME_COLUMNS + len(fields)
        raise PackagerError(f"{found} fields, and there are {len(COLUMNS)} columns", path=path, place=place)
    for column, field, pattern in zip(_POINT_COLUMNS, fields, (_INTEGER, _INTEGER, _DOUBLE), strict=True):
        if pattern.fullmatch(field) is None:
            hint = None
            if pattern is _INTEGER and _DOUBLE.fullmatch(field):
                hint = "a spreadsheet rounds long numbers: save such columns as text"
            raise PackagerError(
                f"the {column} {field[:60]!r} is no number", path=path, place=place, hint=hint
            )
        if pattern is _INTEGER and (len(field) > 20 or not _MIN <= int(field) <= _MAX):
            raise PackagerError(
                f"the {column} {field[:60]} does not fit into 64 bits", path=path, place=place
            )
    return int(fields[0]), int(fields[1]), float(fields[2])
