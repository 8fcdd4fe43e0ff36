"""What a store says of itself, and what a table must be like for every format to hold it."""

import dataclasses
import math
import re
from collections.abc import Mapping
from pathlib import Path

from ..errors import PackagerError
from ..metric_table import MetricTable, sorted_table
from ..text import escape_text, unescape_text

Attribute = str | int | float | bool

FORMAT_NAME = "prov4ml metric store"
FORMAT_VERSION = 1
STORE_ATTRIBUTES: Mapping[str, Attribute] = {
    "Conventions": "CF-1.11",
    "format": FORMAT_NAME,
    "format_version": FORMAT_VERSION,
}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LIMIT = 1 << 63
RANKS = 10**9
"""No rank is as high: `rank_N` has nine digits at most."""


def checked_table(table: MetricTable, path: Path | None = None) -> MetricTable:
    """Return the table as every store keeps it: sorted, with None for an empty context, source or unit.

    Args:
        table: as it was made or read.
        path: the store it was read from, for error messages.

    Raises:
        PackagerError: two series share their identity, a rank has more than nine digits, or an attribute is
            of a kind that not every format can hold.
    """
    series = [
        dataclasses.replace(
            one, context=one.context or None, source=one.source or None, unit=one.unit or None
        )
        for one in table.series
    ]
    result = sorted_table(series, table.attributes)
    for before, after in zip(result.series, result.series[1:], strict=False):
        if before.identity == after.identity:
            raise PackagerError(
                f"two series have the same context, metric, source and rank: {before.identity!r}", path=path
            )
    for one in result.series:
        if not 0 <= one.rank < RANKS:
            raise PackagerError(
                f"rank {one.rank} of the metric {one.metric!r} is not between 0 and {RANKS - 1}", path=path
            )
    for name, value in result.attributes.items():
        _check_attribute(name, value, path)
    return result


def _check_attribute(name: str, value: Attribute, path: Path | None) -> None:
    if _NAME.fullmatch(name) is None or name in STORE_ATTRIBUTES:
        raise PackagerError(f"a store cannot have an attribute named {name!r}", path=path)
    if isinstance(value, float) and not math.isfinite(value):
        raise PackagerError(f"the attribute {name!r} is {value}, which JSON cannot hold", path=path)
    if type(value) is int and not -_LIMIT <= value < _LIMIT:
        raise PackagerError(f"the attribute {name!r} does not fit into 64 bits", path=path)


def encoded(attributes: Mapping[str, Attribute]) -> dict[str, Attribute]:
    """Return attributes with their text escaped, as stores that hold UTF-8 keep them."""
    return {
        name: escape_text(value) if isinstance(value, str) else value for name, value in attributes.items()
    }


def decoded(attributes: Mapping[str, object]) -> dict[str, Attribute]:
    """Return the table's attributes out of a store's: the inverse of `encoded`.

    What the store says of its format is left out, and so is what is no text, int, float or bool.
    """
    return {
        name: unescape_text(value) if isinstance(value, str) else value
        for name, value in attributes.items()
        if name not in STORE_ATTRIBUTES and isinstance(value, str | int | float | bool)
    }


def check_format(attributes: Mapping[str, object], path: Path) -> None:
    """Check that the root attributes of a file are those of a metric store that this version reads.

    Raises:
        PackagerError: it is someone else's file, or one of a later version.
    """
    if attributes.get("format") != FORMAT_NAME:
        raise PackagerError(
            f"is no metric store of prov4ml: the root attribute `format` is not {FORMAT_NAME!r}", path=path
        )
    version = attributes.get("format_version")
    if not isinstance(version, int) or version > FORMAT_VERSION:
        raise PackagerError(
            f"has version {version} of the format, and this program reads up to {FORMAT_VERSION}",
            path=path,
            hint="update prov4ml",
        )
