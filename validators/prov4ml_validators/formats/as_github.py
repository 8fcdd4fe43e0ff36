"""Reports as workflow commands, which GitHub shows beside the lines of a change.

Source: GitHub documentation, "Workflow commands for GitHub Actions": `error`, `warning`, `notice`, and what
has to be escaped in their messages and in their properties.
"""

from collections.abc import Iterator, Sequence

from ..report import Finding, Report, Severity
from ..terminal import cut, printable
from .as_text import summary_line
from .place import Place, Places

_COMMANDS = {Severity.MUST: "error", Severity.SHOULD: "warning", Severity.MAY: "notice"}
_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def _lines(text: str) -> str:
    # A message may have several lines; nothing else in it may move the cursor of who reads the log.
    return "\n".join(printable(line) for line in text.split("\n"))


def _command(finding: Finding, place: Place) -> str:
    properties = {"file": place.path, "line": place.line, "col": place.column, "title": finding.rule}
    shown = ",".join(
        f"{name}={_lines(str(value)).translate(_PROPERTY)}"
        for name, value in properties.items()
        if value is not None
    )
    message = f"{cut(place.inside)}: {finding.message}" if place.inside else finding.message
    if finding.location.pointer:
        message += f" (at {cut(finding.location.pointer)})"
    if finding.help:
        message += f"\nfix: {finding.help}"
    return f"::{_COMMANDS[finding.severity]} {shown}::{_lines(message).translate(_MESSAGE)}"


def _report(report: Report) -> Iterator[str]:
    places = Places(report)
    for finding in report.findings:
        yield _command(finding, places.of(finding))


def format_github(reports: Sequence[Report], severity: Severity = Severity.MUST) -> str:
    """Return one workflow command a finding, MUST an error, SHOULD a warning, MAY a notice, and a summary.

    Args:
        reports: one a path, in the order to print.
        severity: findings at or above it make a report not valid, as the summary says.
    """
    lines = [line for report in reports for line in _report(report)]
    return "\n".join([*lines, summary_line(reports, severity)]) + "\n"
