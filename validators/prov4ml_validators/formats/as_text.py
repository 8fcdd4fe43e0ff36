"""Reports as lines for people: grouped by path, one line a finding, a summary at the end."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ..report import UNREADABLE_KIND, Finding, Location, Report, Severity
from ..terminal import printable

_COLOURS = {Severity.MUST: "31", Severity.SHOULD: "33", Severity.MAY: "36"}


def _place(location: Location) -> str:
    parts = [location.file] if location.file else []
    if location.line is not None:
        parts.append(f"{location.line}" + (f":{location.column}" if location.column is not None else ""))
    place = ":".join(parts)
    if location.pointer:
        place += (" " if place else "") + location.pointer
    return place


def _line(finding: Finding, colour: bool) -> str:
    weight = f"{finding.severity.name:<6}"
    if colour:
        weight = f"\033[{_COLOURS[finding.severity]}m{weight}\033[0m"
    place = _place(finding.location)
    text = f"{finding.rule}  {place + ': ' if place else ''}{finding.message}"
    return f"  {weight} {printable(text + (f' ({finding.help})' if finding.help else ''))}"


def _counts(findings: Sequence[Finding]) -> str:
    counted = Counter(finding.severity for finding in findings)
    parts = [
        f"{counted[weight]} {weight.name}" for weight in sorted(Severity, reverse=True) if counted[weight]
    ]
    return ", ".join(parts) or "no findings"


def _report(report: Report, severity: Severity, colour: bool) -> Iterator[str]:
    if report.kind == UNREADABLE_KIND:
        verdict = "could not be read"
    else:
        verdict = "valid" if report.is_valid(severity) else "not valid"
    what = ", ".join([report.kind, *report.profiles])
    yield f"{printable(report.path)}: {verdict} ({what}; {_counts(report.findings)})"
    for finding in report.findings:
        yield _line(finding, colour)


def format_text(
    reports: Sequence[Report], severity: Severity = Severity.MUST, *, colour: bool = False
) -> str:
    """Return the reports as text.

    Args:
        reports: one a path, in the order to print.
        severity: findings at or above it make a report not valid; all are listed.
        colour: use ANSI colours for the weights.
    """
    lines = [line for report in reports for line in _report(report, severity, colour)]
    valid = sum(report.is_valid(severity) for report in reports)
    findings = [finding for report in reports for finding in report.findings]
    lines.append(f"{valid} of {len(reports)} valid at {severity.name}: {_counts(findings)}")
    return "\n".join(lines) + "\n"
