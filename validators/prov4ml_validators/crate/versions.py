"""Rules that hold in several versions of a specification, defined once and registered for each."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..report import Finding, Location, Severity
from ..rules import Rule, rule
from .graph import CrateGraph

VERSIONS = ("1.1", "1.2", "1.3")


@dataclass(frozen=True)
class VersionedRule:
    """One rule as it is in each version of its specification that has it."""

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
    family: str = "ro-crate",
    title: str = "RO-Crate",
) -> VersionedRule:
    """Register a rule as `<family>-<version>/<name>` for each version.

    Args:
        name: the part of the id behind the slash.
        severity: one for all versions, or one for each.
        sentence: what the specification asks, in our own words.
        section: its section in the specification, the same in all versions.
        help: what to do about a finding; `{version}` in it stands for the version.
        versions: those that have the rule, where `severity` does not list them.
        family: of the id.
        title: of the specification.
    """
    weights = dict.fromkeys(versions, severity) if isinstance(severity, Severity) else severity
    return VersionedRule(
        {
            version: rule(
                f"{family}-{version}/{name}",
                weight,
                sentence,
                source=f"{title} {version}, {section}",
                help=help.replace("{version}", version),
            )
            for version, weight in weights.items()
        }
    )


Check = Callable[[CrateGraph, str], Iterator[Finding]]
"""A check of one topic: given the graph and the version, yields findings in the order of the document."""
