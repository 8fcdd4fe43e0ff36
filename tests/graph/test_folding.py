"""Folding is exact: whatever a document holds, every record is drawn or counted, and once."""

import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from prov4ml_packager.graph import DETAILS, Detail, GraphOptions, document_to_dot, make_picture
from prov4ml_packager.graph.dot import picture_to_dot
from prov4ml_packager.graph.picture import Picture

from .documents import ENDS, containers, count, documents, records_of

quick = settings(max_examples=150, deadline=None)


def titles(picture: Picture) -> list[str]:
    """Return the first line of each node, as it stands in the picture."""
    dot = picture_to_dot(picture)
    return re.findall(r'^ +n\d+ \[.*?label="((?:[^"\\]|\\[^n])*)', dot, re.MULTILINE)


@quick
@given(document=documents, detail=st.sampled_from(DETAILS))
def test_every_record_is_drawn_or_counted_once(document: dict[str, Any], detail: Detail) -> None:
    expected = count(document)
    picture = make_picture(document, GraphOptions(detail))
    tally = picture.tally
    assert tally.elements_drawn + tally.elements_folded == expected["elements"]
    assert tally.relations_drawn + tally.relations_folded == expected["relations"]
    assert tally.endless == expected["endless"]
    assert (tally.elements_outside, tally.relations_outside) == (0, 0)
    assert tally.records == sum(expected.values())


@quick
@given(document=documents, detail=st.sampled_from(DETAILS))
def test_each_record_is_where_its_ends_are(document: dict[str, Any], detail: Detail) -> None:
    picture = make_picture(document, GraphOptions(detail))
    group = {
        (*node.key, node.kind == "unnamed"): at
        for at, one in enumerate(picture.groups)
        for node in one.members
    }
    assert len([node for one in picture.groups for node in one.members if node.kind != "unnamed"]) == len(
        [key for key in group if not key[2]]
    )
    at_arrow: Counter[tuple[str, int, int]] = Counter()
    inside: Counter[int] = Counter()
    for bundle, content in containers(document):
        for kind in ("entity", "activity", "agent"):
            assert all((bundle, identifier, False) in group for identifier, _ in records_of(content, kind))
        for kind, (role, causes) in ENDS.items():
            for _, record in records_of(content, kind):
                effect = record.get(f"prov:{role}")
                given_causes = [
                    record[f"prov:{one}"] for one in causes if record.get(f"prov:{one}") not in (None, [])
                ]
                if effect is None or not given_causes:
                    continue  # open ends are counted by the test above
                cause = given_causes[0][0] if isinstance(given_causes[0], list) else given_causes[0]
                one, other = group[bundle, effect, False], group[bundle, cause, False]
                if one == other and len(picture.groups[one].members) > 1:
                    inside[one] += 1
                else:
                    at_arrow[kind, one, other] += 1
    drawn = {(arrow.relation, arrow.effect, arrow.cause): arrow.records for arrow in picture.arrows}
    assert all(drawn.get(place, 0) >= number for place, number in at_arrow.items())
    assert all(picture.groups[at].inner >= number for at, number in inside.items())


@quick
@given(document=documents)
def test_full_folds_nothing(document: dict[str, Any]) -> None:
    picture = make_picture(document, GraphOptions("full"))
    assert all(len(group.members) == 1 for group in picture.groups)
    assert picture.tally.folds == 0


@quick
@given(document=documents, detail=st.sampled_from(DETAILS), at=st.integers(0, 40))
def test_a_selection_says_what_it_leaves_out(document: dict[str, Any], detail: Detail, at: int) -> None:
    document.pop("bundle", None)  # there a name may mean several things
    declared = sorted(
        {key for kind in ("entity", "activity", "agent") for key in document[kind] if key not in ("?", "")}
    )
    assume(declared)
    expected = count(document)
    picture = make_picture(document, GraphOptions(detail, focus=declared[at % len(declared)], depth=1))
    tally = picture.tally
    assert tally.elements_drawn + tally.elements_folded + tally.elements_outside == expected["elements"]
    assert tally.relations_drawn + tally.relations_folded + tally.relations_outside == expected["relations"]


def epochs(number: int) -> dict[str, Any]:
    """Return a document as trackers write them: each epoch generates each metric."""
    every = range(number)
    return {
        "entity": {name: {"x:type": "Metric"} for name in ("loss", "accuracy")},
        "activity": {"run": {}, **{f"epoch_{at}": {"x:type": "TrainingExecution"} for at in every}},
        "wasStartedBy": {f"_:s{at}": {"prov:activity": f"epoch_{at}", "prov:trigger": "run"} for at in every},
        "wasGeneratedBy": {
            f"_:{name}{at}": {"prov:entity": name, "prov:activity": f"epoch_{at}"}
            for name in ("loss", "accuracy")
            for at in every
        },
    }


@pytest.mark.parametrize(
    ("detail", "numbers"),
    [
        (
            "overview",
            "1 element and 0 relations drawn one by one; "
            "1,747 elements and 5,235 relations counted in 2 folds",
        ),
        (
            "summary",
            "3 elements and 0 relations drawn one by one; "
            "1,745 elements and 5,235 relations counted in 1 fold",
        ),
    ],
)
def test_epochs_with_the_same_relations_are_one_node(detail: Detail, numbers: str) -> None:
    picture = make_picture(epochs(1745), GraphOptions(detail))
    assert "epoch 0–1744 × 1,745" in titles(picture)
    assert picture.tally.text() == f"6,983 records: {numbers}"


def test_epochs_that_differ_in_what_they_did_are_one_node_too() -> None:
    document = epochs(40)
    for at in range(0, 40, 3):
        del document["wasGeneratedBy"][f"_:accuracy{at}"]
    picture = make_picture(document)
    assert "epoch 0–39 × 40" in titles(picture)
    assert "wasGeneratedBy × 26" in document_to_dot(document)


def test_a_chain_of_versions_is_one_node() -> None:
    document = {
        "entity": {f"model v{at}": {"prov:type": "ModelVersion"} for at in range(1, 11)},
        "activity": {"training": {}},
        "wasGeneratedBy": {
            f"_:{at}": {"prov:entity": f"model v{at}", "prov:activity": "training"} for at in range(1, 11)
        },
        "wasDerivedFrom": {
            f"_:{at}": {"prov:generatedEntity": f"model v{at + 1}", "prov:usedEntity": f"model v{at}"}
            for at in range(1, 10)
        },
    }
    picture = make_picture(document)
    assert titles(picture) == ["training", "model v1–10 × 10"] or titles(picture) == [
        "model v1–10 × 10",
        "training",
    ]
    assert {group.inner for group in picture.groups} == {0, 9}


def test_what_differs_only_in_its_own_attributes_folds_from_six_on() -> None:
    def parameters(number: int) -> dict[str, Any]:
        names = "abcdefgh"[:number]
        return {
            "entity": {name: {"prov:type": "Parameter", "prov:value": 1} for name in names},
            "activity": {"run": {}},
            "used": {f"_:{name}": {"prov:activity": "run", "prov:entity": name} for name in names},
        }

    assert len(make_picture(parameters(5)).groups) == 6
    assert len(make_picture(parameters(6)).groups) == 2
    assert len(make_picture(parameters(2), GraphOptions("overview")).groups) == 2


def test_metrics_of_different_contexts_never_fold_into_one_in_a_summary() -> None:
    contexts = ("TRAINING", "VALIDATION")
    document = {
        "entity": {f"{context}.m{at}": {"prov:type": "Metric"} for context in contexts for at in range(9)},
        "activity": {context: {} for context in contexts},
        "wasGeneratedBy": {
            f"_:{context}{at}": {"prov:entity": f"{context}.m{at}", "prov:activity": context}
            for context in contexts
            for at in range(9)
        },
    }
    for detail in ("overview", "summary"):
        folds = [title for title in titles(make_picture(document, GraphOptions(detail))) if "×" in title]  # type: ignore[arg-type]
        assert sorted(folds) == ["TRAINING.m0–8 × 9", "VALIDATION.m0–8 × 9"]


def test_a_use_of_nothing_named_is_drawn_with_an_open_end() -> None:
    document = {
        "activity": {"a": {}, "b": {}},
        "wasStartedBy": {"_:1": {"prov:activity": "a", "prov:time": "2026-01-01T00:00:00Z"}},
        "used": {"_:2": {"prov:activity": "b"}, "_:3": {"prov:activity": "b"}},
    }
    picture = make_picture(document, GraphOptions("full"))
    assert [(arrow.relation, arrow.lines) for arrow in picture.arrows] == [("used", 2), ("wasStartedBy", 1)]
    assert picture.tally.text() == (
        "5 records: 2 elements and 1 relation drawn one by one; 0 elements and 2 relations counted"
    )


def test_an_association_shows_its_agent_and_its_plan_and_counts_once() -> None:
    document = {
        "activity": {"a": {}},
        "agent": {"g": {}},
        "entity": {"p": {}},
        "wasAssociatedWith": {"_:1": {"prov:activity": "a", "prov:agent": "g", "prov:plan": "p"}},
    }
    picture = make_picture(document, GraphOptions("full"))
    assert len(picture.arrows) == 2
    assert (picture.tally.relations_drawn, picture.tally.relations_folded) == (1, 0)
