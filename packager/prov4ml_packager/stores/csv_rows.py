"""The numbers of CSV rows: fast where they are as we write them, exact in what is wrong where not."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..errors import PackagerError
from ..metric_table import POINT_DTYPE, Points
from .csv_dialect import COLUMNS, NAME_COLUMNS

_INTEGER = re.compile(r"[+-]?[0-9]+")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|(?i:nan|[+-]?inf)")
_POINT_COLUMNS = COLUMNS[NAME_COLUMNS:]
_MIN, _MAX = -(1 << 63), (1 << 63) - 1


def parse_rows(lines: list[bytes], separator: str, path: Path, numbers: Sequence[int]) -> Points:
    """Return the points of rows of which the name columns were cut off.

    Args:
        lines: `step`, `time` and `value` of each row, without the line end.
        separator: between them.
        path: the file, for error messages.
        numbers: the line of each row, for error messages.

    Raises:
        PackagerError: a row has too many or too few fields, or one is no number.
    """
    points = np.empty(len(lines), POINT_DTYPE)
    body = b"\n".join(lines)
    mark = separator.encode()
    if not body.translate(None, b"0123456789+-.eNaIF\n" + mark):
        try:
            steps, times, values = zip(*[line.split(mark) for line in lines], strict=True)
            points["step"] = list(map(int, steps))
            points["time"] = list(map(int, times))
            points["value"] = list(map(float, values))
        except (ValueError, OverflowError):
            pass  # the slow way says which line it is
        else:
            return points
    for index, line in enumerate(lines):
        points[index] = _parse_row(line, separator, path, numbers[index])
    return points


def _parse_row(line: bytes, separator: str, path: Path, number: int) -> tuple[int, int, float]:
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
