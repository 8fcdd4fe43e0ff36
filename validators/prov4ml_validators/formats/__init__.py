"""How reports are printed; a format that is added to `FORMATTERS` appears in the command by itself."""

from collections.abc import Callable, Sequence

from ..report import Report, Severity
from .as_github import format_github
from .as_json import format_json
from .as_text import format_text
from .as_verdicts import format_verdicts

Formatter = Callable[[Sequence[Report], Severity], str]


def format_sarif(reports: Sequence[Report], severity: Severity = Severity.MUST) -> str:
    """Return the reports in SARIF 2.1.0; see `as_sarif`."""
    from . import as_sarif  # with the metadata of installed packages, which is slow to import

    return as_sarif.format_sarif(reports, severity)


def format_junit(reports: Sequence[Report], severity: Severity = Severity.MUST) -> str:
    """Return the reports as JUnit XML; see `as_junit`."""
    from . import as_junit  # with an XML library, which no other format needs

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
