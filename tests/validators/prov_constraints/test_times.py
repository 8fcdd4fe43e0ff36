"""Times of the document held against the order of its events; none of it makes a document invalid."""

import pytest

from prov4ml_validators.prov_constraints.check import check_constraints
from prov4ml_validators.report import Finding, Severity

from .notation import scope_of

EARLY, LATE, NAIVE = "2026-01-01T12:00:00Z", "2026-01-01T14:00:00+01:00", "2026-01-01T11:00:00"
"""The second is an hour after the first."""


def findings(text: str) -> list[Finding]:
    return list(check_constraints(scope_of(text)))


@pytest.mark.parametrize(
    "text",
    [
        f"wasGeneratedBy(g; e, -, {LATE}) used(u; a, e, {EARLY})",
        f"activity(a, {LATE}, -) used(u; a, e, {EARLY})",
        f"activity(a, {LATE}, -) wasGeneratedBy(g; e, a) used(u; b, e, {EARLY})",
        f"entity(e) entity(f) wasGeneratedBy(g; e, -, {LATE}) wasDerivedFrom(f, e)"
        f" wasInvalidatedBy(i; f, -, {EARLY})",
        f"wasGeneratedBy(g; e, -, {LATE}) wasGeneratedBy(h; e, -, {EARLY})",
    ],
)
def test_a_late_event_before_an_early_one(text: str) -> None:
    assert [(one.rule, one.severity) for one in findings(text)] == [
        ("prov-constraints/time-order", Severity.SHOULD)
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"wasGeneratedBy(g; e, -, {EARLY}) used(u; a, e, {LATE})",
        f"wasGeneratedBy(g; e, -, {EARLY}) used(u; a, e, {EARLY})",
        f"wasGeneratedBy(g; e, -, {EARLY}) used(u; a, e, {NAIVE})",
        f"wasGeneratedBy(g; e, -, {LATE}) used(u; a, f, {EARLY})",
        f"activity(a, {LATE}, {EARLY})",
    ],
)
def test_nothing_to_say(text: str) -> None:
    assert findings(text) == []


def test_one_late_event_is_one_finding_that_names_the_way() -> None:
    (found,) = findings(
        f"activity(a, {LATE}, -) wasGeneratedBy(g; e, a) used(u; b, e, {EARLY}) used(v; c, e, {EARLY})"
    )
    assert found.message == (
        f"the start of ex:a is at {LATE}, but by c34, c37 it precedes the usage ex:u of ex:e by ex:b,"
        f" which is at {EARLY}, and 1 more event with an earlier time (/used/ex:u/0, /activity/ex:a/0)"
    )
    assert found.location.pointer == "/used/ex:u/0"


def test_a_cycle_is_told_whole() -> None:
    (found,) = findings(
        "entity(e1) wasStartedBy(s; a1, e1, -) wasGeneratedBy(g; e2, a1) wasDerivedFrom(d; e1, e2)"
    )
    assert found.rule == "prov-constraints/c42"
    for part in ("strictly precedes", "(c42)", "(c43)", "(c34)", "/wasDerivedFrom/ex:d/0", "ex:g", "ex:s"):
        assert part in found.message
