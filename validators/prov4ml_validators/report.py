"""Findings and reports: what every check returns and every output format prints."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum


class Severity(IntEnum):
    """How much a finding weighs, in the words of RFC 2119; a larger number weighs more."""

    MAY = 1
    SHOULD = 2
    MUST = 3


@dataclass(frozen=True, slots=True)
class Location:
    """Where in the checked thing: a member file, a JSON pointer (RFC 6901), a line and a column from 1."""

    file: str | None = None
    pointer: str | None = None
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem: the rule that it breaks, one sentence, where it is, and what to do about it."""

    rule: str
    severity: Severity
    message: str
    location: Location = field(default_factory=Location)
    help: str = ""


@dataclass(frozen=True)
class Report:
    """All findings on one path.

    Attributes:
        path: as the user gave it.
        kind: `run-directory`, `ro-crate`, `prov-json` or another format of PROV, or `unreadable`.
        profiles: the profiles it was checked against, such as `ro-crate-1.1` and `process-run-crate-0.5`.
        findings: the heaviest first, else in the order of the document.
    """

    path: str
    kind: str
    profiles: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    def at_or_above(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the findings that weigh at least `severity`."""
        return tuple(finding for finding in self.findings if finding.severity >= severity)

    def is_valid(self, severity: Severity = Severity.MUST) -> bool:
        """Return whether nothing weighs `severity` or more."""
        return not self.at_or_above(severity)


class Unreadable(Exception):
    """The input cannot be checked at all: missing, not JSON, not an archive. Exit status 2, not a verdict."""

    def __init__(self, path: str, message: str, hint: str = "", location: Location | None = None) -> None:
        super().__init__(f"{path}: {message}" + (f"; {hint}" if hint else ""))
        self.path = path
        self.message = message
        self.hint = hint
        self.location = location or Location()


UNREADABLE_KIND = "unreadable"


def unreadable_report(error: Unreadable) -> Report:
    """Return what could not be read as a report, for the outputs that list every path."""
    finding = Finding("input/unreadable", Severity.MUST, error.message, error.location, error.hint)
    return Report(error.path, UNREADABLE_KIND, (), (finding,))


def sort_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with the heaviest first, else in the order found."""
    return tuple(sorted(findings, key=lambda finding: -finding.severity))
