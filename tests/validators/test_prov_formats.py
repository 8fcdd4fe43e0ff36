"""PROV-N, PROV-XML, PROV-O and PROV-JSONLD: findings as on PROV-JSON, nothing fetched, clear errors."""

import io
import json
import os
import socket
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from prov.model import ProvDocument

from prov4ml_validators import Severity, Unreadable, validate
from prov4ml_validators.discovery import count_in_words, find_inputs

from .conftest import rule_ids
from .prov_constraints.naive import Statement
from .prov_constraints.random_documents import as_prov_json, documents

PROV_N = """document
  prefix ex <http://example.org/>
  entity(ex:data)
  activity(ex:train, 2026-01-01T12:00:00Z, -)
  used(ex:u; ex:train, ex:data, -)
  bundle ex:b
    entity(ex:data)
  endBundle
endDocument
"""
PROV_XML = """<prov:document xmlns:prov="http://www.w3.org/ns/prov#" xmlns:ex="http://example.org/"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema#">
  <prov:entity prov:id="ex:data"/>
  <prov:activity prov:id="ex:train"><prov:startTime>2026-01-01T12:00:00Z</prov:startTime></prov:activity>
  <prov:used prov:id="ex:u"><prov:activity prov:ref="ex:train"/><prov:entity prov:ref="ex:data"/></prov:used>
</prov:document>
"""
TURTLE = """@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix ex: <http://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:data a prov:Entity .
ex:train a prov:Activity ; prov:used ex:data ; prov:startedAtTime "2026-01-01T12:00:00Z"^^xsd:dateTime .
"""
RDF_XML = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns:prov="http://www.w3.org/ns/prov#">
  <prov:Entity rdf:about="http://example.org/data"/>
  <prov:Activity rdf:about="http://example.org/train">
    <prov:used rdf:resource="http://example.org/data"/>
  </prov:Activity>
</rdf:RDF>
"""
PROV_JSONLD = json.dumps(
    {
        "@context": [{"ex": "http://example.org/"}, "https://openprovenance.org/prov-jsonld/context.jsonld"],
        "@graph": [
            {"@type": "Entity", "@id": "ex:data"},
            {"@type": "Activity", "@id": "ex:train", "startTime": "2026-01-01T12:00:00Z"},
            {"@type": "Usage", "@id": "ex:u", "activity": "ex:train", "entity": "ex:data"},
        ],
    }
)
PROV_O_JSON_LD = json.dumps(
    {
        "@context": {"prov": "http://www.w3.org/ns/prov#", "ex": "http://example.org/"},
        "@graph": [
            {"@id": "ex:data", "@type": "prov:Entity"},
            {"@id": "ex:train", "@type": "prov:Activity", "prov:used": {"@id": "ex:data"}},
        ],
    }
)
GOOD = [
    ("x.provn", "prov-n", PROV_N),
    ("x.xml", "prov-xml", PROV_XML),
    ("x.provx", "prov-xml", PROV_XML),
    ("x.ttl", "prov-o", TURTLE),
    ("x.trig", "prov-o", TURTLE),
    ("x.rdf", "prov-o", RDF_XML),
    ("x.xml", "prov-o", RDF_XML),
    ("x.jsonld", "prov-jsonld", PROV_JSONLD),
    ("x.jsonld", "prov-o", PROV_O_JSON_LD),
]


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(("name", "kind", "text"), GOOD)
def test_a_good_document(name: str, kind: str, text: str, tmp_path: Path) -> None:
    report = validate(write(tmp_path, name, text))
    assert (report.kind, rule_ids(report, Severity.SHOULD)) == (kind, [])


@pytest.mark.parametrize(("name", "kind", "text"), GOOD)
def test_an_entity_that_is_an_activity(name: str, kind: str, text: str, tmp_path: Path) -> None:
    # The usage is by the very thing that is used.
    damaged = text.replace("ex:train", "ex:data").replace("example.org/train", "example.org/data")
    report = validate(write(tmp_path, name, damaged))
    assert (report.kind, rule_ids(report)) == (kind, ["prov-constraints/c55"])
    assert {finding.location.line for finding in report.findings} == {3 if kind == "prov-n" else None}


def test_findings_on_prov_n_have_the_line_of_their_statement(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "x.provn",
        """document
  prefix ex <http://example.org/used(ex:u;>  // used(ex:u; in a comment
  entity(ex:e, [prov:label="used(ex:u; \\" in a text", ex:n='ex:used'])
  /* used(ex:u; ex:a,
     ex:gone, -) */
  used(ex:a, ex:e, -)
  used(ex:u; ex:a,
       ex:gone, -)  used(ex:a, ex:lost, -)
  used(-; ex:a, ex:left, -)
  bundle ex:b
    wasGeneratedBy(ex:g; ex:f, -, -)
    activity(ex:f)
    wasGeneratedBy(ex:g; ex:f, -, 2026-01-01T12:00:00Z)
    wasGeneratedBy(ex:g; ex:f, -, 2026-01-01T13:00:00Z)
  endBundle
  activity(ex:a)
endDocument
""",
    )
    report = validate(path)
    assert sorted((one.location.line, one.location.column, one.rule) for one in report.findings) == [
        (7, 3, "prov-json/dangling-reference"),
        (8, 21, "prov-json/dangling-reference"),
        (9, 3, "prov-json/dangling-reference"),
        (11, 5, "prov-constraints/c55"),  # where ex:f is an entity
        (14, 5, "prov-constraints/c23"),
    ]


def test_comments_in_xml_are_no_records(tmp_path: Path) -> None:
    text = PROV_XML.replace("<prov:used", "<?x y?><!-- b --><prov:used").replace("/>\n", "/><!-- c -->\n")
    path = write(tmp_path, "x.xml", f"<?xml version='1.0'?>\n<!-- a -->\n{text}")
    assert validate(path).findings == ()


def test_types_of_prov_o_that_are_subclasses_are_types(tmp_path: Path) -> None:
    text = f"{TURTLE}ex:c a prov:EmptyCollection ; prov:hadMember ex:data .\n"
    text += "ex:data prov:wasAttributedTo ex:ann ."
    report = validate(write(tmp_path, "x.ttl", f"{text}\nex:ann a prov:Person .\n"))
    assert rule_ids(report, Severity.MAY) == ["prov-constraints/c56"]
    report = validate(write(tmp_path, "x.ttl", text))
    assert rule_ids(report, Severity.SHOULD) == ["prov-constraints/c56", "prov-json/dangling-reference"]


def test_things_without_a_name_in_rdf_are_things(tmp_path: Path) -> None:
    text = """ex:data prov:wasGeneratedBy [ a prov:Activity ; prov:used [ a prov:Entity, prov:Activity ] ] ;
      prov:qualifiedGeneration [ prov:activity [ prov:wasAssociatedWith ex:ann ] ] ."""
    report = validate(write(tmp_path, "x.ttl", f"{TURTLE}{text} ex:ann a prov:Agent ."))
    assert rule_ids(report, Severity.MUST) == ["prov-constraints/c55"]


def test_findings_on_prov_o_are_the_same_in_every_process(tmp_path: Path) -> None:
    both = "[ a prov:Entity, prov:Activity ; prov:value {} ]"
    text = f"{TURTLE}ex:data prov:wasDerivedFrom {', '.join(both.format(number) for number in range(5))} ."
    path = write(tmp_path, "x.ttl", text)
    code = (
        "import sys, prov4ml_validators as v\n"
        "print([(f.rule, f.message) for f in v.validate(sys.argv[1]).findings])"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code, str(path)], env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    (only,) = printed
    assert only.count("prov-constraints/c55") == 5


def test_a_bundle_of_prov_o_is_judged_on_its_own(tmp_path: Path) -> None:
    both = "ex:b { ex:x a prov:Entity, prov:Activity . }\n"
    report = validate(write(tmp_path, "x.trig", TURTLE + both))
    assert rule_ids(report) == ["prov-constraints/c55"]
    apart = "ex:x a prov:Entity .\nex:b { ex:x a prov:Activity . }\n"
    assert rule_ids(validate(write(tmp_path, "x.trig", TURTLE + apart))) == []


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "x.provn",
            PROV_N.replace("ex:data)\n  activity", "ex:data\n  activity"),
            "line 4, column 3: not PROV-N (",
        ),
        ("x.xml", PROV_XML.replace("</prov:used>", ""), "line 6, column 17: not PROV-XML ("),
        ("x.xml", "<project/>", 'neither PROV-XML nor RDF: its root is "project"; the root of PROV-XML is'),
        ("x.xml", "", "line 1, column 1: not XML (no element found); "),
        ("x.ttl", TURTLE.replace(" .\nex:train", "\nex:train"), "line 5: not PROV-O ("),
        ("x.jsonld", PROV_JSONLD.replace('"Usage"', '"Unknown"'), "not PROV-JSONLD that can be read: "),
        ("x.jsonld", PROV_JSONLD[:-1], "line 1, column "),
    ],
)
def test_what_cannot_be_read_says_where(name: str, text: str, message: str, tmp_path: Path) -> None:
    path = write(tmp_path, name, text)
    with pytest.raises(Unreadable) as caught:
        validate(path)
    assert str(caught.value).startswith(f"{path}: {message}")
    assert "\n" not in str(caught.value)


BOMB = "".join(
    f'<!ENTITY e{one + 1} "{f"&e{one};" * 10}">' if one else '<!ENTITY e1 "boom">' for one in range(9)
)
HOSTILE = [
    (
        "x.xml",
        f"<!DOCTYPE d [{BOMB}]>" + PROV_XML.replace("<prov:used", "&e9;<prov:used"),
        "has a document type",
    ),
    ("x.xml", '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/d.dtd">' + PROV_XML, "has a document type"),
    (
        "x.rdf",
        '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + RDF_XML.replace("<prov:E", "&e;<prov:E"),
        "has a document type",
    ),
    (
        "x.jsonld",
        PROV_O_JSON_LD.replace('"@context": {', '"@context": ["http://127.0.0.1:9/c", {', 1).replace(
            "}, ", "}], ", 1
        ),
        'its context "http://127.0.0.1:9/c" is elsewhere',
    ),
    (
        "x.jsonld",
        PROV_O_JSON_LD.replace('"@context": {', '"@context": {"@import": "http://127.0.0.1:9/c", ', 1),
        'its context "http://127.0.0.1:9/c" is elsewhere',
    ),
    (
        "x.jsonld",
        PROV_O_JSON_LD.replace('"@type": "prov:Entity"', '"@context": "file:///c", "@type": "prov:Entity"'),
        'its context "file:///c" is elsewhere',
    ),
]


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(("name", "text", "message"), HOSTILE)
def test_nothing_is_fetched_and_nothing_explodes(name: str, text: str, message: str, tmp_path: Path) -> None:
    path = write(tmp_path, name, text)
    with pytest.raises(Unreadable) as caught:
        validate(path)
    assert str(caught.value).startswith(f"{path}: {message}")


@pytest.mark.usefixtures("no_network")
def test_the_contexts_of_prov_jsonld_are_not_fetched(tmp_path: Path) -> None:
    text = PROV_JSONLD.replace("https://openprovenance.org/", "http://127.0.0.1:9/")
    assert validate(write(tmp_path, "x.jsonld", text)).is_valid()


def test_another_encoding_hides_no_document_type(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(f'<?xml version="1.0" encoding="utf-16"?><!DOCTYPE d []>{PROV_XML}'.encode("utf-16"))
    with pytest.raises(Unreadable, match="has a document type declaration, which is not read"):
        validate(path)


def test_a_crate_remains_a_crate(tmp_path: Path) -> None:
    crate = {"@context": ["https://w3id.org/ro/crate/1.1/context", {"prov": "http://www.w3.org/ns/prov#"}]}
    path = write(tmp_path, "x.jsonld", json.dumps({**crate, "@graph": []}))
    assert validate(path).kind == "ro-crate"


def test_folders_are_searched_for_what_says_that_it_is_prov(tmp_path: Path) -> None:
    write(tmp_path, "a.provn", PROV_N)
    write(tmp_path, "b.xml", PROV_XML)
    write(tmp_path, "prov.ttl", TURTLE)
    write(tmp_path, "c.jsonld", PROV_JSONLD)
    for name, text in (("pom.xml", "<project/>"), ("shapes.ttl", TURTLE), ("d.jsonld", "{}")):
        write(tmp_path, name, text)
    found = find_inputs(tmp_path)
    assert found is not None
    assert [one.path.name for one in found] == ["a.provn", "b.xml", "c.jsonld", "prov.ttl"]
    assert count_in_words(found) == "4 PROV documents in another format"


@given(documents())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_format_has_the_findings_of_prov_json(
    tmp_path: Path, document: tuple[list[Statement], list[str]]
) -> None:
    made = json.dumps(as_prov_json(*document))
    (tmp_path / "x.json").write_text(made)
    expected = rule_ids(validate(tmp_path / "x.json"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = ProvDocument.deserialize(io.StringIO(made), format="json")
        for name, form in (("x.provn", "provn"), ("x.xml", "xml"), ("x.jsonld", "jsonld")):
            (tmp_path / name).write_text(read.serialize(format=form) or "")
    for name in ("x.provn", "x.xml", "x.jsonld"):
        assert sorted(set(rule_ids(validate(tmp_path / name)))) == sorted(set(expected))
