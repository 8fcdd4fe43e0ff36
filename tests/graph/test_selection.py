"""`--focus` and `--lineage`: what is chosen, how a thing is named, and what is said when it is not found."""

from typing import Any

import pytest

from prov4ml_packager.errors import PackagerError
from prov4ml_packager.graph import GraphOptions, make_picture

# raw → prepare → clean → train → model → test → score; `aside` has nothing to do with them.
DOCUMENT: dict[str, Any] = {
    "prefix": {"ex": "http://example.org/", "dcterms": "http://purl.org/dc/terms/"},
    "entity": {
        "ex:raw": {},
        "ex:clean": {"prov:label": "Clean data"},
        "ex:model": {},
        "ex:score": {},
        "ex:lr": {},
        "ex:aside": {},
        "ex:aside2": {},
    },
    "activity": {
        "ex:run": {},
        "ex:prepare": {},
        "ex:train": {"dcterms:isPartOf": {"$": "ex:run", "type": "prov:QUALIFIED_NAME"}},
        "ex:test": {},
    },
    "agent": {"ex:ada": {}},
    "used": {
        "_:1": {"prov:activity": "ex:prepare", "prov:entity": "ex:raw"},
        "_:2": {"prov:activity": "ex:train", "prov:entity": "ex:clean"},
        "_:3": {"prov:activity": "ex:test", "prov:entity": "ex:model"},
        "_:4": {"prov:activity": "ex:run", "prov:entity": "ex:lr"},
    },
    "wasGeneratedBy": {
        "_:5": {"prov:entity": "ex:clean", "prov:activity": "ex:prepare"},
        "_:6": {"prov:entity": "ex:model", "prov:activity": "ex:train"},
        "_:7": {"prov:entity": "ex:score", "prov:activity": "ex:test"},
    },
    "wasAssociatedWith": {"_:8": {"prov:activity": "ex:run", "prov:agent": "ex:ada"}},
}


def chosen(**options: Any) -> set[str]:
    picture = make_picture(DOCUMENT, GraphOptions("full", **options))
    return {node.key[1].removeprefix("ex:") for group in picture.groups for node in group.members}


def test_lineage_is_all_that_a_thing_came_from() -> None:
    assert chosen(lineage="ex:model") == {
        "model",
        "train",
        "clean",
        "prepare",
        "raw",
        "run",
        "lr",
        "ada",
    }
    assert chosen(lineage="ex:raw") == {"raw"}


def test_focus_is_what_is_near() -> None:
    assert chosen(focus="ex:model", depth=0) == {"model"}
    assert chosen(focus="ex:model", depth=1) == {"model", "train", "test"}
    assert chosen(focus="ex:model", depth=2) == {"model", "train", "test", "clean", "run", "score"}


def test_both_are_what_is_in_both() -> None:
    assert chosen(lineage="ex:model", focus="ex:clean", depth=1) == {"clean", "prepare", "train"}


@pytest.mark.parametrize("name", ["ex:clean", "Clean data", "clean", "CLEAN D"])
def test_a_thing_is_named_by_identifier_label_or_part(name: str) -> None:
    assert chosen(focus=name, depth=0) == {"clean"}


def test_what_is_left_out_is_counted() -> None:
    picture = make_picture(DOCUMENT, GraphOptions("full", focus="ex:model", depth=1))
    assert picture.caption == (
        "full of what is near ex:model (depth 1), 20 records: "
        "3 elements and 2 relations drawn one by one; "
        "9 elements and 6 relations left out by the selection"
    )
    assert picture.groups[picture.marked].first.key[1] == "ex:model"  # type: ignore[index]


def test_what_was_named_is_not_folded() -> None:
    document = {
        "entity": {f"model v{at}": {} for at in range(9)},
        "wasDerivedFrom": {
            f"_:{at}": {"prov:generatedEntity": f"model v{at + 1}", "prov:usedEntity": f"model v{at}"}
            for at in range(8)
        },
    }
    picture = make_picture(document, GraphOptions(lineage="model v8"))
    assert [len(group.members) for group in picture.groups] == [8, 1]
    assert picture.marked == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", "nothing in the document is called 'nowhere'"),
        ("ex:modle", "nothing in the document is called 'ex:modle'; did you mean ex:model?"),
        ("asid", "'asid' may be ex:aside, ex:aside2; give the identifier"),
        ("\x00\ud800", "nothing in the document is called '\\\\u0000\\\\ud800'"),
    ],
)
def test_what_is_not_found_is_said_with_what_is_near(name: str, message: str) -> None:
    for options in (GraphOptions(focus=name), GraphOptions(lineage=name)):
        with pytest.raises(PackagerError) as caught:
            make_picture(DOCUMENT, options)
        assert str(caught.value) == message
