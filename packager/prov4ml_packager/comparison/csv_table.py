"""A table of runs as a CSV file (RFC 4180) and its metadata (W3C *CSV on the Web*)."""

import csv
import io
import json
import re
from collections.abc import Mapping

from ..provenance.values import literal
from ..stores.csv_store.csvw import table_description
from ..text import escape_text
from .run_table import Cell, Column, Kind, RunTable

_DATATYPES: Mapping[Kind, str] = {
    "text": "string",
    "boolean": "boolean",
    "integer": "integer",
    "number": "double",
    "time": "dateTime",
}
_GUARDED = "A text that a spreadsheet would take for a formula begins with an apostrophe."
_NO_VARIABLE = re.compile(r"[^A-Za-z0-9_.]|^[._]|\.(?=\.|\Z)")


def table_csv(table: RunTable) -> bytes:
    """Return the table as UTF-8 with CRLF at the end of lines; an empty cell is where a run has nothing.

    Floats read back to the same 64 bits, NaN and the infinities are spelled as XML Schema does. Text that
    begins with what makes a formula in a spreadsheet gets an apostrophe before it: whoever opens the file
    may not know who wrote the run.
    """
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerow([escape_text(column.name) for column in table.columns])
    columns = [[_written(value, column.kind) for value in column.values] for column in table.columns]
    writer.writerows(zip(*columns, strict=True))
    return sink.getvalue().encode("utf-8")


def _written(value: Cell, kind: Kind) -> str:
    if value is None:
        return ""
    text = literal(value)["$"]
    return f"'{text}" if kind == "text" and text.startswith(("=", "+", "-", "@", "\t")) else text


def table_metadata(table: RunTable, name: str, *, beside_runs: bool = False) -> bytes:
    """Return the metadata of the file called `name`: what each column is, its datatype and unit.

    Args:
        table: the table.
        name: of the file.
        beside_runs: a row is about the folder of its run, which lies beside the file.
    """
    columns = [_described(column) for column in table.columns]
    document = table_description(name, columns, separator=",", line_end="\r\n")
    document["tableSchema"]["primaryKey"] = "run"
    if beside_runs:
        document["tableSchema"]["aboutUrl"] = "{run}/"
    document["dc:description"] = f"One row a run. {_GUARDED}" + (
        f" Metrics that are not in the table: {table.left_out}." if table.left_out else ""
    )
    return (json.dumps(document, indent=1) + "\n").encode("ascii")


def _described(column: Column) -> dict[str, object]:
    found: dict[str, object] = {
        "name": _variable(column.name),
        "titles": escape_text(column.name),
        "datatype": _DATATYPES[column.kind],
        "dc:description": escape_text(column.description),
    }
    if column.unit:
        found["schema:unitText"] = escape_text(column.unit)
    return found


def _variable(name: str) -> str:
    """Return a name as CSVW takes it, a variable of RFC 6570: all other characters are percent-encoded."""
    return _NO_VARIABLE.sub(
        lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8")), escape_text(name)
    )
