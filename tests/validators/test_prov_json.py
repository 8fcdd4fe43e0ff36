"""PROV-JSON: one good document, small damage, and the rule that says so."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prov4ml_validators import SeriesSummary, Severity, Unreadable, validate
from prov4ml_validators.json_text import decode_json
from prov4ml_validators.prov_json import check_prov_json
from prov4ml_validators.prov_json.lexical import is_lexical

Json = dict[str, Any]
Damage = Callable[[Json], object]
MakeDocument = Callable[..., Path]


def add(section: str, **records: Any) -> Damage:
    return lambda document: document.setdefault(section, {}).update(
        {name.replace("__", ":"): body for name, body in records.items()}
    )


def literal(value: Any) -> Damage:
    return add("entity", ex__x={"ex:value": value})


def test_good_document_has_no_finding(make_document: MakeDocument) -> None:
    report = validate(make_document())
    assert (report.kind, report.findings) == ("prov-json", ())


PROV = "http://www.w3.org/ns/prov#"
INFORMED = {"prov:informed": "run", "prov:informant": "run"}
BACKWARDS = {"prov:startTime": "2026-01-01T12:00:00Z", "prov:endTime": "2026-01-01T12:30:00+01:00"}
MUST_CASES: list[tuple[Damage, str]] = [
    (add("wasMadeBy", ex__x={}), "prov-json/unknown-section"),
    (lambda d: d["bundle"]["ex:b"].update(bundle={}), "prov-json/unknown-section"),
    (lambda d: d.update(entity=[]), "prov-json/structure"),
    (add("entity", ex__x="text"), "prov-json/structure"),
    (add("used", ex__x=[]), "prov-json/structure"),
    (add("used", ex__x={"prov:activity": ["run"]}), "prov-json/structure"),
    (literal(None), "prov-json/structure"),
    (literal([["nested"]]), "prov-json/structure"),
    (literal({"value": "x"}), "prov-json/literal"),
    (literal({"$": "x", "type": "xsd:string", "more": 1}), "prov-json/literal"),
    (literal({"$": "x", "lang": "not a language"}), "prov-json/structure"),
    (add("used", ex__x={"prov:entity": "ex:data"}), "prov-json/missing-argument"),
    (add("wasDerivedFrom", ex__x={"prov:generatedEntity": "ex:data"}), "prov-json/missing-argument"),
    (add("hadMember", ex__x={"prov:collection": "ex:data"}), "prov-json/missing-argument"),
    (add("mentionOf", ex__x={"prov:generalEntity": "ex:data"}), "prov-json/missing-argument"),
    (add("entity", no__x={}), "prov-json/undeclared-prefix"),
    (add("entity", ex__x={"no:key": 1}), "prov-json/undeclared-prefix"),
    (literal({"$": "1", "type": "no:type"}), "prov-json/undeclared-prefix"),
    (literal({"$": "no:name", "type": "prov:QUALIFIED_NAME"}), "prov-json/undeclared-prefix"),
    (add("used", ex__x={"prov:activity": "no:run"}), "prov-json/undeclared-prefix"),
    (lambda d: d["prefix"].pop("default"), "prov-json/no-default-namespace"),
    (add("prefix", bad="www.example.org"), "prov-json/relative-namespace"),
    (add("prefix", prov="http://example.org/"), "prov-json/redefined-prefix"),
    (add("prefix", xsd="http://example.org/"), "prov-json/redefined-prefix"),
    (add("activity", ex__data={}), "prov-constraints/c55"),
    (add("activity", ex__x={"prov:startTime": "2026-02-29T12:00:00Z"}), "prov-json/lexical"),
    (add("activity", ex__x={"prov:startTime": "2026-02-28"}), "prov-json/lexical"),
    (literal({"$": "3.5", "type": "xsd:int"}), "prov-json/lexical"),
    (literal({"$": "yes", "type": "xsd:boolean"}), "prov-json/lexical"),
    (literal({"$": 3, "type": "prov:QUALIFIED_NAME"}), "prov-json/lexical"),
    (literal({"$": "2026-01-01T12:00:00", "type": "xsd:dateTimeStamp"}), "prov-json/lexical"),
    (add("used", ex__x={"prov:activity": "-"}), "prov-json/missing-argument"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("damage", "rule"), MUST_CASES, ids=[f"{rule}-{n}" for n, (_, rule) in enumerate(MUST_CASES)]
)
def test_damage_breaks_its_rule(
    make_document: MakeDocument, rules: Callable[..., list[str]], damage: Damage, rule: str
) -> None:
    assert set(rules(make_document(damage))) == {rule}


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        (add("used", ex__x={"prov:activity": "ex:none"}), "prov-json/dangling-reference"),
        (add("prefix", xsd="http://www.w3.org/2000/10/XMLSchema#"), "prov-json/xsd-namespace"),
        (add("activity", ex__x=BACKWARDS), "prov-json/start-after-end"),
        (add("entity", ex__x={"prov:nonsense": 1}), "prov-json/prov-attribute"),
        (add("entity", ex__x={"prov:role": "a"}), "prov-json/prov-attribute"),
        (add("entity", ex__x={"prov:time": "2026-01-01T12:00:00Z"}), "prov-json/prov-attribute"),
        (add("wasInformedBy", ex__x=INFORMED | {"prov:location": "a"}), "prov-json/prov-attribute"),
        (add("activity", ex__x={"prov:value": 1}), "prov-json/prov-attribute"),
        (
            lambda d: (add("prefix", p=PROV)(d), add("entity", ex__x={"p:type": 1})(d)),
            "prov-json/prov-attribute",
        ),
        (add("entity", ex__x={"prov:value": [1, 2]}), "prov-json/several-values"),
        (add("entity", ex__x={"prov:type": "ex:Data"}), "prov-json/type-as-text"),
        (add("wasGeneratedBy", **{"_:x": {"prov:entity": "ex:data"}}), "prov-json/empty-relation"),
        (add("entity", **{"ex__a b": {}}), "prov-json/name-characters"),
        (add("entity", **{"ex__a\u200b": {}}), "prov-json/name-characters"),
        (add("entity", **{"ex__a<b>": {}}), "prov-json/name-characters"),
        (add("bundle", **{"ex__a\tb": {}}), "prov-json/name-characters"),
        (add("prefix", _="http://example.org/"), "prov-json/prefix-name"),
        (add("prefix", **{"1x": "http://example.org/"}), "prov-json/prefix-name"),
        (literal({"$": "3", "type": "xsd:integr"}), "prov-json/datatype"),
        (literal([{"$": "3", "type": "xsd:int", "lang": "en"}]), "prov-json/language-and-type"),
        (literal("\ud83d"), "json/lone-surrogate"),
        (add("entity", **{"ex__x": {"ex:\ud83d": 1}}), "json/lone-surrogate"),
    ],
)
def test_should_rules_leave_the_document_valid(
    make_document: MakeDocument, rules: Callable[..., list[str]], damage: Damage, rule: str
) -> None:
    path = make_document(damage)
    assert rules(path, Severity.SHOULD) == [rule]
    assert rules(path) == []


@pytest.mark.parametrize(
    "damage",
    [
        literal([1, 2.5, True, "text", {"$": "x", "lang": "en-GB"}]),
        literal({"$": "ex:x", "type": "prov:QUALIFIED_NAME"}),
        literal({"$": "-INF", "type": "xsd:double"}),
        add("hadMember", ex__m={"prov:collection": "ex:data", "prov:entity": ["ex:data", "ex:data"]}),
        literal({"$": "x", "lang": "en", "type": "prov:InternationalizedString"}),
        literal({"$": "3", "type": "xsd:nonNegativeInteger"}),
        literal("\U0001f600"),
        add("agent", ex__run={}),
        add("agent", ex__run={"prov:location": "a", "prov:label": ["a", "b"], "prov:type": "a person"}),
        add("entity", ex__x={"prov:type": "http://example.org/T", "prov:value": [3], "prov:label": "ex:a"}),
        add("used", ex__x={"prov:activity": "run", "prov:entity": "-", "prov:role": "ex:input"}),
        add("wasGeneratedBy", ex__x={"prov:entity": "ex:data"}),
        add("entity", **{"ex__ä/b(c),d": {}}),
        add("prefix", **{"été-1.b": "http://example.org/"}),
        add(
            "activity",
            ex__x={"prov:startTime": "2026-01-01T12:00:00", "prov:endTime": "2026-01-01T11:00:00Z"},
        ),
        lambda document: document["bundle"]["ex:b"].update(
            prefix={"in": "http://in.org/"}, entity={"in:x": {}}
        ),
    ],
)
def test_legal_variants(make_document: MakeDocument, damage: Damage) -> None:
    assert validate(make_document(damage)).findings == ()


def test_each_unknown_section_stands_where_it_is_and_what_it_may_be(make_document: MakeDocument) -> None:
    def damage(document: Json) -> None:
        document.update(Entity={}, wasRevisionOf={})
        document["bundle"]["ex:b"].update(bundle={})

    report = validate(make_document(damage))
    assert [(one.message, one.location.pointer) for one in report.findings] == [
        ('"Entity" is no section; near is entity', "/Entity"),
        (
            '"wasRevisionOf" is no section; write wasDerivedFrom with the prov:type prov:Revision',
            "/wasRevisionOf",
        ),
        ('"bundle" is no section: bundles do not nest', "/bundle/ex:b/bundle"),
    ]
    assert all(one.location.line for one in report.findings)


def test_an_iri_in_place_of_a_name_gets_its_own_help(make_document: MakeDocument) -> None:
    (finding,) = validate(make_document(add("agent", **{"https__//example.org/ann": {}}))).findings
    assert finding.help == "a name is no IRI: declare the namespace of the IRI, and write prefix:rest"


def test_an_attribute_is_told_once_for_a_kind_and_with_what_is_near(make_document: MakeDocument) -> None:
    usage = {"prov:activity": "run", "prov:entitty": "ex:data"}
    (finding,) = validate(make_document(add("used", ex__x=usage, ex__y=usage))).findings
    assert finding.message == "prov:entitty is no attribute of used in PROV; near is prov:entity"
    assert finding.location.pointer == "/used/ex:x/prov:entitty"


def test_place_is_line_and_column(make_document: MakeDocument) -> None:
    path = make_document(literal({"$": "x", "type": "xsd:int"}))
    (finding,) = validate(path).findings
    place = finding.location
    assert (place.file, place.pointer) == (None, "/entity/ex:x/ex:value")
    line = path.read_text().splitlines()[(place.line or 0) - 1]
    assert line[(place.column or 0) - 1 :].startswith('"ex:value"')


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "line 1, column 2: not JSON"),
        (b'{"entity": "\xff"}', "line 1: not UTF-8"),
        (b'{"entity": ' + b"[" * 300_000, "nested too deeply"),
        (b'{"entity": ' + b"9" * 5000 + b"}", "not JSON that can be read"),
        (b"[1, 2]", "not valid"),
        (b'{"some": "json"}', "neither PROV-JSON nor the metadata of a crate"),
    ],
)
def test_hostile_input_is_unreadable_or_a_finding(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / (
        "prov.json" if message != "neither PROV-JSON nor the metadata of a crate" else "x.json"
    )
    path.write_bytes(content)
    if message == "not valid":
        assert [finding.rule for finding in validate(path).findings] == ["prov-json/structure"]
    else:
        with pytest.raises(Unreadable, match=message):
            validate(path)


def test_repeated_keys_and_nan_are_findings(tmp_path: Path) -> None:
    path = tmp_path / "prov.json"
    path.write_text(
        '{"prefix": {"ex": "http://e.org/"},\n'
        ' "entity": {"ex:a": {"ex:v": NaN, "ex:v": 1e999},\n "ex:a": {"ex:v": NaN}}}'
    )
    found = [(one.rule, one.location.line) for one in validate(path).findings]
    assert found == [("json/duplicate-key", None), ("json/duplicate-key", 3), ("json/not-finite", 3)]


def test_missing_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"none\.json: no such file or directory; check the path"):
        validate(tmp_path / "none.json")


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda child: (
        st.lists(child, max_size=3)
        | st.dictionaries(
            st.sampled_from(["$", "type", "lang", "prov:entity", "prov:time", "ex:a", "x"]), child, max_size=4
        )
    ),
    max_leaves=10,
)
SECTIONS = [
    "entity",
    "activity",
    "used",
    "wasDerivedFrom",
    "hadMember",
    "bundle",
    "prefix",
    "mentionOf",
    "other",
]


@given(st.dictionaries(st.sampled_from(SECTIONS), JSON_VALUES, max_size=4) | JSON_VALUES)
def test_any_json_gives_findings_and_no_exception(value: Any) -> None:
    source = decode_json(json.dumps(value).encode(), path="x")
    for finding in check_prov_json(source):
        assert finding.message
        assert finding.location.pointer is None or finding.location.line is not None


@pytest.mark.parametrize(
    ("datatype", "good", "bad"),
    [
        ("dateTime", ["2024-02-29T00:00:00Z", "2026-01-01T24:00:00", "-0044-03-15T12:00:00+14:00"],
         ["2023-02-29T00:00:00Z", "2026-01-01T25:00:00", "2026-01-01 12:00:00", "2026-01-01T12:00:00+15:00"]),
        ("date", ["2026-12-31"], ["2026-11-31", "26-01-01"]),
        ("int", ["2147483647", "-2147483648", "+1", " 7 "], ["2147483648", "1.0", "", "one"]),
        ("unsignedByte", ["255"], ["256", "-1"]),
        ("integer", ["9" * 5000], ["9" * 5000 + "x"]),
        ("double", ["1e5", "NaN", "INF", "-INF", ".5", "5."], ["inf", "nan", "Infinity", "1e", ""]),
        ("boolean", ["true", "0"], ["True", "yes"]),
        ("decimal", ["1.5", "-.5"], ["1e5", "."]),
        ("duration", ["P1D", "PT1.5S"], ["P", "PT", "1D"]),
        ("gDay", ["---30"], ["30"]),
        ("hexBinary", ["0aFF"], ["0aF"]),
        ("base64Binary", ["Zm9v", "Zg==", ""], ["Zm9", "Z==="]),
        ("unknownType", ["anything"], []),
    ],
)  # fmt: skip
def test_lexical_forms(datatype: str, good: list[str], bad: list[str]) -> None:
    assert [text for text in good if not is_lexical(text, datatype)] == []
    assert [text for text in bad if is_lexical(text, datatype)] == []


def add_metric(document: Json) -> None:
    document["prefix"]["p"] = "https://w3id.org/prov4ml/terms#"
    document["entity"]["ex:loss"] = {
        "prov:label": "loss\\u000a",
        "p:context": "TRAINING",
        "p:rank": {"$": "1", "type": "xsd:int"},
        "p:count": {"$": "2", "type": "xsd:int"},
        "p:last": {"$": "NaN", "type": "xsd:double"},
        "p:store": "metrics.csv",
    }


class KnownReader:
    def __init__(self, **values: Any) -> None:
        known = {"context": "TRAINING", "metric": "loss\n", "source": None, "rank": 1, "count": 2}
        self.series = SeriesSummary(**{**known, "last": float("nan"), **values})

    def summary(self, path: Path) -> list[SeriesSummary]:
        return [self.series]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"count": 3}, ["store/count"]),
        ({"last": 0.5}, ["store/last-value"]),
        ({"rank": 0}, ["store/count"]),
        ({"context": None}, ["store/count"]),
    ],
)
def test_metric_entity_agrees_with_its_store(
    make_document: MakeDocument, rules: Callable[..., list[str]], values: Json, expected: list[str]
) -> None:
    path = make_document(add_metric)
    (path.parent / "metrics.csv").write_text("")
    assert rules(path, store_reader=KnownReader(**values)) == expected


@pytest.mark.parametrize("name", ["../metrics.csv", "/etc/passwd", "C:\\x.csv"])
def test_store_outside_is_not_opened(make_document: MakeDocument, name: str) -> None:
    def damage(document: Json) -> None:
        add_metric(document)
        document["entity"]["ex:loss"]["p:store"] = name

    assert validate(make_document(damage), store_reader=FailingReader()).findings == ()


class FailingReader:
    def summary(self, path: Path) -> Any:
        raise ValueError("torn")


def test_store_without_reader_is_said_to_be_unchecked(make_document: MakeDocument) -> None:
    path = make_document(add_metric)
    (finding,) = validate(path).findings
    assert (finding.rule, finding.severity) == ("store/not-checked", Severity.MAY)
    assert finding.message == '"metrics.csv" not checked: needs [pack]'


def test_store_that_cannot_be_read(make_document: MakeDocument, rules: Callable[..., list[str]]) -> None:
    path = make_document(add_metric)
    (path.parent / "metrics.csv").write_text("")
    assert rules(path, store_reader=FailingReader()) == ["store/unreadable"]
