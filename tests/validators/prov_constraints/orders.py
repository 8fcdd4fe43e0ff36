"""For each line of constraints 30–49 the order that it gives, its direction and its strictness.

Most of these lines can never decide a verdict alone, since 42 is the only strict one, so the order is told
whole: all pairs that follow from the statements, and no other. Nothing is described as an entity or activity
unless events by inference 7 and 8 are wanted, so that each document shows few lines.
"""

START_A, END_A, GEN_E, INV_E = (
    "wasStartedBy(s; a, -, -)",
    "wasEndedBy(x; a, -, -)",
    "wasGeneratedBy(g; e, -)",
    "wasInvalidatedBy(i; e, -)",
)

INFORMED = "wasStartedBy(s; a, -, -) wasEndedBy(x; b, -, -) wasInformedBy(b, a)"
"""Inference 5 gives the order of constraint 35 as well, so its step has to be looked at itself."""

ORDERS: list[tuple[str, str, str]] = [
    ("c30", f"{START_A} {END_A}", "s <= x"),
    ("c31", f"{START_A} wasStartedBy(t; a, -, -)", "s <= t, t <= s, s <= s, t <= t"),
    (
        "c31",
        f"{START_A} wasStartedBy(t; a, -, -) wasStartedBy(r; a, -, -)",
        "s <= t, t <= s, s <= s, t <= t, s <= r, r <= s, t <= r, r <= t, r <= r",
    ),
    ("c32", f"{END_A} wasEndedBy(y; a, -, -)", "x <= y, y <= x, x <= x, y <= y"),
    ("c33.1", f"{START_A} used(u; a, -)", "s <= u"),
    ("c33.2", f"{END_A} used(u; a, -)", "u <= x"),
    ("c34.1", f"{START_A} wasGeneratedBy(g; e, a)", "s <= g"),
    ("c34.2", f"{END_A} wasGeneratedBy(g; e, a)", "g <= x"),
    ("c36", f"{GEN_E} {INV_E}", "g <= i"),
    ("c37", f"{GEN_E} used(u; -, e)", "g <= u"),
    ("c37", f"{GEN_E} used(u; a, e) used(v; a, e)", "g <= u, g <= v"),
    ("c38", f"{INV_E} used(u; a, e)", "u <= i"),
    ("c39", f"{GEN_E} wasGeneratedBy(h; e, -)", "g <= h, h <= g, g <= g, h <= h"),
    ("c40", f"{INV_E} wasInvalidatedBy(j; e, -)", "i <= j, j <= i, i <= i, j <= j"),
    ("c42", f"{GEN_E} wasGeneratedBy(h; f, -) wasDerivedFrom(f, e)", "g < h"),
    (
        "c42",
        f"{GEN_E} wasGeneratedBy(h; f, -) wasGeneratedBy(k; l, -) wasDerivedFrom(f, e) wasDerivedFrom(l, f)",
        "g < h, h < k, g < k",
    ),
    ("c43.1", f"{GEN_E} wasStartedBy(s; a, e, -)", "g <= s"),
    ("c44.1", f"{GEN_E} wasEndedBy(x; a, e, -)", "g <= x"),
    ("c45", f"{GEN_E} wasGeneratedBy(h; f, -) specializationOf(f, e)", "g <= h"),
    ("c46", f"{INV_E} wasInvalidatedBy(j; f, -) specializationOf(e, f)", "i <= j"),
    ("c47.1", f"{START_A} wasInvalidatedBy(i; ag, -) wasAssociatedWith(a, ag)", "s <= i"),
    ("c47.2", f"{END_A} wasGeneratedBy(g; ag, -) wasAssociatedWith(a, ag)", "g <= x"),
    ("c47.3", f"{START_A} wasEndedBy(y; ag, -, -) wasAssociatedWith(a, ag)", "s <= y"),
    ("c47.4", f"{END_A} wasStartedBy(t; ag, -, -) wasAssociatedWith(a, ag)", "t <= x"),
    ("c48.1", f"{GEN_E} wasGeneratedBy(h; ag, -) wasAttributedTo(e, ag)", "h <= g"),
    ("c48.2", f"{GEN_E} wasStartedBy(t; ag, -, -) wasAttributedTo(e, ag)", "t <= g"),
    ("c49.1", "wasGeneratedBy(g; boss, -) wasInvalidatedBy(i; ag, -) actedOnBehalfOf(ag, boss, -)", "g <= i"),
    ("c49.2", "wasStartedBy(s; boss, -, -) wasEndedBy(x; ag, -, -) actedOnBehalfOf(ag, boss, -)", "s <= x"),
    # with inferences
    (
        "c35",
        INFORMED,
        "s <= generation ?, s <= usage ? by b, s <= x, generation ? <= usage ? by b, usage ? by b"
        " <= x, generation ? <= x",
    ),
    ("c41", "wasDerivedFrom(f, e, a, g, u) used(u; a, e) wasGeneratedBy(g; f, a)", "u <= g"),
    ("c43.2", f"{INV_E} wasStartedBy(s; a, e, -)", "s <= i, generation e <= s, generation e <= i"),
    ("c44.2", f"{INV_E} wasEndedBy(x; a, e, -)", "x <= i, generation e <= x, generation e <= i"),
    ("i7", "entity(e)", "generation e <= invalidation e"),
    ("i8", "activity(a)", "start a <= end a"),
    (
        "i9",
        f"wasStartedBy(s; b, e, a) {START_A.replace('s;', 't;')} {END_A}",
        "t <= generation e, generation e <= s, generation e <= x, t <= s, t <= x",
    ),
    (
        "i9",
        f"wasStartedBy(s; b, -, a) {START_A.replace('s;', 't;')} {END_A}",
        "t <= generation ?, generation ? <= s, generation ? <= x, t <= s, t <= x",
    ),
    (
        "i10",
        f"wasEndedBy(y; b, e, a) {START_A} {END_A}",
        "s <= generation e, generation e <= y, generation e <= x, s <= y, s <= x",
    ),
    (
        "i11",
        f"wasDerivedFrom(f, e, a) {START_A} {END_A}",
        "s <= usage e by a, s <= generation f, usage e by a <= generation f, usage e by a <= x,"
        " generation f <= x, s <= x",
    ),
    ("i13", f"wasAttributedTo(e, ag) {INV_E}", "generation e <= i"),
    (
        "i14",
        f"actedOnBehalfOf(ag, boss, a) {START_A} wasInvalidatedBy(i; ag, -) wasInvalidatedBy(j; boss, -)",
        "s <= i, s <= j",
    ),
    (
        "i19",
        f"{GEN_E} wasGeneratedBy(h; f, -) specializationOf(m, e) specializationOf(f, m)",
        "g <= h, g <= generation m, generation m <= h",
    ),
    (
        "i21",
        "entity(e) specializationOf(f, e)",
        "generation e <= generation f, generation e <= invalidation e, generation e <="
        " invalidation f, generation f <= invalidation f, generation f <= invalidation e,"
        " invalidation f <= invalidation e",
    ),
]


def expected(text: str) -> dict[tuple[str, str], str]:
    """`s <= x, x < y` as the derived order tells it."""
    order = {}
    for pair in text.split(", "):
        how = " < " if " < " in pair else " <= "
        before, after = pair.split(how)
        order[before, after] = how.strip()
    return order
