"""Small random documents: few names, so that records meet, and of all kinds."""

from typing import Any

from hypothesis import strategies as st

from .naive import Statement
from .naive_rules import ARGUMENTS, IDENTIFIED

Json = dict[str, Any]
TIMES = ("2026-01-01T12:00:00Z", "2026-01-01T13:00:00Z")
_NAMES = {
    "e": ("e1", "e2", "e3", "e4", "x"),
    "a": ("a1", "a2", "a3", "x"),
    "ag": ("g1", "g2", "e1", "a1"),
    "o": ("e1", "e2", "a1", "a2", "g1"),
    "t": TIMES,
    "g": ("r1", "r2", "r3"),
    "u": ("r1", "r4", "r5"),
}
"""What an argument is chosen from, by the letters of its name in the Recommendation."""

_IDENTIFIERS = ("r1", "r2", "r3", "r4", "r5")
_ROLES = {
    "entity": (),
    "agent": (),
    "activity": ("prov:startTime", "prov:endTime"),
    "wasGeneratedBy": ("prov:entity", "prov:activity", "prov:time"),
    "used": ("prov:activity", "prov:entity", "prov:time"),
    "wasInformedBy": ("prov:informed", "prov:informant"),
    "wasStartedBy": ("prov:activity", "prov:trigger", "prov:starter", "prov:time"),
    "wasEndedBy": ("prov:activity", "prov:trigger", "prov:ender", "prov:time"),
    "wasInvalidatedBy": ("prov:entity", "prov:activity", "prov:time"),
    "wasDerivedFrom": (
        "prov:generatedEntity", "prov:usedEntity", "prov:activity", "prov:generation", "prov:usage",
    ),
    "wasAttributedTo": ("prov:entity", "prov:agent"),
    "wasAssociatedWith": ("prov:activity", "prov:agent", "prov:plan"),
    "actedOnBehalfOf": ("prov:delegate", "prov:responsible", "prov:activity"),
    "wasInfluencedBy": ("prov:influencee", "prov:influencer"),
    "alternateOf": ("prov:alternate1", "prov:alternate2"),
    "specializationOf": ("prov:specificEntity", "prov:generalEntity"),
    "hadMember": ("prov:collection", "prov:entity"),
}  # fmt: skip
"""PROV-JSON, section 3."""

_EVENTS = ("wasGeneratedBy", "wasInvalidatedBy", "wasStartedBy", "wasEndedBy")
_KINDS = (*ARGUMENTS, *("wasDerivedFrom", "wasGeneratedBy", "wasStartedBy", "entity", "activity") * 2)


@st.composite
def statements(
    draw: st.DrawFn, kinds: tuple[str, ...], names: int, crossing: int, identified: int
) -> Statement:
    """One statement.

    Args:
        draw: of hypothesis.
        kinds: what it may be; a kind is as likely as often it is there.
        names: so many of each sort are used.
        crossing: one argument in so many is a name of any sort.
        identified: one relation in so many has an identifier.
    """
    kind = draw(st.sampled_from(kinds))
    name = None
    if kind in IDENTIFIED and draw(st.integers(1, identified)) == 1:
        crossed = draw(st.integers(1, 4 * crossing)) == 1
        name = draw(st.sampled_from(_NAMES["o"] if crossed else _IDENTIFIERS))
    elif kind in ("entity", "activity", "agent"):
        crossed = draw(st.integers(1, crossing)) == 1
        sort = "o" if crossed else {"entity": "e", "activity": "a", "agent": "ag"}[kind]
        name = draw(st.sampled_from(_NAMES[sort]))
    args: list[str | None] = []
    for role in ARGUMENTS[kind].split():
        impossible = role in ("g?", "u?") and args[2] is None and draw(st.integers(1, 12)) > 1
        if impossible or (role[-1] in "?-" and draw(st.booleans())):
            args.append(None)
            continue
        sort = {"c": "e", "pl": "e"}.get(role.strip("?-"), role.strip("?-12"))
        if len(_NAMES[sort]) > 3 and draw(st.integers(1, crossing)) == 1:
            sort = "o"
        args.append(draw(st.sampled_from(_NAMES[sort][:names])))
    return kind, name, tuple(args)


@st.composite
def documents(draw: st.DrawFn) -> tuple[list[Statement], list[str]]:
    """Statements, and the entities among them that are empty collections."""
    crossing, identified = draw(st.sampled_from((6, 60))), draw(st.sampled_from((2, 20)))
    kinds, names = draw(st.sampled_from(((_KINDS, 5), (_KINDS, 5), ((*_KINDS, *_EVENTS * 12), 2))))
    made = draw(st.lists(statements(kinds, names, crossing, identified), min_size=1, max_size=10))
    entities = [name for kind, name, _ in made if kind == "entity" and name]
    empty = [name for name in dict.fromkeys(entities) if draw(st.integers(1, 6)) == 1]
    return made, empty


def as_prov_json(made: list[Statement], empty: list[str]) -> Json:
    """Return the statements as PROV-JSON."""
    document: Json = {"prefix": {"ex": "http://example.org/"}}
    for number, (kind, name, args) in enumerate(made):
        body: Json = {
            role: arg if arg in TIMES else f"ex:{arg}"
            for role, arg in zip(_ROLES[kind], args, strict=True)
            if arg is not None
        }
        if kind == "entity" and name in empty:
            body["prov:type"] = {"$": "prov:EmptyCollection", "type": "prov:QUALIFIED_NAME"}
        key = f"_:n{number}" if name is None else f"ex:{name}"
        document.setdefault(kind, {}).setdefault(key, []).append(body)
    return document
