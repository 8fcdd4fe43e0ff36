"""What a rule asks, why, and what to do about it, for a reader at a terminal."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from textwrap import indent

from .crate.user_profile import is_user_profile, read_user_profile
from .examples import examples_of
from .rules import Rule, all_rules
from .selection import check_pattern


def _lines(rule: Rule) -> Iterator[str]:
    yield f"{rule.id} ({rule.severity.name})"
    yield f"  {rule.sentence}"
    yield f"  Source: {rule.source}"
    for line in rule.statement.splitlines():
        yield f"    {line}"
    yield f"  Fix: {rule.help}"
    wrong, right = examples_of(rule)
    for title, example in (("Wrong", wrong), ("Right", right)):
        if example:
            yield f"\n  {title}:\n{indent(example, '    ')}"


def explain(pattern: str) -> str:
    """Return the text on every rule that a pattern matches, sorted by id, ending in a line break.

    Args:
        pattern: of rule ids, or the path of a profile that a user wrote, for the rules in it.

    Raises:
        UnknownRule: it matches none.
        Unreadable: the profile is not understood.
    """
    if is_user_profile(pattern):
        own = [shape.rule for shape in read_user_profile(Path(pattern)).shapes]
        return "\n\n".join("\n".join(_lines(rule)) for rule in own) + "\n"
    check_pattern(pattern)
    found = [rule for rule in all_rules() if fnmatchcase(rule.id, pattern)]
    return "\n\n".join("\n".join(_lines(rule)) for rule in found) + "\n"
