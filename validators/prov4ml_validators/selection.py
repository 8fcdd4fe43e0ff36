"""Which rules count: those selected, without those ignored."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from .report import UNREADABLE_KIND, Report
from .rules import all_rules, matches_a_rule

OPTIONAL = "may-"
"""How the names of rules on what MAY be there begin; they are checked when they are asked for."""


class UnknownRule(Exception):
    """A rule id or pattern that matches no rule; the message names those that are near."""


def check_pattern(pattern: str) -> str:
    """Return a pattern that matches at least one rule.

    Args:
        pattern: a rule id, in which `*`, `?` and `[...]` mean what they mean in file names, `*` also `/`.

    Raises:
        UnknownRule: it matches none.
    """
    if matches_a_rule(pattern):
        return pattern
    from difflib import get_close_matches

    known = [rule.id for rule in all_rules()]
    # People often forget the family, or mistake it.
    same_name = [id for id in known if id.partition("/")[2] == pattern.rpartition("/")[2]]
    near = list(dict.fromkeys([*same_name, *get_close_matches(pattern, known, n=3)]))[:3]
    hint = f"near are {', '.join(near)}" if near else "all are listed in docs/rules.md"
    raise UnknownRule(f"no rule matches {pattern!r}; {hint}")


@dataclass(frozen=True)
class Selection:
    """Patterns of rule ids: with `select` empty every rule is selected; `ignore` goes before `select`."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def __contains__(self, rule: str) -> bool:
        """Return whether findings of a rule count."""
        if any(fnmatchcase(rule, pattern) for pattern in self.ignore):
            return False
        return not self.select or any(fnmatchcase(rule, pattern) for pattern in self.select)

    @property
    def names_optional_rules(self) -> bool:
        """Return whether a pattern names rules on what MAY be there, such as `ro-crate-1.1/may-*`.

        Patterns of whole families do not: they are written for what a crate has to have.
        """
        return any(pattern.rpartition("/")[2].startswith(OPTIONAL) for pattern in self.select)

    def apply(self, report: Report) -> Report:
        """Return a report without the findings that do not count.

        What could not be read stays so: nothing is known of it, whatever is selected.
        """
        if report.kind == UNREADABLE_KIND or not (self.select or self.ignore):
            return report
        return replace(report, findings=tuple(one for one in report.findings if one.rule in self))


def _check_own(pattern: str) -> str:
    """Let patterns of rules that users write pass: which there are depends on the profile of each check."""
    return pattern if pattern.startswith("user/") else check_pattern(pattern)


def make_selection(select: Iterable[str] = (), ignore: Iterable[str] = ()) -> Selection:
    """Return the selection of patterns that were checked.

    Raises:
        UnknownRule: a pattern matches no rule.
    """
    return Selection(
        tuple(_check_own(pattern) for pattern in select),
        tuple(_check_own(pattern) for pattern in ignore),
    )
