"""Near misses and violations of constraints 22–56, each written from the Recommendation's text.

Each case is what it shows, the constraints it breaks (none: it is valid), and the statements.
"""

T1, T2 = "2011-11-16T16:05:00", "2012-11-16T16:05:00"

IDENTIFIED = {
    "wasGeneratedBy": ("e1, a1, " + T1, "e2, a1, " + T1, "-, a1"),
    "used": ("a1, e1, " + T1, "a1, e2, " + T1, "a1, -"),
    "wasInformedBy": ("a1, a2", "a1, a3", "a1, a2"),
    "wasStartedBy": ("a1, e1, a2, " + T1, "a1, e1, a3, " + T1, "a1, -, a2"),
    "wasEndedBy": ("a1, e1, a2, " + T1, "a1, e1, a3, " + T1, "a1, -, a2"),
    "wasInvalidatedBy": ("e1, a1, " + T1, "e1, a2, " + T1, "e1, -"),
    "wasDerivedFrom": ("e2, e1, a1, g1, u1", "e2, e1, a2, g1, u1", "e2, e1, a1"),
    "wasAttributedTo": ("e1, ag1", "e1, ag2", "e1, ag1"),
    "wasAssociatedWith": ("a1, ag1, e1", "a1, ag2, e1", "a1, -, e1"),
    "actedOnBehalfOf": ("ag2, ag1, a1", "ag2, ag3, a1", "ag2, ag1"),
    "wasInfluencedBy": ("x2, x1", "x2, x3", "x2, x1"),
}

Case = tuple[str, set[str], str]

CASES: list[Case] = [
    # 22, 23: keys
    ("an activity's times given in two records", set(), f"activity(a1, {T1}, -) activity(a1, -, {T2})"),
    ("an activity with two starting times", {"c22"}, f"activity(a1, {T1}, -) activity(a1, {T2}, -)"),
    ("an activity with two ending times", {"c22"}, f"activity(a1, -, {T1}) activity(a1, -, {T2})"),
    (
        "one instant in two zones",
        set(),
        "activity(a1, 2011-11-16T16:05:00Z, -) activity(a1, 2011-11-16T17:05:00+01:00, -)",
    ),
    (
        "an instant with and without a zone",
        {"c22"},
        "activity(a1, 2011-11-16T16:05:00Z, -) activity(a1, 2011-11-16T16:05:00, -)",
    ),
    (
        "times that differ in nanoseconds",
        {"c22"},
        "activity(a1, 2011-11-16T16:05:00.0000001Z, -) activity(a1, 2011-11-16T16:05:00.0000002Z, -)",
    ),
    ("an entity stated twice", set(), "entity(e1) entity(e1)"),
    ("an agent that is an entity", set(), "entity(x) agent(x)"),
    ("an agent that is an activity", set(), "activity(x) agent(x)"),
    *(
        (f"{kind} stated twice alike", set(), f"{kind}(r; {same}) {kind}(r; {same})")
        for kind, (same, _, _) in IDENTIFIED.items()
    ),
    *(
        (f"{kind} stated twice, differently", {"c23"}, f"{kind}(r; {same}) {kind}(r; {other})")
        for kind, (same, other, _) in IDENTIFIED.items()
    ),
    *(
        (f"{kind} stated twice, one time with less", set(), f"{kind}(r; {same}) {kind}(r; {less})")
        for kind, (same, _, less) in IDENTIFIED.items()
    ),
    *(
        (f"{kind} of different things without identifiers", set(), f"{kind}({same}) {kind}({other})")
        for kind, (same, other, _) in IDENTIFIED.items()
        if kind != "wasDerivedFrom"
    ),
    (
        "two derivations that name one generation for two activities",
        {"c23"},
        "wasDerivedFrom(e2, e1, a1, g1, u1) wasDerivedFrom(e2, e1, a2, g1, u1)",
    ),
    ("unknowns that three records tell apart", {"c23"}, "used(u; a1, -) used(u; a1, e1) used(u; a1, e2)"),
    ("a plan and no plan", {"c23"}, "wasAssociatedWith(r; a1, ag1, e1) wasAssociatedWith(r; a1, ag1, -)"),
    ("no plan twice, an agent once", set(), "wasAssociatedWith(r; a1, ag1) wasAssociatedWith(r; a1, -)"),
    (
        "a derivation by an activity and by none",
        {"c23"},
        "wasDerivedFrom(r; e2, e1, a1) wasDerivedFrom(r; e2, e1)",
    ),
    (
        "a derivation's generation and usage, each named once",
        set(),
        "wasDerivedFrom(r; e2, e1, a1, g1, -) wasDerivedFrom(r; e2, e1, a1, -, u1)",
    ),
    (
        "a derivation with two generations",
        {"c23", "c24"},
        "wasDerivedFrom(r; e2, e1, a1, g1, -) wasDerivedFrom(r; e2, e1, a1, g2, -)",
    ),
    (
        "a delegation in an unknown activity",
        set(),
        "actedOnBehalfOf(r; ag2, ag1, -) actedOnBehalfOf(r; ag2, ag1, a1)",
    ),
    # inference 11 and 15 bring statements together
    (
        "a derivation whose generation is another entity's",
        {"c23"},
        "wasDerivedFrom(d; e2, e1, a1, g1, u1) wasGeneratedBy(g1; e3, a1)",
    ),
    (
        "a derivation whose generation is another activity's",
        {"c23"},
        "wasDerivedFrom(d; e2, e1, a1, g1, u1) wasGeneratedBy(g1; e2, a2)",
    ),
    (
        "a derivation whose usage is another entity's",
        {"c23"},
        "wasDerivedFrom(d; e2, e1, a1, g1, u1) used(u1; a1, e3)",
    ),
    (
        "a derivation whose generation and usage are its own",
        set(),
        "wasDerivedFrom(d; e2, e1, a1, g1, u1) wasGeneratedBy(g1; e2, a1) used(u1; a1, e1)",
    ),
    (
        "a derivation whose generation has an unknown activity",
        set(),
        "wasDerivedFrom(d; e2, e1, a1, g1, u1) wasGeneratedBy(g1; e2, -)",
    ),
    (
        "an unknown activity that a derivation makes known",
        {"c24"},
        "wasDerivedFrom(d; e2, e1, a1, g1, u1) wasGeneratedBy(g1; e2, -) wasGeneratedBy(g2; e2, a1)",
    ),
    (
        "a derivation that is the same influence",
        set(),
        "wasDerivedFrom(r; e2, e1) wasInfluencedBy(r; e2, e1)",
    ),
    (
        "a derivation that is another influence",
        {"c23"},
        "wasDerivedFrom(r; e2, e1) wasInfluencedBy(r; e2, e3)",
    ),
    ("a usage that is another influence", {"c23"}, "used(r; a1, e1) wasInfluencedBy(r; a1, e2)"),
    (
        "a generation by an unknown activity, an influence of a known one",
        {"c24"},
        "wasGeneratedBy(r; e1, -) wasInfluencedBy(r; e1, a1) wasGeneratedBy(g; e1, a1)",
    ),
    (
        "a derivation and a generation with one identifier",
        {"c23"},
        "wasDerivedFrom(r; e2, e1) wasGeneratedBy(r; e2, a1)",
    ),
    (
        "a generation that is a derivation, its activity the source",
        {"c55"},
        "wasDerivedFrom(r; e2, e1) wasGeneratedBy(r; e2, -)",
    ),
    # 24-29: uniqueness
    (
        "two generations of an entity by an activity",
        {"c24"},
        "wasGeneratedBy(g1; e1, a1) wasGeneratedBy(g2; e1, a1)",
    ),
    ("generations by two activities", set(), "wasGeneratedBy(g1; e1, a1) wasGeneratedBy(g2; e1, a2)"),
    ("generations by unknown activities", set(), "wasGeneratedBy(g1; e1, -) wasGeneratedBy(g2; e1, -)"),
    (
        "a generation with and without identifier",
        set(),
        f"wasGeneratedBy(g1; e1, a1) wasGeneratedBy(e1, a1, {T1})",
    ),
    (
        "a generation with and without identifier, at two times",
        {"c23"},
        f"wasGeneratedBy(g1; e1, a1, {T1}) wasGeneratedBy(e1, a1, {T2})",
    ),
    (
        "generations without identifiers at two times",
        {"c23"},
        f"wasGeneratedBy(e1, a1, {T1}) wasGeneratedBy(e1, a1, {T2})",
    ),
    (
        "two invalidations of an entity by an activity",
        {"c25"},
        "wasInvalidatedBy(i1; e1, a1) wasInvalidatedBy(i2; e1, a1)",
    ),
    ("invalidations by two activities", set(), "wasInvalidatedBy(i1; e1, a1) wasInvalidatedBy(i2; e1, a2)"),
    ("two starts by one starter", {"c26"}, "wasStartedBy(s1; a1, e1, a2) wasStartedBy(s2; a1, e2, a2)"),
    (
        "two starts without identifiers, two triggers",
        {"c23"},
        "wasStartedBy(a1, e1, a2) wasStartedBy(a1, e2, a2)",
    ),
    ("two starts by two starters", set(), "wasStartedBy(s1; a1, e1, a2) wasStartedBy(s2; a1, e1, a3)"),
    ("two starts by unknown starters", set(), "wasStartedBy(s1; a1, e1, -) wasStartedBy(s2; a1, e1, -)"),
    ("two ends by one ender", {"c27"}, "wasEndedBy(s1; a1, e1, a2) wasEndedBy(s2; a1, e2, a2)"),
    ("two ends by two enders", set(), "wasEndedBy(s1; a1, e1, a2) wasEndedBy(s2; a1, e1, a3)"),
    ("a start at another time", {"c28"}, f"activity(a1, {T1}, -) wasStartedBy(s1; a1, -, -, {T2})"),
    ("a start at the same time", set(), f"activity(a1, {T1}, {T2}) wasStartedBy(s1; a1, -, -, {T1})"),
    ("a start at an unknown time", set(), f"activity(a1, {T1}, -) wasStartedBy(s1; a1, e1, -, -)"),
    (
        "two starts at different times",
        {"c28"},
        f"activity(a1) wasStartedBy(s1; a1, e1, -, {T1}) wasStartedBy(s2; a1, e2, -, {T2})",
    ),
    (
        "the same, of an activity that is not described",
        set(),
        f"wasStartedBy(s1; a1, e1, -, {T1}) wasStartedBy(s2; a1, e2, -, {T2})",
    ),
    ("an end at another time", {"c29"}, f"activity(a1, -, {T1}) wasEndedBy(s1; a1, -, -, {T2})"),
    ("an end at the same time", set(), f"activity(a1, -, {T1}) wasEndedBy(s1; a1, -, -, {T1})"),
    # 30-49: order; the times of the document decide nothing
    ("an activity that ends before it starts, by its times", set(), f"activity(a1, {T2}, {T1})"),
    (
        "two entities derived from each other",
        {"c42"},
        "entity(e1) entity(e2) wasDerivedFrom(e2, e1) wasDerivedFrom(e1, e2)",
    ),
    (
        "the same, of entities with no known generation",
        set(),
        "wasDerivedFrom(e2, e1) wasDerivedFrom(e1, e2)",
    ),
    (
        "the same, generated by inference 13",
        {"c42"},
        "wasAttributedTo(e1, ag) wasAttributedTo(e2, ag) wasDerivedFrom(e2, e1) wasDerivedFrom(e1, e2)",
    ),
    (
        "the same, generated by inference 9",
        {"c42"},
        "wasStartedBy(s; a, e1, b) wasStartedBy(t; a, e2, b2) wasDerivedFrom(e2, e1) wasDerivedFrom(e1, e2)",
    ),
    (
        "the same, generated by inference 10",
        {"c42"},
        "wasEndedBy(s; a, e1, b) wasEndedBy(t; a, e2, b2) wasDerivedFrom(e2, e1) wasDerivedFrom(e1, e2)",
    ),
    ("the same, generated by inference 11", {"c42"}, "wasDerivedFrom(e2, e1, a) wasDerivedFrom(e1, e2, b)"),
    (
        "the same, described by inference 21",
        {"c42"},
        "entity(g) specializationOf(e1, g) specializationOf(e2, g) wasDerivedFrom(e2, e1)"
        " wasDerivedFrom(e1, e2)",
    ),
    ("an entity derived from itself", {"c42"}, "entity(e1) wasDerivedFrom(e1, e1)"),
    (
        "a chain of derivations",
        set(),
        "entity(e1) entity(e2) entity(e3) wasDerivedFrom(e2, e1) wasDerivedFrom(e3, e2)"
        " wasDerivedFrom(e3, e1)",
    ),
    (
        "a circle of three derivations",
        {"c42"},
        "entity(e1) entity(e2) entity(e3) wasDerivedFrom(e2, e1) wasDerivedFrom(e3, e2)"
        " wasDerivedFrom(e1, e3)",
    ),
    (
        "simultaneous generations, 39, and a derivation",
        set(),
        "wasGeneratedBy(g1; e1, a1) wasGeneratedBy(g2; e1, a2) entity(e2) wasDerivedFrom(e2, e1)",
    ),
    (
        "36, 45 and 46 in a circle with nothing strict",
        set(),
        "entity(e1) entity(e2) specializationOf(e1, e2) wasInvalidatedBy(e1, a1)",
    ),
    (
        "a circle through a starter and a trigger without a name",
        {"c42"},
        "entity(e1) wasGeneratedBy(e1, b) wasDerivedFrom(e2, e1) wasStartedBy(a, e2, -)"
        " wasStartedBy(b, -, a)",
    ),
    (
        "the same without the starter",
        set(),
        "entity(e1) wasGeneratedBy(e1, b) wasDerivedFrom(e2, e1) wasStartedBy(a, e2, -)"
        " wasStartedBy(b, -, -)",
    ),
    (
        "a specific entity that its general one is derived from",
        {"c42"},
        "entity(e1) entity(e2) specializationOf(e2, e1) wasDerivedFrom(e1, e2)",
    ),
    (
        "the same through an entity without events",
        {"c42"},
        "wasGeneratedBy(e1, -) wasGeneratedBy(e3, -) specializationOf(e2, e1) specializationOf(e3,"
        " e2) wasDerivedFrom(e1, e3)",
    ),
    (
        "a specific entity derived from its general one",
        set(),
        "entity(e1) entity(e2) specializationOf(e2, e1) wasDerivedFrom(e2, e1)",
    ),
    (
        "an agent derived from what is attributed to it",
        {"c42"},
        "entity(e1) entity(ag) wasAttributedTo(e1, ag) wasDerivedFrom(ag, e1)",
    ),
    (
        "what is attributed to an agent derived from it",
        set(),
        "entity(e1) entity(ag) wasAttributedTo(e1, ag) wasDerivedFrom(e1, ag)",
    ),
    (
        "a trigger derived from what the activity generated",
        {"c42"},
        "wasStartedBy(s; a1, e1, -) wasGeneratedBy(g; e2, a1) wasDerivedFrom(e1, e2) entity(e1)",
    ),
    (
        "a product derived from its activity's trigger",
        set(),
        "wasStartedBy(s; a1, e1, -) wasGeneratedBy(g; e2, a1) wasDerivedFrom(e2, e1) entity(e1)",
    ),
    (
        "the same with two starts, simultaneous by 31",
        {"c42"},
        "wasStartedBy(s; a1, e1, b) wasStartedBy(t; a1, e3, c) wasGeneratedBy(g; e2, a1)"
        " wasDerivedFrom(e3, e2)",
    ),
    (
        "an agent that starts before what it has attributed",
        {"c42"},
        "wasStartedBy(s; ag, e1, b) wasAttributedTo(e2, ag) wasDerivedFrom(e1, e2)",
    ),
    (
        "an entity used and derived within one activity",
        set(),
        "used(u; a1, e1) wasGeneratedBy(g; e2, a1) wasDerivedFrom(d; e2, e1, a1, g, u) entity(e1)",
    ),
    (
        "an activity that uses what it generates",
        set(),
        "used(u; a1, e1) wasGeneratedBy(g; e1, a1) activity(a1) entity(e1)",
    ),
    (
        "two activities that use what the other generates",
        set(),
        "used(a1, e2) wasGeneratedBy(e1, a1) used(a2, e1) wasGeneratedBy(e2, a2) activity(a1) activity(a2)",
    ),
    (
        "two activities that inform each other",
        set(),
        "activity(a1) activity(a2) wasInformedBy(a1, a2) wasInformedBy(a2, a1)",
    ),
    # 50, 55: types
    ("an entity that is an activity", {"c55"}, "entity(x) activity(x)"),
    (
        "an influence between an activity and an entity",
        set(),
        "entity(x) activity(y) wasInfluencedBy(x, y) wasInfluencedBy(y, x)",
    ),
    ("a plan that is an activity", {"c55"}, "activity(p) wasAssociatedWith(a1, ag1, p)"),
    (
        "an association without a plan and an activity's placeholder",
        set(),
        "activity(p) wasAssociatedWith(a1, ag1, -) wasDerivedFrom(e2, e1)",
    ),
    # 51
    ("a derivation with a generation and no activity", {"c51"}, "wasDerivedFrom(e2, e1, -, g1, -)"),
    ("a derivation with a usage and no activity", {"c51"}, "wasDerivedFrom(e2, e1, -, -, u1)"),
    ("a derivation with both and no activity", {"c51"}, "wasDerivedFrom(e2, e1, -, g1, u1)"),
    ("a derivation with both and the activity", set(), "wasDerivedFrom(e2, e1, a1, g1, u1)"),
    ("a derivation with only the activity", set(), "wasDerivedFrom(e2, e1, a1)"),
    # 52
    ("an entity that specializes itself", {"c52"}, "specializationOf(e1, e1)"),
    (
        "a circle of specializations",
        {"c52"},
        "specializationOf(e1, e2) specializationOf(e2, e3) specializationOf(e3, e1)",
    ),
    (
        "specializations that meet",
        set(),
        "specializationOf(e1, e2) specializationOf(e1, e3) specializationOf(e2, e4) specializationOf(e3, e4)",
    ),
    (
        "alternates of each other and of itself",
        set(),
        "alternateOf(e1, e2) alternateOf(e2, e1) alternateOf(e1, e1)",
    ),
    # 53, 54
    ("a usage and a generation with one identifier", {"c53"}, "used(r; a1, e1) wasGeneratedBy(r; e1, a1)"),
    (
        "a start and an end with one identifier",
        {"c53"},
        "wasStartedBy(r; a1, e1, a2) wasEndedBy(r; a1, e1, a2)",
    ),
    (
        "a generation that a derivation names as its usage",
        {"c53"},
        "wasDerivedFrom(d; e2, e1, a1, g1, u1) wasGeneratedBy(u1; e3, a1)",
    ),
    (
        "specialization and membership without identifiers",
        set(),
        "specializationOf(r; e1, e2) hadMember(r; e3, e2) used(r; a1, e1)",
    ),
    ("an entity with the identifier of a usage", {"c54"}, "entity(x) used(x; a1, e1)"),
    (
        "an activity with the identifier of an association",
        {"c54"},
        "activity(x) wasAssociatedWith(x; a1, ag1)",
    ),
    ("an agent with the identifier of an influence", {"c54"}, "agent(x) wasInfluencedBy(x; a1, ag1)"),
    ("an agent with the identifier of a derivation", {"c54"}, "agent(x) wasDerivedFrom(x; e2, e1)"),
    (
        "an entity that a derivation names as its generation",
        {"c54"},
        "entity(g1) wasDerivedFrom(e2, e1, a1, g1, u1)",
    ),
    # PROV-LINKS
    ("a mention", set(), "entity(e) mentionOf(e, e1, b)"),
    ("a mention twice", set(), "mentionOf(e, e1, b) mentionOf(e, e1, b)"),
    ("mentions of one entity in two bundles by two", set(), "mentionOf(e, e1, b) mentionOf(f, e1, c)"),
    ("mentions of one entity in two bundles", {"unique-mention"}, "mentionOf(e, e1, b) mentionOf(e, e1, c)"),
    ("mentions of two entities of a bundle", {"unique-mention"}, "mentionOf(e, e1, b) mentionOf(e, e2, b)"),
    ("an entity that mentions itself", {"c52"}, "mentionOf(e, e, b)"),
    ("a mention of what is derived from it", {"c42"}, "entity(e1) mentionOf(e, e1, b) wasDerivedFrom(e1, e)"),
    ("an activity that mentions an entity", {"c55"}, "activity(e) mentionOf(e, e1, b)"),
    # 56
    ("an empty collection with a member", {"c56"}, "entity(c, empty) hadMember(c, e1)"),
    ("an empty collection that is a member", set(), "entity(c, empty) hadMember(d, c)"),
    (
        "a specialization of an empty collection with a member",
        {"c56"},
        "entity(c, empty) specializationOf(d, c) hadMember(d, e1)",
    ),
    (
        "a generalization of an empty collection with a member",
        set(),
        "entity(c, empty) specializationOf(c, d) hadMember(d, e1)",
    ),
]

# Constraint 50, one by one: what an argument makes an entity is declared an activity, and the reverse.
_TYPED = {
    "wasGeneratedBy": "EA", "used": "AE", "wasInformedBy": "AA", "wasStartedBy": "AEA", "wasEndedBy": "AEA",
    "wasInvalidatedBy": "EA", "wasDerivedFrom": "EEA", "wasAttributedTo": "Eg", "wasAssociatedWith": "AgE",
    "actedOnBehalfOf": "ggA", "alternateOf": "EE", "specializationOf": "EE", "hadMember": "EE",
}  # fmt: skip
for _kind, _types in _TYPED.items():
    for _position, _type in enumerate(_types):
        _args = ", ".join("x" if one == _position else f"y{one}" for one in range(len(_types)))
        for _declared, _breaks in (("entity", _type == "A"), ("activity", _type == "E"), ("agent", False)):
            CASES.append(
                (
                    f"{_kind}: argument {_position + 1} is declared an {_declared}",
                    {"c55"} if _breaks else set(),
                    f"{_declared}(x) {_kind}({_args})",
                )
            )
