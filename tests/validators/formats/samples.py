"""Reports for the tests of the formats: findings of every weight, in every kind of place, hostile names."""

from prov4ml_validators import Finding, Location, Report, Severity, Unreadable, unreadable_report

PLACE = Location("a/events.jsonl", "/x", 3, 7)
BAD = Report(
    "runs/a",
    "run-directory",
    ("run-directory-1",),
    (
        Finding("json/syntax", Severity.MUST, "it is\nbroken", PLACE, "mend it"),
        Finding("family/two", Severity.SHOULD, "it is odd", Location()),
    ),
)
GOOD = Report("b.json", "prov-json")
LOST = unreadable_report(Unreadable("c.zip", "no zip archive", "package again"))
EVERY_CHARACTER = "".join(map(chr, range(0x180))) + "\ufffe\uffff\udcff\U0001f600\u2028\u202e]]>&<\"'%:,"
HOSTILE = Report(
    EVERY_CHARACTER,
    "ro-crate",
    (EVERY_CHARACTER,),
    (
        Finding(
            "json/syntax",
            Severity.MUST,
            EVERY_CHARACTER,
            Location(EVERY_CHARACTER, "/" + EVERY_CHARACTER, 1, 1),
            EVERY_CHARACTER,
        ),
    ),
)
ALL = (BAD, GOOD, LOST, HOSTILE)
