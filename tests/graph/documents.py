"""Random PROV-JSON documents of every shape, and a plain count of what is in one."""

from collections import Counter
from random import Random
from typing import Any

from hypothesis import strategies as st

ENDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "wasGeneratedBy": ("entity", ("activity",)),
    "used": ("activity", ("entity",)),
    "wasInformedBy": ("informed", ("informant",)),
    "wasStartedBy": ("activity", ("trigger", "starter")),
    "wasEndedBy": ("activity", ("trigger", "ender")),
    "wasInvalidatedBy": ("entity", ("activity",)),
    "wasDerivedFrom": ("generatedEntity", ("usedEntity",)),
    "wasAttributedTo": ("entity", ("agent",)),
    "wasAssociatedWith": ("activity", ("agent", "plan")),
    "actedOnBehalfOf": ("delegate", ("responsible",)),
    "wasInfluencedBy": ("influencee", ("influencer",)),
    "specializationOf": ("specificEntity", ("generalEntity",)),
    "alternateOf": ("alternate1", ("alternate2",)),
    "mentionOf": ("specificEntity", ("generalEntity",)),
    "hadMember": ("collection", ("entity",)),
}

# Few names, so that many things are alike, are declared twice, or are mentioned and declared nowhere.
NAMES = [
    *(f"epoch_{at}" for at in range(9)),
    *(f"m{at}" for at in range(9)),
    "run",
    "data",
    "é",
    "",
    "?",
    "a#",
]
TYPES = ["Metric", "Epoch", "prov:Person", {"$": "x:Model", "type": "xsd:QName"}]


def _attributes(random: Random) -> dict[str, Any]:
    record: dict[str, Any] = {}
    if random.random() < 0.6:
        record["prov:type"] = random.choice(TYPES)
    if random.random() < 0.3:
        record["prov:label"] = random.choice(["loss", "step 1", "step 2"])
    if random.random() < 0.2:
        record["prov4ml:rank"] = {"$": random.choice("01"), "type": "xsd:int"}
    if random.random() < 0.2:
        record["dcterms:isPartOf"] = {"$": random.choice(NAMES), "type": "prov:QUALIFIED_NAME"}
    return record


def _relation(random: Random, kind: str) -> dict[str, Any]:
    effect, causes = ENDS[kind]
    record: dict[str, Any] = {}
    for role in (effect, *causes):
        if random.random() < 0.85:
            several = kind == "hadMember" and role in causes and random.random() < 0.3
            record[f"prov:{role}"] = (
                random.sample(NAMES, random.randrange(4)) if several else random.choice(NAMES)
            )
    return record


def _content(random: Random) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for kind in ("entity", "activity", "agent"):
        content[kind] = {
            name: [_attributes(random) for _ in range(random.randrange(1, 4))]
            if random.random() < 0.15
            else _attributes(random)
            for name in random.sample(NAMES, random.randrange(14))
        }
    for kind in random.sample(list(ENDS), random.randrange(len(ENDS))):
        content[kind] = {
            f"_:r{at}": [_relation(random, kind) for _ in range(random.randrange(1, 3))]
            if random.random() < 0.15
            else _relation(random, kind)
            for at in range(random.randrange(12))
        }
    return content


def make_document(seed: int) -> dict[str, Any]:
    """Return a document made by chance; the same seed gives the same one."""
    random = Random(seed)
    document = {
        "prefix": {"dcterms": "http://purl.org/dc/terms/", "x": "http://example.org/"},
        **_content(random),
    }
    if random.random() < 0.3:
        document["bundle"] = {name: _content(random) for name in random.sample(["b1", "b2"], 1)}
    return document


documents = st.integers(0, 2**32).map(make_document)


def containers(document: dict[str, Any]) -> list[tuple[str | None, dict[str, Any]]]:
    return [(None, document), *document.get("bundle", {}).items()]


def records_of(content: dict[str, Any], kind: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        (identifier, record)
        for identifier, value in content.get(kind, {}).items()
        for record in (value if isinstance(value, list) else [value])
    ]


def count(document: dict[str, Any]) -> Counter[str]:
    """Return the number of element records, of relation records, and of relations without any end."""
    found: Counter[str] = Counter()
    for _, content in containers(document):
        for kind in ("entity", "activity", "agent"):
            found["elements"] += len(records_of(content, kind))
        for kind, (effect, causes) in ENDS.items():
            for _, record in records_of(content, kind):
                ends = [record.get(f"prov:{role}") for role in (effect, *causes)]
                found["endless" if all(end is None or end == [] for end in ends) else "relations"] += 1
    return found
