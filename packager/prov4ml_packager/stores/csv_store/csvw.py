"""The metadata beside a CSV store: W3C *CSV on the Web*, which says what a bare table cannot.

Model for Tabular Data and Metadata (2015), section 5: the metadata of `x.csv` is `x.csv-metadata.json`.
What the specification has no word for is kept in common properties (section 5.8) under our terms.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from ...errors import PackagerError
from ...metric_table import MetricSeries, MetricTable
from ...text import escape_text, unescape_text
from ..attributes import FORMAT_NAME, STORE_ATTRIBUTES, Attribute, check_format, decoded, encoded

_TERMS = "https://w3id.org/prov4ml/terms#"
_ATTRIBUTES, _ROWS, _SERIES, _BLOCKS = (_TERMS + name for name in ("attributes", "rows", "series", "blocks"))
_BLOCK_TERMS = ("rows", "bytes", "crc32c")
_LIMIT = 1 << 28  # bytes; ten thousand series take two million

_DATATYPES: Mapping[str, tuple[Any, str]] = {
    "context": ("string", "context of the metric; empty: the run itself"),
    "metric": ("string", "name of the metric"),
    "source": ("string", "where the value came from; empty: not given"),
    "rank": ("nonNegativeInteger", "rank of the process that logged the value"),
    "step": ("long", "step at which the value was logged"),
    "time": ("long", "nanoseconds since 1970-01-01T00:00:00Z"),
    "value": ("double", "value of the metric; it reads back to the same 64 bits"),
}

SeriesKey = tuple[str, str, str, int]
"""`MetricSeries.identity`."""


class Block(NamedTuple):
    """A piece of the unpacked table.

    Attributes:
        rows: how many it has.
        length: in bytes.
        checksum: CRC-32C of these bytes (RFC 3720, section 12.1), as a chunk of a Zarr 3 store has it.
    """

    rows: int
    length: int
    checksum: int


@dataclass(frozen=True)
class TableMetadata:
    """What the metadata file adds to the table.

    Attributes:
        rows: number of rows that were written, or None.
        units: unit of each series that has one.
        empty: the series without any point.
        attributes: what the store says of itself.
        blocks: the pieces of the table behind its header, if it has several; then `points` has all series.
        points: the number of points of each listed series, in the order of their rows.
    """

    rows: int | None = None
    units: Mapping[SeriesKey, str] = field(default_factory=dict)
    empty: frozenset[SeriesKey] = frozenset()
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    blocks: Sequence[Block] = ()
    points: Mapping[SeriesKey, int] = field(default_factory=dict)


def metadata_path(path: Path) -> Path:
    """Return where the metadata of a CSV lies."""
    return path.with_name(f"{path.name}-metadata.json")


def write_metadata(
    table: MetricTable, name: str, separator: str, blocks: Sequence[Block], target: Path
) -> None:
    """Write the metadata of the CSV file called `name`.

    Of a table in one block only those series are listed of which the rows do not say it all: those with a
    unit, and those without points. Of a longer one all are, so that a reader need not look for them.

    Args:
        table: what was written.
        name: of the file.
        separator: between cells.
        blocks: the pieces behind the header, in their order.
        target: where to.
    """
    columns = [
        {"name": column, "titles": column, "datatype": datatype, "dc:description": text}
        for column, (datatype, text) in _DATATYPES.items()
    ]
    document = {
        **table_description(name, columns, separator=separator, line_end="\n"),
        _ROWS: table.point_count,
        _ATTRIBUTES: _terms({**STORE_ATTRIBUTES, **encoded(table.attributes)}),
    }
    is_long = len(blocks) > 1
    lists: dict[str, Sequence[object]] = {
        _SERIES: [_listed(one) for one in table.series if is_long or one.unit or not one.count]
    }
    if is_long:
        lists[_BLOCKS] = [_terms(dict(zip(_BLOCK_TERMS, block, strict=True))) for block in blocks]
    head = json.dumps(document, indent=1).removesuffix("\n}")
    tail = "".join(f",\n {json.dumps(term)}: {_one_a_line(items)}" for term, items in lists.items())
    target.write_text(f"{head}{tail}\n}}\n", encoding="ascii", newline="\n")


def _one_a_line(items: Sequence[object]) -> str:
    lines = ",".join(f"\n  {json.dumps(item)}" for item in items)
    return f"[{lines}\n ]" if lines else "[]"


def table_description(
    name: str, columns: Sequence[Mapping[str, object]], *, separator: str, line_end: str
) -> dict[str, Any]:
    """Return the metadata of a table that lies beside it in UTF-8 with a header.

    Args:
        name: of the file.
        columns: `name`, `titles`, `datatype` and more of each.
        separator: between cells.
        line_end: of every line.
    """
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": quote(escape_text(name)),
        "dialect": {
            "encoding": "utf-8", "delimiter": separator, "lineTerminators": [line_end], "quoteChar": '"',
            "doubleQuote": True, "header": True,
        },
        "tableSchema": {"columns": list(columns)},
    }  # fmt: skip


def _terms(values: Mapping[str, Attribute]) -> dict[str, Attribute]:
    # Common properties have absolute IRIs as names, also inside an object.
    return {_TERMS + name: value for name, value in values.items()}


def _listed(series: MetricSeries) -> dict[str, Attribute]:
    return _terms(
        {
            "context": escape_text(series.context or ""),
            "metric": escape_text(series.metric),
            "source": escape_text(series.source or ""),
            "rank": series.rank,
            "unit": escape_text(series.unit or ""),
            "points": series.count,
        }
    )


def read_metadata(path: Path) -> TableMetadata:
    """Read the metadata of a CSV; without a file there is none.

    Raises:
        PackagerError: the file is no JSON, or not the metadata of a metric store.
    """
    file = metadata_path(path)
    if not file.is_file():
        return TableMetadata()
    try:
        if file.stat().st_size > _LIMIT:
            raise PackagerError("is too large for the metadata of a table", path=file)
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise PackagerError(
            f"cannot be read: {error}", path=file, hint="without this file the table is still read"
        ) from error
    try:
        attributes = _names(document[_ATTRIBUTES])
        listed = [_names(one) for one in document[_SERIES]]
        keys = [_key(one) for one in listed]
        units = {
            key: unescape_text(one["unit"]) for key, one in zip(keys, listed, strict=True) if one["unit"]
        }
        metadata = TableMetadata(
            rows=_typed(document[_ROWS], int),
            units=units,
            empty=frozenset(key for key, one in zip(keys, listed, strict=True) if one["points"] == 0),
            attributes=decoded(attributes),
            blocks=[_block(_names(one)) for one in document.get(_BLOCKS, [])],
            points={key: _typed(one["points"], int) for key, one in zip(keys, listed, strict=True)},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PackagerError(f"is not the metadata of a {FORMAT_NAME}: {error!r}", path=file) from error
    check_format(attributes, file)
    return metadata


def _names(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name.removeprefix(_TERMS): value for name, value in values.items()}


def _key(listed: Mapping[str, Any]) -> SeriesKey:
    context, metric, source = (unescape_text(listed[name]) for name in ("context", "metric", "source"))
    return context, metric, source, _typed(listed["rank"], int)


def _block(listed: Mapping[str, Any]) -> Block:
    return Block(*(_typed(listed[name], int) for name in _BLOCK_TERMS))


def _typed(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value
