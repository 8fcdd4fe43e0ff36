"""Our findings beside those of rocrate-validator, crate by crate and check by check.

Run as a program on a folder with `manifest.json` and `crates/`, it prints every figure and every
disagreement: `python -m tests.validators.crate.agreement FOLDER`.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prov4ml_validators import Severity, Unreadable, validate
from tests.validators.crate.check_table import TABLE, level

# The checks that it writes in Python; the others are SHACL, which needs every context of the document.
_WITHOUT_RDF = {
    "ro-crate-1.1": ("1.", "2.", "3.", "12.", "23.", "24.", "25.", "28."),
    "ro-crate-1.2": ("1.", "2.", "3.", "4.", "8.", "9.", "11.", "17.", "18.", "19.", "20.", "21.", "22.",
                     "42.", "45.", "50.", "51.", "52.", "57.", "59.", "60.", "61.", "69.", "70.", "75."),
    "ro-crate-1.3": ("1.", "9."),
    "workflow-ro-crate-1.0": ("4.1",),
}  # fmt: skip


@dataclass
class Case:
    """One crate as both see it.

    Attributes:
        path: below `crates/`.
        theirs: the checks that fail, `must` and `should`.
        ours: the checks that our findings stand for.
        compared: whether a check was run on this crate at all.
        is_valid: our verdict.
    """

    path: str
    entry: dict[str, Any]
    rules: frozenset[str] = frozenset()
    weights: dict[str, Severity] = field(default_factory=dict)
    profiles: tuple[str, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Return our verdict."""
        return Severity.MUST not in self.weights.values()

    def checks(self, level: str) -> frozenset[str]:
        """Return the checks that fail for rocrate-validator at a level; a manifest may do without one."""
        return frozenset(self.entry.get(f"{level}_checks", ()))

    def ours(self, known: Iterable[str]) -> frozenset[str]:
        """Return those of the checks that our findings stand for."""
        families = {*self.profiles, *(("ro-crate-1.2",) if "ro-crate-1.3" in self.profiles else ())}
        found = set()
        for check in known:
            rules = TABLE[check]
            if check.rpartition("_")[0] in families and not isinstance(rules, str) and rules & self.rules:
                found.add(check)
        return frozenset(found)

    def was_run(self, check: str) -> bool:
        """Return whether rocrate-validator ran a check on this crate: it stops at what it cannot read."""
        family, _, number = check.rpartition("_")
        messages = [text for _, _, text in self.entry["messages"]]
        if any("does not contain the @id attribute" in text for text in messages):
            return number.startswith(("3.", "4.") if family == "ro-crate-1.2" else "3.")
        if any("Unable to retrieve the JSON-LD context" in text for text in messages):
            return number.startswith(_WITHOUT_RDF.get(family, ()))
        return True


def read_cases(folder: Path) -> Iterator[Case]:
    """Yield every crate of a corpus with our findings on it."""
    for entry in json.loads((folder / "manifest.json").read_text("utf-8")):
        case = Case(entry["path"], entry)
        try:
            report = validate(folder / "crates" / entry["path"], optional=True)
        except Unreadable:
            case.weights = {"input/unreadable": Severity.MUST}
        else:
            case.weights = {finding.rule: finding.severity for finding in report.findings}
            case.profiles = report.profiles
        case.rules = frozenset(case.weights)
        yield case


@dataclass
class Agreement:
    """The figures of one level.

    Attributes:
        same: the pairs (crate, check) that fail for both.
        theirs: those that fail for rocrate-validator only.
        ours: those that fail for us only.
    """

    same: list[tuple[str, str]]
    theirs: list[tuple[str, str]]
    ours: list[tuple[str, str]]

    @property
    def share(self) -> float:
        """Return the share of pairs on which both agree, of those in which either fails."""
        total = len(self.same) + len(self.theirs) + len(self.ours)
        return len(self.same) / total if total else 1.0


def compare(cases: Iterable[Case], wanted: str) -> Agreement:
    """Hold our findings against those of rocrate-validator for the checks of a level."""
    result = Agreement([], [], [])
    checks = [check for check in TABLE if level(check) == wanted]
    for case in cases:
        if case.entry["unreadable"]:
            continue
        theirs = case.checks(wanted)
        ours = frozenset(check for check in case.ours(checks) if case.was_run(check))
        result.same += [(case.path, check) for check in sorted(theirs & ours)]
        result.theirs += [(case.path, check) for check in sorted(theirs - ours)]
        result.ours += [(case.path, check) for check in sorted(ours - theirs)]
    return result


def print_level(name: str, result: Agreement) -> None:
    """Print the figures of a level, and each check in which there is a disagreement."""
    print(f"{name}: {len(result.same)} pairs the same, {len(result.theirs)} theirs only, "
          f"{len(result.ours)} ours only: {result.share:.1%}")  # fmt: skip
    counts = [Counter(check for _, check in pairs) for pairs in (result.same, result.theirs, result.ours)]
    for check in sorted(set(counts[1]) | set(counts[2])):
        print(f"  {check}: same {counts[0][check]}, theirs {counts[1][check]}, ours {counts[2][check]}")
    for title, pairs in (("theirs", result.theirs), ("ours", result.ours)):
        for path, check in pairs:
            print(f"    {title} only {check} {path}")


def main(folder: Path) -> None:
    """Print the agreement over a corpus."""
    cases = list(read_cases(folder))
    wrong = [case.path for case in cases if case.is_valid != (case.entry["required"] == "valid")]
    print(f"verdict: {len(cases) - len(wrong)} of {len(cases)} the same")
    for path in wrong:
        print(f"    {path}")
    for name in ("required", "recommended", "optional"):
        print_level(name, compare(cases, name))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
