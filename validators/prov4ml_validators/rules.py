"""The registry of rules: every rule id with its severity and the sentence it stands for."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import import_module

from .report import Finding, Location, Severity
from .terminal import cut

_LONGEST_WORD = 300
_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD + 1},}}")


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        id: stable, `family/name`, such as `ro-crate-1.1/root-name` or `prov-json/undeclared-prefix`.
        severity: the weight of a finding of this rule.
        sentence: what the specification asks, in one sentence of our own.
        source: specification and section, such as `RO-Crate 1.1, Root Data Entity`.
        help: what to do about a finding, in one sentence.
        wrong_example: a document, or one entity of it, that the rule finds fault with; may be empty.
        right_example: the same put right.
        statement: the formula that the specification has for the rule, where it has one.
    """

    id: str
    severity: Severity
    sentence: str
    source: str
    help: str
    wrong_example: str = ""
    right_example: str = ""
    statement: str = ""

    def finding(self, message: str, location: Location | None = None, help: str | None = None) -> Finding:
        """Return a finding of this rule; `help` replaces the general one where there is a better one.

        Names of a document stand in the message whole, but for those that nobody would read to their end.
        """
        if len(message) > _LONGEST_WORD:
            message = _LONG_WORD.sub(lambda match: cut(match.group(), _LONGEST_WORD), message)
        return Finding(
            self.id, self.severity, message, location or Location(), self.help if help is None else help
        )


_registry: dict[str, Rule] = {}


def rule(
    id: str,
    severity: Severity,
    sentence: str,
    *,
    source: str,
    help: str,
    wrong_example: str = "",
    right_example: str = "",
    statement: str = "",
) -> Rule:
    """Register a rule and return it; modules that check something declare their rules at the top with this.

    The arguments are the attributes of `Rule`.

    Raises:
        ValueError: the id is taken already, which is a mistake in this package.
    """
    if id in _registry:
        raise ValueError(f"rule {id} is registered twice")
    _registry[id] = Rule(id, severity, sentence, source, help, wrong_example, right_example, statement)
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
    """Return every rule of this package, sorted by id.

    Checks are imported when an input needs them; this imports them all, so that their rules are registered.
    """
    import pkgutil

    package = import_module(__package__)
    for module in pkgutil.walk_packages(package.__path__, f"{__package__}."):
        if not module.name.endswith(".__main__"):
            import_module(module.name)
    return tuple(_registry[id] for id in sorted(_registry))


def find_rule(id: str) -> Rule | None:
    """Return the rule of an id, None if there is none."""
    if id not in _registry:
        all_rules()
    return _registry.get(id)


def matches_a_rule(pattern: str) -> bool:
    """Return whether a pattern, in which `*` stands for any text, is the id of at least one rule."""
    if any(fnmatchcase(id, pattern) for id in _registry):
        return True
    return any(fnmatchcase(rule.id, pattern) for rule in all_rules())
