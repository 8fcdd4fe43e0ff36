"""Checks of run directories, PROV-JSON documents and RO-Crates: offline, with no more than jsonschema.

`validate` finds out what a path is and returns a `Report` of findings; `FORMATTERS` prints reports.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .formats import FORMATTERS, format_json, format_text
    from .report import Finding, Location, Report, Severity, Unreadable, unreadable_report
    from .store_reader import SeriesSummary, StoreReader
    from .validation import validate

__all__ = [
    "FORMATTERS",
    "Finding",
    "Location",
    "Report",
    "SeriesSummary",
    "Severity",
    "StoreReader",
    "Unreadable",
    "format_json",
    "format_text",
    "unreadable_report",
    "validate",
]

_HOMES = {
    **dict.fromkeys(("FORMATTERS", "format_json", "format_text"), "formats"),
    **dict.fromkeys(("SeriesSummary", "StoreReader"), "store_reader"),
    "validate": "validation",
}


def __getattr__(name: str) -> Any:
    """Import a name of this package when it is first asked for: few who need one of its modules need all."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES.get(name, 'report')}", __name__), name)
    globals()[name] = value
    return value
