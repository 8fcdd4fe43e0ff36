"""How reports are printed; a format that is added to `FORMATTERS` appears in the command by itself."""

from collections.abc import Callable, Sequence

from ..report import Report, Severity
from .as_json import format_json
from .as_text import format_text

FORMATTERS: dict[str, Callable[[Sequence[Report], Severity], str]] = {
    "text": format_text,
    "json": format_json,
}
"""Name of a format to its function; each returns the whole output, ending in a line break."""

__all__ = ["FORMATTERS", "format_json", "format_text"]
