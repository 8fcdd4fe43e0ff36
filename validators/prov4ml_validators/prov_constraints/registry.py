"""The rules that findings carry; a broken order is one of 42, the only constraint with a strict step."""

from collections.abc import Mapping

from ..report import Severity
from ..rules import Rule, rule
from .ruleset import ORDERINGS

_SOURCE = "PROV-CONSTRAINTS"


_EXAMPLES: Mapping[int, tuple[str, str]] = {
    22: (
        '"activity": {"ex:train": [{"prov:startTime": "2026-01-01T12:00:00Z"},\n'
        '   {"prov:startTime": "2026-01-01T13:00:00Z"}]}',
        '"activity": {"ex:train": [{"prov:startTime": "2026-01-01T12:00:00Z"},\n'
        '   {"prov:endTime": "2026-01-01T13:00:00Z"}]}',
    ),
    23: (
        '"used": {"ex:u": [{"prov:activity": "ex:train", "prov:entity": "ex:data"},\n'
        '   {"prov:activity": "ex:train", "prov:entity": "ex:labels"}]}',
        '"used": {"ex:u": {"prov:activity": "ex:train", "prov:entity": "ex:data"},\n'
        '   "ex:v": {"prov:activity": "ex:train", "prov:entity": "ex:labels"}}',
    ),
    24: (
        '"wasGeneratedBy": {"ex:g": {"prov:entity": "ex:model", "prov:activity": "ex:train"},\n'
        '   "ex:h": {"prov:entity": "ex:model", "prov:activity": "ex:train"}}',
        '"wasGeneratedBy": {"ex:g": {"prov:entity": "ex:model", "prov:activity": "ex:train"}}',
    ),
    25: (
        '"wasInvalidatedBy": {"ex:i": {"prov:entity": "ex:model", "prov:activity": "ex:clean"},\n'
        '   "ex:j": {"prov:entity": "ex:model", "prov:activity": "ex:clean"}}',
        '"wasInvalidatedBy": {"ex:i": {"prov:entity": "ex:model", "prov:activity": "ex:clean"}}',
    ),
    26: (
        '"wasStartedBy": {"ex:s": {"prov:activity": "ex:train", "prov:starter": "ex:job"},\n'
        '   "ex:t": {"prov:activity": "ex:train", "prov:starter": "ex:job"}}',
        '"wasStartedBy": {"ex:s": {"prov:activity": "ex:train", "prov:starter": "ex:job"}}',
    ),
    27: (
        '"wasEndedBy": {"ex:s": {"prov:activity": "ex:train", "prov:ender": "ex:job"},\n'
        '   "ex:t": {"prov:activity": "ex:train", "prov:ender": "ex:job"}}',
        '"wasEndedBy": {"ex:s": {"prov:activity": "ex:train", "prov:ender": "ex:job"}}',
    ),
    28: (
        '"activity": {"ex:train": {"prov:startTime": "2026-01-01T12:00:00Z"}},\n'
        ' "wasStartedBy": {"ex:s": {"prov:activity": "ex:train", "prov:time": "2026-01-01T13:00:00Z"}}',
        '"activity": {"ex:train": {"prov:startTime": "2026-01-01T12:00:00Z"}},\n'
        ' "wasStartedBy": {"ex:s": {"prov:activity": "ex:train", "prov:time": "2026-01-01T12:00:00Z"}}',
    ),
    29: (
        '"activity": {"ex:train": {"prov:endTime": "2026-01-01T12:00:00Z"}},\n'
        ' "wasEndedBy": {"ex:s": {"prov:activity": "ex:train", "prov:time": "2026-01-01T13:00:00Z"}}',
        '"activity": {"ex:train": {"prov:endTime": "2026-01-01T12:00:00Z"}},\n'
        ' "wasEndedBy": {"ex:s": {"prov:activity": "ex:train", "prov:time": "2026-01-01T12:00:00Z"}}',
    ),
    42: (
        '"entity": {"ex:v1": {}, "ex:v2": {}},\n'
        ' "wasDerivedFrom": {"ex:d": {"prov:generatedEntity": "ex:v2", "prov:usedEntity": "ex:v1"},\n'
        '   "ex:e": {"prov:generatedEntity": "ex:v1", "prov:usedEntity": "ex:v2"}}',
        '"entity": {"ex:v1": {}, "ex:v2": {}},\n'
        ' "wasDerivedFrom": {"ex:d": {"prov:generatedEntity": "ex:v2", "prov:usedEntity": "ex:v1"}}',
    ),
    51: (
        '"wasDerivedFrom": {"ex:d": {"prov:generatedEntity": "ex:v2", "prov:usedEntity": "ex:v1",\n'
        '   "prov:usage": "ex:u"}}',
        '"wasDerivedFrom": {"ex:d": {"prov:generatedEntity": "ex:v2", "prov:usedEntity": "ex:v1",\n'
        '   "prov:activity": "ex:train", "prov:usage": "ex:u"}}',
    ),
    52: (
        '"specializationOf": {"_:s": {"prov:specificEntity": "ex:a", "prov:generalEntity": "ex:a"}}',
        '"specializationOf": {"_:s": {"prov:specificEntity": "ex:a", "prov:generalEntity": "ex:b"}}',
    ),
    53: (
        '"used": {"ex:r": {"prov:activity": "ex:train", "prov:entity": "ex:data"}},\n'
        ' "wasGeneratedBy": {"ex:r": {"prov:entity": "ex:model", "prov:activity": "ex:train"}}',
        '"used": {"ex:u": {"prov:activity": "ex:train", "prov:entity": "ex:data"}},\n'
        ' "wasGeneratedBy": {"ex:g": {"prov:entity": "ex:model", "prov:activity": "ex:train"}}',
    ),
    54: (
        '"entity": {"ex:data": {}},\n'
        ' "used": {"ex:data": {"prov:activity": "ex:train", "prov:entity": "ex:data"}}',
        '"entity": {"ex:data": {}},\n'
        ' "used": {"ex:u": {"prov:activity": "ex:train", "prov:entity": "ex:data"}}',
    ),
    55: (
        '"entity": {"ex:train": {}}, "activity": {"ex:train": {}}',
        '"entity": {"ex:train.py": {}}, "activity": {"ex:train": {}}',
    ),
    56: (
        '"entity": {"ex:c": {"prov:type": {"$": "prov:EmptyCollection", "type": "prov:QUALIFIED_NAME"}}},\n'
        ' "hadMember": {"_:m": {"prov:collection": "ex:c", "prov:entity": "ex:data"}}',
        '"entity": {"ex:c": {"prov:type": {"$": "prov:Collection", "type": "prov:QUALIFIED_NAME"}}},\n'
        ' "hadMember": {"_:m": {"prov:collection": "ex:c", "prov:entity": "ex:data"}}',
    ),
}


_STATEMENTS: Mapping[int, str] = {
    22: "The identifier id is a key of entity(id), activity(id, t1, t2) and agent(id).",
    23: "The identifier id is a key of wasGeneratedBy(id; ...), used(id; ...), wasInformedBy(id; ...),\n"
    "wasStartedBy(id; ...), wasEndedBy(id; ...), wasInvalidatedBy(id; ...), wasDerivedFrom(id; ...),\n"
    "wasAttributedTo(id; ...), wasAssociatedWith(id; ...), actedOnBehalfOf(id; ...)\n"
    "and wasInfluencedBy(id; ...).",
    24: "IF wasGeneratedBy(gen1; e, a, _t1) and wasGeneratedBy(gen2; e, a, _t2) THEN gen1 = gen2.",
    25: "IF wasInvalidatedBy(inv1; e, a, _t1) and wasInvalidatedBy(inv2; e, a, _t2) THEN inv1 = inv2.",
    26: "IF wasStartedBy(start1; a, _e1, a0, _t1) and wasStartedBy(start2; a, _e2, a0, _t2)\n"
    "THEN start1 = start2.",
    27: "IF wasEndedBy(end1; a, _e1, a0, _t1) and wasEndedBy(end2; a, _e2, a0, _t2) THEN end1 = end2.",
    28: "IF activity(a2, t1, _t2) and wasStartedBy(_start; a2, _e, _a1, t) THEN t1 = t.",
    29: "IF activity(a2, _t1, t2) and wasEndedBy(_end; a2, _e, _a1, t) THEN t2 = t.",
    42: "IF wasDerivedFrom(_d; e2, e1, _a, _g, _u) and wasGeneratedBy(gen1; e1, _a1, _t1)\n"
    "and wasGeneratedBy(gen2; e2, _a2, _t2) THEN gen1 strictly precedes gen2.",
    51: "IF wasDerivedFrom(_id; e2, e1, -, g, -) or wasDerivedFrom(_id; e2, e1, -, -, u)\n"
    "or wasDerivedFrom(_id; e2, e1, -, g, u) THEN INVALID.",
    52: "IF specializationOf(e, e) THEN INVALID.",
    53: "For r and s in {used, wasGeneratedBy, wasInvalidatedBy, wasStartedBy, wasEndedBy, wasInformedBy,\n"
    "wasAttributedTo, wasAssociatedWith, actedOnBehalfOf}, r not s:\n"
    "IF r(id; ...) and s(id; ...) THEN INVALID.",
    54: "For p in {entity, activity, agent} and r any relation of constraint 23:\n"
    "IF p(id, ...) and r(id; ...) THEN INVALID.",
    55: "IF entity in typeOf(id) and activity in typeOf(id) THEN INVALID.",
    56: "IF hadMember(c, e) and prov:EmptyCollection in typeOf(c) THEN INVALID.",
}
"""The formulas of the Recommendation, their attributes left out; `_` begins what is named once."""


def _example(sections: str) -> str:
    return f'{{"prefix": {{"ex": "http://example.org/"}},\n {sections}}}'


def _constraint(number: int, name: str, section: str, sentence: str, help: str) -> Rule:
    wrong, right = _EXAMPLES[number]
    return rule(
        f"prov-constraints/c{number}",
        Severity.MUST,
        sentence,
        source=f"{_SOURCE}, section {section}, constraint {number} ({name})",
        help=help,
        wrong_example=_example(wrong),
        right_example=_example(right),
        statement=_STATEMENTS[number],
    )


_ONE_RECORD = "give one of them another identifier, or write the same arguments"
_ONE_EVENT = "give both the same identifier, or leave it out of one of them"

RULES: Mapping[str, Rule] = {
    one.id.rpartition("/")[2]: one
    for one in (
        _constraint(
            22,
            "key-object",
            "6.1",
            "All records of an activity with one identifier have the same times; what one leaves out, another"
            " may say.",
            "correct the times, or give one of them another identifier",
        ),
        _constraint(
            23,
            "key-properties",
            "6.1",
            "All relations with one identifier have the same arguments; what one leaves out, another may say,"
            " but for the plan of an association and the activity of a derivation, where to leave it out says"
            " that there is none.",
            _ONE_RECORD,
        ),
        _constraint(
            24,
            "unique-generation",
            "6.1",
            "An activity generates an entity once: there is one generation of an entity by an activity.",
            _ONE_EVENT,
        ),
        _constraint(
            25,
            "unique-invalidation",
            "6.1",
            "There is one invalidation of an entity by an activity.",
            _ONE_EVENT,
        ),
        _constraint(
            26, "unique-wasStartedBy", "6.1", "There is one start of an activity by a starter.", _ONE_EVENT
        ),
        _constraint(
            27, "unique-wasEndedBy", "6.1", "There is one end of an activity by an ender.", _ONE_EVENT
        ),
        _constraint(
            28,
            "unique-startTime",
            "6.1",
            "The start time of an activity is the time of all its starts.",
            "write one of the two times, or correct one",
        ),
        _constraint(
            29,
            "unique-endTime",
            "6.1",
            "The end time of an activity is the time of all its ends.",
            "write one of the two times, or correct one",
        ),
        _constraint(
            42,
            "derivation-generation-generation-ordering",
            "6.2",
            "What is derived is generated strictly after what it is derived from, and no event strictly"
            " precedes itself in the order of constraints 30–49.",
            "turn the relation around that is the wrong way, or give each version of an entity an identifier",
        ),
        _constraint(
            51,
            "impossible-unspecified-derivation-generation-use",
            "6.4",
            "A derivation that names its generation or its usage names the activity too.",
            "add prov:activity, or leave prov:generation and prov:usage out",
        ),
        _constraint(
            52,
            "impossible-specialization-reflexive",
            "6.4",
            "Nothing is a specialization of itself, not through others either.",
            "remove one of the relations of the circle",
        ),
        _constraint(
            53,
            "impossible-property-overlap",
            "6.4",
            "No identifier belongs to relations of two kinds.",
            "give one of them another identifier",
        ),
        _constraint(
            54,
            "impossible-object-property-overlap",
            "6.4",
            "No identifier belongs to a relation and to an entity, activity or agent.",
            "give one of them another identifier",
        ),
        _constraint(
            55,
            "entity-activity-disjoint",
            "6.4",
            "Nothing is both an entity and an activity, as a record or as an argument of a relation"
            " (constraint 50, typing).",
            "name the right one, or give one of them another identifier",
        ),
        _constraint(
            56,
            "membership-empty-collection",
            "6.4",
            "An empty collection has no members.",
            'remove the type prov:EmptyCollection, or write "prov:Collection"',
        ),
    )
}


def _mentions(second: str) -> str:
    general = '"prov:generalEntity": "ex:e1"'
    return _example(
        '"mentionOf": {\n'
        f'   "_:m": {{"prov:specificEntity": "ex:e", {general}, "prov:bundle": "ex:b1"}},\n'
        f'   "_:n": {{"prov:specificEntity": "{second}", {general}, "prov:bundle": "ex:b2"}}}}'
    )


UNIQUE_MENTION = rule(
    "prov-constraints/unique-mention",
    Severity.MUST,
    "An entity mentions one entity of one bundle.",
    source="PROV-LINKS, W3C Working Group Note 30 April 2013, section 3 (unique-mention)",
    statement="IF mentionOf(e, e1, b1) and mentionOf(e, e2, b2) THEN e1 = e2 and b1 = b2.",
    help="remove one of the mentions, or give each an entity of its own",
    wrong_example=_mentions("ex:e"),
    right_example=_mentions("ex:f"),
)
"""Of PROV-LINKS and not of the Recommendation: who writes mentions relies on that Note."""

TIME_ORDER = rule(
    "prov-constraints/time-order",
    Severity.SHOULD,
    "The times of events do not contradict their order.",
    source="PROV-CONSTRAINTS, section 6.2, constraints 30–49; the Recommendation itself compares no times",
    statement="\n".join(
        f"{one.name.removeprefix('c')}: {one.words[0].upper()}{one.words[1:]}." for one in ORDERINGS
    ),
    help="correct the times or their zones, or the relation",
    wrong_example=_example(
        '"used": {"_:u": {"prov:activity": "ex:train", "prov:entity": "ex:data",\n'
        '   "prov:time": "2026-01-01T12:00:00Z"}},\n'
        ' "wasGeneratedBy": {"_:g": {"prov:entity": "ex:data", "prov:time": "2026-01-01T13:00:00Z"}}'
    ),
    right_example=_example(
        '"used": {"_:u": {"prov:activity": "ex:train", "prov:entity": "ex:data",\n'
        '   "prov:time": "2026-01-01T13:00:00Z"}},\n'
        ' "wasGeneratedBy": {"_:g": {"prov:entity": "ex:data", "prov:time": "2026-01-01T12:00:00Z"}}'
    ),
)
