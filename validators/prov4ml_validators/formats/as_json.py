"""Reports as one JSON object, for programs."""

import json
from collections.abc import Sequence
from typing import Any

from ..report import Finding, Report, Severity


def _finding(finding: Finding) -> dict[str, Any]:
    place = finding.location
    result: dict[str, Any] = {
        "rule": finding.rule,
        "severity": finding.severity.name.lower(),
        "message": finding.message,
        "pointer": place.pointer,
        "line": place.line,
        "column": place.column,
        "help": finding.help,
    }
    if place.file is not None:
        result["file"] = place.file
    return result


def format_json(reports: Sequence[Report], severity: Severity = Severity.MUST) -> str:
    """Return `{"valid", "results": [...]}`; ASCII, so that any name survives any terminal.

    Args:
        reports: one a path, in the order to print.
        severity: findings at or above it make a report, and the whole, not valid; all are listed.
    """
    results = [
        {
            "path": report.path,
            "kind": report.kind,
            "profiles": list(report.profiles),
            "valid": report.is_valid(severity),
            "findings": [_finding(finding) for finding in report.findings],
        }
        for report in reports
    ]
    document = {"valid": all(report.is_valid(severity) for report in reports), "results": results}
    return json.dumps(document, indent=2) + "\n"
