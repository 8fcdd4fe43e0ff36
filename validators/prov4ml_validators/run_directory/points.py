"""`metrics.bin`: sizes and series numbers, in chunks and with nothing but the standard library."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from prov4ml.rundir import POINT

from ..report import Finding, Location, Severity
from ..rules import rule

_SOURCE = "docs/run-directory.md, metrics.bin"

TORN_RECORD = rule(
    "run-directory/torn-record",
    Severity.SHOULD,
    "The file of points ends with a whole record.",
    source=_SOURCE,
    help="nothing to do: the process died while it was written, and the record is dropped",
)
ZEROS = rule(
    "run-directory/hole-of-zeros",
    Severity.SHOULD,
    "No record has series number 0.",
    source=_SOURCE,
    help="nothing to do: the file system lost these bytes, and the records are dropped",
)
UNDECLARED = rule(
    "run-directory/undeclared-series",
    Severity.SHOULD,
    "The journal declares a series before its first point.",
    source=_SOURCE,
    help="the points are dropped; report it as a bug of the program that wrote them",
)
RESERVED = rule(
    "run-directory/reserved-field",
    Severity.MUST,
    "The reserved field of a record is 0.",
    source=_SOURCE,
    help="the file is damaged, or of a later format version",
)

_RECORDS = 1 << 16
_WORDS = POINT.size // 4


class PointCounts(NamedTuple):
    """What a file of points holds: whole records, bytes behind the last, and what a reader drops."""

    records: int
    torn: int
    zeros: int
    undeclared: Counter[int]
    reserved: int


def count_points(path: Path, declared: frozenset[int]) -> PointCounts:
    """Read a file of points once, in chunks of 2 MiB.

    Args:
        path: the file; the caller knows that it is a regular one.
        declared: the series numbers of the journal.

    Raises:
        OSError: the file cannot be read.
    """
    records = torn = zeros = reserved = 0
    undeclared: Counter[int] = Counter()
    with path.open("rb") as stream:
        while chunk := stream.read(_RECORDS * POINT.size):
            whole = len(chunk) // POINT.size
            torn = len(chunk) - whole * POINT.size
            records += whole
            numbers, flags = _columns(chunk[: whole * POINT.size])
            if not set(numbers) <= declared:
                strange = Counter(number for number in numbers if number not in declared)
                zeros += strange.pop(0, 0)
                undeclared.update(strange)
            if any(flags):
                reserved += sum(1 for flag in flags if flag)
    return PointCounts(records, torn, zeros, undeclared, reserved)


def _columns(chunk: bytes) -> tuple[list[int], list[int]]:
    """Return series numbers and reserved fields of whole records."""
    if sys.byteorder == "big":
        unpacked = list(POINT.iter_unpack(chunk))
        return [record[0] for record in unpacked], [record[1] for record in unpacked]
    words = memoryview(chunk).cast("I")
    return words[::_WORDS].tolist(), words[1::_WORDS].tolist()


def check_points(counts: PointCounts, file: str) -> Iterator[Finding]:
    """Yield what a reader drops of a file of points."""
    where = Location(file=file)
    if counts.torn:
        yield TORN_RECORD.finding(f"the last {counts.torn} bytes are no whole record and are dropped", where)
    if counts.zeros:
        yield ZEROS.finding(f"{counts.zeros} records of zeros are dropped", where)
    if counts.undeclared:
        numbers = ", ".join(str(number) for number in sorted(counts.undeclared)[:5])
        dropped = sum(counts.undeclared.values())
        yield UNDECLARED.finding(
            f"{dropped} records of series that the journal lacks ({numbers}) are dropped", where
        )
    if counts.reserved:
        yield RESERVED.finding(f"{counts.reserved} records have a reserved field that is not 0", where)
