"""Lines of a CSV of someone else in which nothing is odd, and their cells as columns, all at a time."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..csv_store.dialect import count_bytes

if TYPE_CHECKING:
    import polars


class SimpleLines(NamedTuple):
    """Lines that end in LF, each with as many cells as the others, none of them quoted.

    Attributes:
        data: the lines.
        rows: how many there are.
        separator: between the cells.
        width: cells of each.
    """

    data: bytes
    rows: int
    separator: str
    width: int

    def columns(self, types: Mapping[str, Any]) -> "polars.DataFrame | None":
        """Return the columns of which types are given; their names are their places, from `0` on.

        An empty cell is null. If a cell is not of the type of its column, nothing is returned.
        """
        import polars  # not where no CSV is read: to load it takes a tenth of a second

        names = [str(index) for index in range(self.width)]
        try:
            frame = polars.read_csv(
                self.data,
                has_header=False,
                separator=self.separator,
                quote_char=None,
                schema={name: types.get(name, polars.String) for name in names},
                columns=[index for index, name in enumerate(names) if name in types],
            )
        except polars.exceptions.PolarsError:
            return None
        return frame if frame.height == self.rows else None


def simple_lines(data: bytes, separator: str, width: int) -> SimpleLines | None:
    """Return whole lines of a file as simple ones, if they are.

    Args:
        data: lines that end in LF or CRLF, the last one also in nothing.
        separator: between the cells.
        width: how many cells each should have.
    """
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    data = data if data.endswith(b"\n") else data + b"\n"
    # What begins with a space may be a blank line.
    is_odd = b'"' in data or b"\r" in data or b"\n\n" in data or b"\n " in data or data[:1] in b"\n "
    rows = count_bytes(data, "\n")
    if is_odd or count_bytes(data, separator) != rows * (width - 1):
        return None
    return SimpleLines(data, rows, separator, width)
