"""Reports as lines for people: grouped by path and by rule, with the fix, and a summary at the end."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ..report import UNREADABLE_KIND, Finding, Location, Report, Severity
from ..terminal import cut, printable

_RED, _YELLOW, _CYAN, _GREEN = "31", "33", "36", "32"
_COLOURS = {Severity.MUST: _RED, Severity.SHOULD: _YELLOW, Severity.MAY: _CYAN}
_INDENT = " " * 9


def _place(location: Location) -> str:
    parts = [cut(location.file)] if location.file else []
    if location.line is not None:
        parts.append(f"{location.line}" + (f":{location.column}" if location.column is not None else ""))
    place = ":".join(parts)
    if location.pointer:
        place += (" " if place else "") + cut(location.pointer)
    return place


def _paint(text: str, colour: str | None) -> str:
    return text if colour is None else f"\033[{colour}m{text}\033[0m"


def _group(findings: Sequence[Finding], colour: bool) -> Iterator[str]:
    first = findings[0]
    weight = _paint(f"{first.severity.name:<6}", _COLOURS[first.severity] if colour else None)
    yield f"  {weight} {printable(first.rule)}"
    for finding in findings:
        place = _place(finding.location)
        yield _INDENT + printable(f"{place}: {finding.message}" if place else finding.message)
    if first.help:
        yield f"{_INDENT}fix: {printable(first.help)}"


def count_findings(findings: Sequence[Finding]) -> str:
    """Return how many findings there are of each weight, in words."""
    counted = Counter(finding.severity for finding in findings)
    parts = [
        f"{counted[weight]} {weight.name}" for weight in sorted(Severity, reverse=True) if counted[weight]
    ]
    return ", ".join(parts) or "no findings"


def summary_line(reports: Sequence[Report], severity: Severity) -> str:
    """Return how many reports are valid, and how many findings there are of each weight."""
    valid = sum(report.is_valid(severity) for report in reports)
    findings = [finding for report in reports for finding in report.findings]
    return f"{valid} of {len(reports)} valid at {severity.name}: {count_findings(findings)}"


def _verdict(report: Report, severity: Severity, colour: bool) -> str:
    if report.kind == UNREADABLE_KIND:
        return _paint("could not be read", _RED if colour else None)
    if report.is_valid(severity):
        return _paint("valid", _GREEN if colour else None)
    return _paint("not valid", _RED if colour else None)


def _report(report: Report, severity: Severity, colour: bool) -> Iterator[str]:
    what = printable(", ".join([report.kind, *report.profiles]))
    counts = count_findings(report.findings)
    yield f"{printable(report.path)}: {_verdict(report, severity, colour)} ({what}; {counts})"
    groups: dict[tuple[Severity, str, str], list[Finding]] = {}
    for finding in report.findings:
        groups.setdefault((finding.severity, finding.rule, finding.help), []).append(finding)
    for group in groups.values():
        yield from _group(group, colour)


def format_text(
    reports: Sequence[Report], severity: Severity = Severity.MUST, *, colour: bool = False
) -> str:
    """Return the reports as text.

    Args:
        reports: one a path, in the order to print.
        severity: findings at or above it make a report not valid; all are listed.
        colour: use ANSI colours for weights and verdicts.
    """
    lines = [line for report in reports for line in _report(report, severity, colour)]
    return "\n".join([*lines, summary_line(reports, severity)]) + "\n"
