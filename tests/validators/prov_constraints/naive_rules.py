"""The inferences and constraints of PROV-CONSTRAINTS, line by line as the Recommendation writes them.

Names are variables, those of a conclusion that no premise has are existential, and `-` is the placeholder.
Attributes are left out but for one type, `prov:EmptyCollection`, written as the statement `empty(e)`.
"""

ARGUMENTS = {
    "entity": "",
    "agent": "",
    "activity": "t1? t2?",
    "wasGeneratedBy": "e a? t?",
    "used": "a e? t?",
    "wasInformedBy": "a2 a1",
    "wasStartedBy": "a2 e? a1? t?",
    "wasEndedBy": "a2 e? a1? t?",
    "wasInvalidatedBy": "e a? t?",
    "wasDerivedFrom": "e2 e1 a- g? u?",
    "wasAttributedTo": "e ag",
    "wasAssociatedWith": "a ag? pl-",
    "actedOnBehalfOf": "ag2 ag1 a?",
    "wasInfluencedBy": "o2 o1",
    "alternateOf": "e1 e2",
    "specializationOf": "e1 e2",
    "hadMember": "c e",
}
"""Section 5.1, definition 4 and table 3: `?` is expandable, `-` is a placeholder where it is left out."""

IDENTIFIED = (
    "wasGeneratedBy",
    "used",
    "wasInformedBy",
    "wasStartedBy",
    "wasEndedBy",
    "wasInvalidatedBy",
    "wasDerivedFrom",
    "wasAttributedTo",
    "wasAssociatedWith",
    "actedOnBehalfOf",
    "wasInfluencedBy",
)
"""Definition 1 and constraint 23."""

INFERENCES = """
5: wasInformedBy(id; a2, a1) => wasGeneratedBy(gen; e, a1, t1), used(use; a2, e, t2)
6: wasGeneratedBy(gen; e, a1, t1), used(use; a2, e, t2) => wasInformedBy(id; a2, a1)
7: entity(e) => wasGeneratedBy(gen; e, a1, t1), wasInvalidatedBy(inv; e, a2, t2)
8: activity(a; t1, t2) => wasStartedBy(start; a, e1, a1, t1), wasEndedBy(end; a, e2, a2, t2)
9: wasStartedBy(id; a, e1, a1, t) => wasGeneratedBy(gen; e1, a1, t1)
10: wasEndedBy(id; a, e1, a1, t) => wasGeneratedBy(gen; e1, a1, t1)
11: wasDerivedFrom(id; e2, e1, a, gen2, use1), a gen2 use1 != - \
=> used(use1; a, e1, t1), wasGeneratedBy(gen2; e2, a, t2)
13: wasAttributedTo(att; e, ag) => wasGeneratedBy(gen; e, a, t), wasAssociatedWith(assoc; a, ag, pl)
14: actedOnBehalfOf(id; ag1, ag2, a) \
=> wasAssociatedWith(id1; a, ag1, pl1), wasAssociatedWith(id2; a, ag2, pl2)
15: wasGeneratedBy(id; e, a, t) => wasInfluencedBy(id; e, a)
15: used(id; a, e, t) => wasInfluencedBy(id; a, e)
15: wasInformedBy(id; a2, a1) => wasInfluencedBy(id; a2, a1)
15: wasStartedBy(id; a2, e, a1, t) => wasInfluencedBy(id; a2, e)
15: wasEndedBy(id; a2, e, a1, t) => wasInfluencedBy(id; a2, e)
15: wasInvalidatedBy(id; e, a, t) => wasInfluencedBy(id; e, a)
15: wasDerivedFrom(id; e2, e1, a, g, u) => wasInfluencedBy(id; e2, e1)
15: wasAttributedTo(id; e, ag) => wasInfluencedBy(id; e, ag)
15: wasAssociatedWith(id; a, ag, pl) => wasInfluencedBy(id; a, ag)
15: actedOnBehalfOf(id; ag2, ag1, a) => wasInfluencedBy(id; ag2, ag1)
16: entity(e) => alternateOf(e, e)
17: alternateOf(e1, e2), alternateOf(e2, e3) => alternateOf(e1, e3)
18: alternateOf(e1, e2) => alternateOf(e2, e1)
19: specializationOf(e1, e2), specializationOf(e2, e3) => specializationOf(e1, e3)
20: specializationOf(e1, e2) => alternateOf(e1, e2)
21: entity(e1), specializationOf(e2, e1) => entity(e2)
21: empty(e1), specializationOf(e2, e1) => empty(e2)
"""
"""Section 5; 12 needs an attribute that no document here has."""

UNIQUENESS = """
24: wasGeneratedBy(gen1; e, a, t1), wasGeneratedBy(gen2; e, a, t2) => gen1 = gen2
25: wasInvalidatedBy(inv1; e, a, t1), wasInvalidatedBy(inv2; e, a, t2) => inv1 = inv2
26: wasStartedBy(start1; a, e1, a0, t1), wasStartedBy(start2; a, e2, a0, t2) => start1 = start2
27: wasEndedBy(end1; a, e1, a0, t1), wasEndedBy(end2; a, e2, a0, t2) => end1 = end2
28: activity(a2; t1, t2), wasStartedBy(start; a2, e, a1, t) => t1 = t
29: activity(a2; t1, t2), wasEndedBy(end; a2, e, a1, t) => t2 = t
"""
"""Section 6.1; 22 and 23 are keys: statements of one kind and one identifier have equal arguments."""

ORDER = """
30: wasStartedBy(start; a, e1, a1, t1), wasEndedBy(end; a, e2, a2, t2) => start <= end
31: wasStartedBy(start1; a, e1, a1, t1), wasStartedBy(start2; a, e2, a2, t2) => start1 <= start2
32: wasEndedBy(end1; a, e1, a1, t1), wasEndedBy(end2; a, e2, a2, t2) => end1 <= end2
33: wasStartedBy(start; a, e1, a1, t1), used(use; a, e2, t2) => start <= use
33: used(use; a, e1, t1), wasEndedBy(end; a, e2, a2, t2) => use <= end
34: wasStartedBy(start; a, e1, a1, t1), wasGeneratedBy(gen; e2, a, t2) => start <= gen
34: wasGeneratedBy(gen; e, a, t), wasEndedBy(end; a, e1, a1, t1) => gen <= end
35: wasInformedBy(id; a2, a1), wasStartedBy(start; a1, e1, b1, t1), wasEndedBy(end; a2, e2, b2, t2) \
=> start <= end
36: wasGeneratedBy(gen; e, a1, t1), wasInvalidatedBy(inv; e, a2, t2) => gen <= inv
37: wasGeneratedBy(gen; e, a1, t1), used(use; a2, e, t2) => gen <= use
38: used(use; a1, e, t1), wasInvalidatedBy(inv; e, a2, t2) => use <= inv
39: wasGeneratedBy(gen1; e, a1, t1), wasGeneratedBy(gen2; e, a2, t2) => gen1 <= gen2
40: wasInvalidatedBy(inv1; e, a1, t1), wasInvalidatedBy(inv2; e, a2, t2) => inv1 <= inv2
41: wasDerivedFrom(d; e2, e1, a, gen2, use1), a gen2 use1 != - => use1 <= gen2
42: wasDerivedFrom(d; e2, e1, a, g, u), wasGeneratedBy(gen1; e1, a1, t1), wasGeneratedBy(gen2; e2, a2, t2) \
=> gen1 < gen2
43: wasGeneratedBy(gen; e, a1, t1), wasStartedBy(start; a, e, a2, t2) => gen <= start
43: wasStartedBy(start; a, e, a1, t1), wasInvalidatedBy(inv; e, a2, t2) => start <= inv
44: wasGeneratedBy(gen; e, a1, t1), wasEndedBy(end; a, e, a2, t2) => gen <= end
44: wasEndedBy(end; a, e, a1, t1), wasInvalidatedBy(inv; e, a2, t2) => end <= inv
45: specializationOf(e2, e1), wasGeneratedBy(gen1; e1, a1, t1), wasGeneratedBy(gen2; e2, a2, t2) \
=> gen1 <= gen2
46: specializationOf(e1, e2), wasInvalidatedBy(inv1; e1, a1, t1), wasInvalidatedBy(inv2; e2, a2, t2) \
=> inv1 <= inv2
47: wasAssociatedWith(x; a, ag, pl), wasStartedBy(start1; a, e1, a1, t1), wasInvalidatedBy(inv2; ag, a2, t2) \
=> start1 <= inv2
47: wasAssociatedWith(x; a, ag, pl), wasGeneratedBy(gen1; ag, a1, t1), wasEndedBy(end2; a, e2, a2, t2) \
=> gen1 <= end2
47: wasAssociatedWith(x; a, ag, pl), wasStartedBy(start1; a, e1, a1, t1), wasEndedBy(end2; ag, e2, a2, t2) \
=> start1 <= end2
47: wasAssociatedWith(x; a, ag, pl), wasStartedBy(start1; ag, e1, a1, t1), wasEndedBy(end2; a, e2, a2, t2) \
=> start1 <= end2
48: wasAttributedTo(at; e, ag), wasGeneratedBy(gen1; ag, a1, t1), wasGeneratedBy(gen2; e, a2, t2) \
=> gen1 <= gen2
48: wasAttributedTo(at; e, ag), wasStartedBy(start1; ag, e1, a1, t1), wasGeneratedBy(gen2; e, a2, t2) \
=> start1 <= gen2
49: actedOnBehalfOf(d; ag2, ag1, a), wasGeneratedBy(gen1; ag1, a1, t1), wasInvalidatedBy(inv2; ag2, a2, t2) \
=> gen1 <= inv2
49: actedOnBehalfOf(d; ag2, ag1, a), wasStartedBy(start1; ag1, e1, a1, t1), wasEndedBy(end; ag2, e2, a2, t2) \
=> start1 <= end
"""
"""Section 6.2."""

TYPES = """
50: entity(e) => entity: e
50: agent(ag) => agent: ag
50: activity(a; t1, t2) => activity: a
50: used(u; a, e, t) => activity: a, entity: e
50: wasGeneratedBy(gen; e, a, t) => entity: e, activity: a
50: wasInformedBy(info; a2, a1) => activity: a2, activity: a1
50: wasStartedBy(start; a2, e, a1, t) => activity: a2, entity: e, activity: a1
50: wasEndedBy(end; a2, e, a1, t) => activity: a2, entity: e, activity: a1
50: wasInvalidatedBy(inv; e, a, t) => entity: e, activity: a
50: wasDerivedFrom(id; e2, e1, a, g2, u1), a g2 u1 != - => entity: e2, entity: e1, activity: a
50: wasDerivedFrom(id; e2, e1, a, g2, u1) => entity: e2, entity: e1
50: wasAttributedTo(id; e, ag) => entity: e, agent: ag
50: wasAssociatedWith(id; a, ag, pl), pl != - => activity: a, agent: ag, entity: pl
50: wasAssociatedWith(id; a, ag, pl) => activity: a, agent: ag
50: actedOnBehalfOf(id; ag2, ag1, a) => agent: ag2, agent: ag1, activity: a
50: alternateOf(e2, e1) => entity: e2, entity: e1
50: specializationOf(e2, e1) => entity: e2, entity: e1
50: hadMember(c, e) => collection: c, entity: c, entity: e
50: empty(c) => entity: c, collection: c, empty: c
"""
"""Section 6.3."""

IMPOSSIBLE = """
51: wasDerivedFrom(id; e2, e1, -, g, u), g != -
51: wasDerivedFrom(id; e2, e1, -, g, u), u != -
52: specializationOf(e, e)
56: hadMember(c, e), empty(c)
"""
"""Section 6.4; 53, 54 and 55 speak of all pairs of relations and of types."""

OVERLAP = (
    "used",
    "wasGeneratedBy",
    "wasInvalidatedBy",
    "wasStartedBy",
    "wasEndedBy",
    "wasInformedBy",
    "wasAttributedTo",
    "wasAssociatedWith",
    "actedOnBehalfOf",
)
"""Constraint 53; 54 speaks of all that constraint 23 identifies."""
