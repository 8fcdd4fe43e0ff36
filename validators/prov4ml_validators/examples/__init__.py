"""A wrong and a right example of rules, read by `--explain` and by reports that carry help.

A rule may declare its own; the ones here are kept apart from the checks, because no check needs them.
"""

import re

from ..rules import Rule
from .crates import CRATES
from .documents import DOCUMENTS
from .parts import PARTS
from .runs import RUNS

_VERSION = re.compile(r"^ro-crate-(1\.\d)/")
_PERMALINK = "https://w3id.org/ro/crate/"


def examples_of(rule: Rule) -> tuple[str, str]:
    """Return the wrong and the right example of a rule, two empty texts where there is none.

    Those of `ro-crate-1.1/...`, `-1.2/...` and `-1.3/...` are one, but for the version in the permalinks.
    """
    if rule.wrong_example or rule.right_example:
        return rule.wrong_example, rule.right_example
    wrong, right = {**DOCUMENTS, **CRATES, **RUNS, **PARTS}.get(_VERSION.sub("ro-crate/", rule.id), ("", ""))
    version = _VERSION.match(rule.id)
    if version is not None:
        old, new = f"{_PERMALINK}1.1", f"{_PERMALINK}{version[1]}"
        wrong, right = wrong.replace(old, new), right.replace(old, new)
    return wrong, right
