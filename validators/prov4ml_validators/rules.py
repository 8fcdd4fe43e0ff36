"""The registry of rules: every rule id with its severity and the sentence it stands for."""

from dataclasses import dataclass

from .report import Finding, Location, Severity


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        id: stable, `family/name`, such as `ro-crate-1.1/root-name` or `prov-json/undeclared-prefix`.
        severity: the weight of a finding of this rule.
        sentence: what the specification asks, in one sentence of our own.
        source: specification and section, such as `RO-Crate 1.1, Root Data Entity`.
        help: what to do about a finding, in one sentence.
    """

    id: str
    severity: Severity
    sentence: str
    source: str
    help: str

    def finding(self, message: str, location: Location | None = None, help: str | None = None) -> Finding:
        """Return a finding of this rule; `help` replaces the general one where there is a better one."""
        return Finding(
            self.id, self.severity, message, location or Location(), self.help if help is None else help
        )


_registry: dict[str, Rule] = {}


def rule(id: str, severity: Severity, sentence: str, *, source: str, help: str) -> Rule:
    """Register a rule and return it; modules that check something declare their rules at the top with this.

    Raises:
        ValueError: the id is taken already, which is a mistake in this package.
    """
    if id in _registry:
        raise ValueError(f"rule {id} is registered twice")
    _registry[id] = Rule(id, severity, sentence, source, help)
    return _registry[id]


INPUT_UNREADABLE = rule(
    "input/unreadable",
    Severity.MUST,
    "The input can be opened and is a run directory, a crate or a PROV-JSON document.",
    source="prov4ml",
    help="check the path",
)
"""Only in outputs that list every path: the library raises `Unreadable` instead."""


def all_rules() -> tuple[Rule, ...]:
    """Return every registered rule, sorted by id."""
    return tuple(_registry[id] for id in sorted(_registry))
