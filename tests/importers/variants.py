"""Variants of real documents: sections dropped, types mixed, lists shortened, relations broken."""

import copy
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

SECTIONS = (
    "prefix", "entity", "activity", "agent", "used", "wasGeneratedBy", "wasStartedBy", "wasInformedBy",
)  # fmt: skip
_KEPT_POINTS = 60
_TEXTS = [
    "", "None", "nan", "-inf", "1e400", "np.float64(0.5)", "tensor(0.25, device='cuda:0')", "[", "[]",
    "[1, 2", "[1, nan, np.float64(2.0), None, 'x', [3, 4]]", "[0.1 0.2 0.3]", "[0, ..., 1, ..., 2]",
    "Context.TRAINING", "2025-02-30 25:00:00", "2025-06-05 10:37:23.182000", "2025-06-05T10:37:23+02:00",
    "a:b:c", "_:blank", "x y", "\u0000", "\ud800", "http://example.org/<x>", "../../etc/passwd",
    "/home/someone/file.txt", "9" * 30, "é✓",
]  # fmt: skip
_VALUES: list[Any] = [
    None, True, 0, -1, 2**70, 1.5, float("nan"), float("inf"), [], {}, [[]], {"a": 1},
    {"$": "1", "type": "xsd:int"}, {"$": 1}, {"$": "x", "type": "xsd:int"},
    {"$": "0.5", "type": "xsd_1:double"}, {"$": "ja", "lang": "d e"},
    {"$": "prov-ml:Metric", "type": "prov:QUALIFIED_NAME"}, {"$": "2025-06-05", "type": "xsd:dateTime"},
    ["a", 1, None, {"$": "0.25", "type": "xsd:double"}], [1, 2, 3], ["[1, 2, 3]"],
]  # fmt: skip


def base_document(path: Path) -> dict[str, Any]:
    """Return a document whose lists of points are cut to a length at which a variant is quick."""
    document = json.loads(path.read_text(encoding="utf-8"))
    for body in document["entity"].values():
        for record in body if isinstance(body, list) else [body]:
            for key, value in record.items():
                if key.endswith("_list") and isinstance(value, str) and len(value) > 2000:
                    record[key] = "[" + ", ".join(value[1:-1].split(", ")[:_KEPT_POINTS]) + "]"
                    if value.startswith("['"):
                        record[key] = "['[1, 2]', '[3]']"
    return dict(document)


def variant(document: dict[str, Any], seed: int) -> dict[str, Any]:
    """Return a variant of a document: up to a dozen changes, the same for the same seed."""
    chance = random.Random(seed)
    changed = copy.deepcopy(document)
    for _ in range(chance.randint(1, 12)):
        chance.choice(_CHANGES)(changed, chance)
    return changed


def _value(chance: random.Random) -> Any:
    return chance.choice(_TEXTS) if chance.random() < 0.5 else copy.deepcopy(chance.choice(_VALUES))


def _section(document: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    names = [name for name, body in document.items() if isinstance(body, dict) and body]
    return document[chance.choice(names)] if names else {}  # type: ignore[no-any-return]


def _record(document: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    section = _section(document, chance)
    body = section[chance.choice(list(section))] if section else {}
    body = chance.choice(body) if isinstance(body, list) and body else body
    return body if isinstance(body, dict) else {}


def _drop_section(document: dict[str, Any], chance: random.Random) -> None:
    document.pop(chance.choice(SECTIONS), None)


def _spoil_section(document: dict[str, Any], chance: random.Random) -> None:
    document[chance.choice([*SECTIONS, "hadMember", "wasDerivedFrom", "bundle", "nonsense"])] = _value(chance)


def _drop_records(document: dict[str, Any], chance: random.Random) -> None:
    section = _section(document, chance)
    for name in list(section):
        if chance.random() < 0.5:
            del section[name]


def _spoil_record(document: dict[str, Any], chance: random.Random) -> None:
    section = _section(document, chance)
    if section:
        section[chance.choice(list(section))] = _value(chance)


def _repeat_record(document: dict[str, Any], chance: random.Random) -> None:
    section = _section(document, chance)
    if section:
        name = chance.choice(list(section))
        other = copy.deepcopy(section[chance.choice(list(section))])
        section[name] = [section[name], other]


def _rename_record(document: dict[str, Any], chance: random.Random) -> None:
    section = _section(document, chance)
    if section:
        section[chance.choice(_TEXTS)] = section.pop(chance.choice(list(section)))


def _move_record(document: dict[str, Any], chance: random.Random) -> None:
    section = _section(document, chance)
    target = document.setdefault(chance.choice(("entity", "activity", "agent")), {})
    if section and isinstance(target, dict):
        name = chance.choice(list(section))
        target[name] = copy.deepcopy(section[name])


def _spoil_value(document: dict[str, Any], chance: random.Random) -> None:
    record = _record(document, chance)
    if record:
        record[chance.choice(list(record))] = _value(chance)


def _drop_value(document: dict[str, Any], chance: random.Random) -> None:
    record = _record(document, chance)
    if record:
        del record[chance.choice(list(record))]


def _add_value(document: dict[str, Any], chance: random.Random) -> None:
    keys = [
        "prov:type",
        "prov:label",
        "prov:startTime",
        "prov:endTime",
        "prov:time",
        "prov:role",
        "a b",
        "x:y",
        "",
    ]
    keys += [
        "prov-ml:type",
        "prov-ml:context",
        "prov-ml:run_id",
        "prov-ml:experiment_name",
        "prov:startedAtTime",
    ]
    _record(document, chance)[chance.choice(keys)] = _value(chance)


def _shorten(document: dict[str, Any], chance: random.Random) -> None:
    for body in document["entity"].values() if isinstance(document.get("entity"), dict) else ():
        for record in body if isinstance(body, list) else [body]:
            for key in list(record) if isinstance(record, dict) else ():
                parts = str(record[key])[1:-1].split(", ")
                if key.endswith("_list") and len(parts) > 8 and chance.random() < 0.5:
                    record[key] = f"[{', '.join(parts[:3])}, ..., {', '.join(parts[-3:])}]"


def _unfold(document: dict[str, Any], chance: random.Random) -> None:
    record = _record(document, chance)
    for key, value in list(record.items()):
        if key.endswith("_list") and isinstance(value, str):
            parts = value[1:-1].split(", ")
            record[key] = parts if chance.random() < 0.5 else parts[: chance.randint(0, len(parts))]


def _add_relation(document: dict[str, Any], chance: random.Random) -> None:
    names = [
        name
        for kind in ("entity", "activity", "agent")
        for name in (document[kind] if isinstance(document.get(kind), dict) else ())
    ] or ["nobody"]
    kind, first, second = chance.choice(
        [
            ("used", "prov:activity", "prov:entity"),
            ("wasGeneratedBy", "prov:entity", "prov:activity"),
            ("wasDerivedFrom", "prov:generatedEntity", "prov:usedEntity"),
            ("wasStartedBy", "prov:activity", "prov:trigger"),
            ("wasEndedBy", "prov:activity", "prov:ender"),
            ("wasInformedBy", "prov:informed", "prov:informant"),
            ("specializationOf", "prov:specificEntity", "prov:generalEntity"),
            ("hadMember", "prov:collection", "prov:entity"),
            ("wasAttributedTo", "prov:entity", "prov:agent"),
            ("mentionOf", "prov:specificEntity", "prov:generalEntity"),
            ("wasInfluencedBy", "prov:influencee", "prov:influencer"),
        ]
    )
    section = document.setdefault(kind, {})
    if isinstance(section, dict):
        relation = {first: chance.choice(names), second: chance.choice(names)}
        section[f"_:new{len(section)}"] = relation if chance.random() < 0.8 else {first: _value(chance)}


_CHANGES: tuple[Callable[[dict[str, Any], random.Random], None], ...] = (
    _drop_section,
    _spoil_section,
    _drop_records,
    _spoil_record,
    _repeat_record,
    _rename_record,
    _move_record,
    _spoil_value,
    _spoil_value,
    _drop_value,
    _add_value,
    _shorten,
    _unfold,
    _add_relation,
    _add_relation,
)
