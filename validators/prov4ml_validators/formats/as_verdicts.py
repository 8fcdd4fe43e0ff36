"""Reports as a JSON list of verdicts, for programs that want no more than valid or not."""

import json
from collections.abc import Sequence

from ..report import Report, Severity


def format_verdicts(reports: Sequence[Report], severity: Severity = Severity.MUST) -> str:
    """Return `[{"path", "valid"}, ...]` in ASCII, one entry a path, in the order of the reports.

    Args:
        reports: one a path.
        severity: findings at or above it make a path not valid.
    """
    verdicts = [{"path": report.path, "valid": report.is_valid(severity)} for report in reports]
    return json.dumps(verdicts, indent=2) + "\n"
