"""A wrong and a right example of rules, read by `--explain` and by reports that carry help.

A rule may declare its own; the ones here are kept apart from the checks, because no check needs them.
"""

import re

from ..rules import Rule
from .damage import Example
from .documents import DOCUMENTS
from .ml import ML
from .parts import PARTS
from .payload import FILES, LISTINGS, WORDS
from .profiles import PROFILES
from .ro_crate import RO_CRATE
from .runs import RUNS

_VERSIONED = re.compile(r"^([a-z-]+)-(\d+\.\d+)/(.+)$")
_BASES = {"0.1": "1.1", "0.5": "1.1", "0.6": "1.3", "1.0": "1.1"}
"""The version of RO-Crate that a version of a profile extends."""


def crate_example(rule: Rule) -> tuple[Example, str] | None:
    """Return the example of a rule on crates that changes the base crate, and the version of RO-Crate."""
    if rule.id in FILES:
        return FILES[rule.id], "1.1"
    match = _VERSIONED.match(rule.id)
    if match is None:
        return None
    family, version, name = match.groups()
    if family == "ro-crate":
        found, base = RO_CRATE.get(name), version
    else:
        found = PROFILES.get(family, {}).get(name)
        base = "1.3" if (family, version) == ("workflow-ro-crate", "1.1") else _BASES.get(version, "1.1")
    return None if found is None else (found, base)


def examples_of(rule: Rule) -> tuple[str, str]:
    """Return the wrong and the right example of a rule, two empty texts where there is none."""
    if rule.wrong_example or rule.right_example:
        return rule.wrong_example, rule.right_example
    found = crate_example(rule)
    if found is not None:
        example, version = found
        return example.text(version, wrong=True), example.text(version, wrong=False)
    return {**DOCUMENTS, **ML, **RUNS, **PARTS, **LISTINGS, **WORDS}.get(rule.id, ("", ""))
