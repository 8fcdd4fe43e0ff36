"""Rules that hold in several versions of RO-Crate, defined once and registered for each."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..report import Finding, Location, Severity
from ..rules import Rule, rule
from .graph import CrateGraph

VERSIONS = ("1.1", "1.2", "1.3")


@dataclass(frozen=True)
class VersionedRule:
    """One rule of RO-Crate as it is in each version that has it."""

    rules: Mapping[str, Rule]

    def finding(self, version: str, message: str, location: Location | None = None) -> Iterator[Finding]:
        """Yield a finding of the rule in a version, nothing in a version that does not have it."""
        if version in self.rules:
            yield self.rules[version].finding(message, location)


def versioned(
    name: str,
    severity: Severity | Mapping[str, Severity],
    sentence: str,
    *,
    section: str,
    help: str,
    versions: tuple[str, ...] = VERSIONS,
) -> VersionedRule:
    """Register a rule as `ro-crate-<version>/<name>` for each version.

    Args:
        name: the part of the id behind the slash.
        severity: one for all versions, or one for each.
        sentence: what the specification asks, in our own words.
        section: its section in the specification, the same in all versions.
        help: what to do about a finding.
        versions: those that have the rule, where `severity` does not list them.
    """
    weights = dict.fromkeys(versions, severity) if isinstance(severity, Severity) else severity
    return VersionedRule(
        {
            version: rule(
                f"ro-crate-{version}/{name}",
                weight,
                sentence,
                source=f"RO-Crate {version}, {section}",
                help=help,
            )
            for version, weight in weights.items()
        }
    )


Check = Callable[[CrateGraph, str], Iterator[Finding]]
"""A check of one topic: given the graph and the version, yields findings in the order of the document."""
