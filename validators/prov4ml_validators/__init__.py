"""Checks of run directories, PROV-JSON documents and RO-Crates: offline, with no more than jsonschema.

`validate` finds out what a path is and returns a `Report` of findings; `FORMATTERS` prints reports.
"""

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
