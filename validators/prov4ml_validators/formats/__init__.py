"""How reports are printed; a format that is added to `FORMATTERS` appears in the command by itself.

Each is imported when it is asked for: one needs an XML library, another the metadata of installed packages.
"""

from collections.abc import Callable, Sequence

from ..report import Report, Severity
from .as_text import format_text

Formatter = Callable[[Sequence[Report], Severity], str]


def format_json(reports: Sequence[Report], severity: Severity = Severity.MUST) -> str:
    """Return the reports as one JSON object; see `as_json`."""
    from . import as_json

    return as_json.format_json(reports, severity)


def format_github(reports: Sequence[Report], severity: Severity = Severity.MUST) -> str:
    """Return the reports as workflow commands of GitHub; see `as_github`."""
    from . import as_github

    return as_github.format_github(reports, severity)


def format_verdicts(reports: Sequence[Report], severity: Severity = Severity.MUST) -> str:
    """Return the verdicts alone as JSON; see `as_verdicts`."""
    from . import as_verdicts

    return as_verdicts.format_verdicts(reports, severity)


def format_sarif(reports: Sequence[Report], severity: Severity = Severity.MUST) -> str:
    """Return the reports in SARIF 2.1.0; see `as_sarif`."""
    from . import as_sarif

    return as_sarif.format_sarif(reports, severity)


def format_junit(reports: Sequence[Report], severity: Severity = Severity.MUST) -> str:
    """Return the reports as JUnit XML; see `as_junit`."""
    from . import as_junit

    return as_junit.format_junit(reports, severity)


FORMATTERS: dict[str, Formatter] = {
    "text": format_text,
    "json": format_json,
    "sarif": format_sarif,
    "junit": format_junit,
    "github": format_github,
    "verdicts": format_verdicts,
}
"""Name of a format to its function; each returns the whole output, ending in a line break."""

__all__ = [
    "FORMATTERS",
    "Formatter",
    "format_github",
    "format_json",
    "format_junit",
    "format_sarif",
    "format_text",
    "format_verdicts",
]
