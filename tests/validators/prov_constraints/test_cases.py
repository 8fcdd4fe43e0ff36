"""Verdicts: near misses that are valid, and violations, some of them only through an inference."""

import pytest

from .cases import CASES
from .notation import broken, document


@pytest.mark.parametrize(("breaks", "text"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_verdict(breaks: set[str], text: str) -> None:
    assert broken(text) == breaks


@pytest.mark.parametrize(
    ("prefix", "name", "datatype", "breaks"),
    [
        ({}, "prov:EmptyCollection", "xsd:QName", {"c56"}),
        ({"xs": "http://www.w3.org/2001/XMLSchema#"}, "prov:EmptyCollection", "xs:QName", {"c56"}),
        ({"p": "http://www.w3.org/ns/prov#"}, "p:EmptyCollection", "p:QUALIFIED_NAME", {"c56"}),
        ({}, "prov:EmptyCollection", "xsd:string", set()),
        ({}, "prov:Collection", "xsd:QName", set()),
        ({}, "ex:EmptyCollection", "xsd:QName", set()),
    ],
)
def test_an_empty_collection_by_any_prefix(
    prefix: dict[str, str], name: str, datatype: str, breaks: set[str]
) -> None:
    made = document("entity(c) hadMember(c, e1)")
    made["prefix"].update(prefix)
    made["entity"]["ex:c"][0]["prov:type"] = [{"$": "text", "lang": "en"}, {"$": name, "type": datatype}]
    assert broken(made) == breaks
