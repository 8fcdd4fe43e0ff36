"""Pictures of PROV documents: ours, foreign ones, and hostile ones."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prov4ml_packager.errors import PackagerError
from prov4ml_packager.graph import Detail, document_to_dot, render_svg
from prov4ml_packager.metric_table import sorted_table
from prov4ml_packager.provenance import build_document
from prov4ml_packager.record import RunRecord

from ..provenance.sample_run import HOSTILE_NAMES, a_four_rank_run, a_hostile_run, a_run, a_series

DETAILS: tuple[Detail, ...] = ("overview", "summary", "full")
SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
FOREIGN = Path(__file__).resolve().parents[2] / "../shared/data/yprov4ml-documents"
RELATION_RECORDS = {
    "wasGeneratedBy": {"prov:entity": "e", "prov:activity": "a"},
    "used": {"prov:activity": "a", "prov:entity": "e"},
    "wasInformedBy": {"prov:informed": "a", "prov:informant": "a2"},
    "wasStartedBy": {"prov:activity": "a", "prov:trigger": "e", "prov:starter": "a2"},
    "wasEndedBy": {"prov:activity": "a", "prov:ender": "a2"},
    "wasInvalidatedBy": {"prov:entity": "e", "prov:activity": "a"},
    "wasDerivedFrom": {"prov:generatedEntity": "e", "prov:usedEntity": "e2"},
    "wasAttributedTo": {"prov:entity": "e", "prov:agent": "g"},
    "wasAssociatedWith": {"prov:activity": "a", "prov:agent": "g", "prov:plan": "e"},
    "actedOnBehalfOf": {"prov:delegate": "g", "prov:responsible": "g2"},
    "wasInfluencedBy": {"prov:influencee": "e", "prov:influencer": "e2"},
    "specializationOf": {"prov:specificEntity": "e", "prov:generalEntity": "e2"},
    "alternateOf": {"prov:alternate1": "e", "prov:alternate2": "e2"},
    "mentionOf": {"prov:specificEntity": "e", "prov:generalEntity": "e2", "prov:bundle": "b"},
    "hadMember": {"prov:collection": "e", "prov:entity": ["e2", "e3"]},
}


def drawn(
    document: dict[str, Any], detail: Detail = "summary", engine: str = "bundled"
) -> ElementTree.Element:
    """Return the parsed SVG, having checked what every SVG must keep to."""
    svg = render_svg(document_to_dot(document, detail), engine=engine)  # type: ignore[arg-type]
    assert b"<!DOCTYPE" not in svg
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {
            "svg",
            "g",
            "title",
            "a",
            "text",
            "path",
            "polygon",
            "polyline",
            "ellipse",
            "defs",
            "linearGradient",
        }
        for name, value in element.attrib.items():
            assert name == f"{XLINK}title" or "href" not in name
            assert not name.startswith("on")
            assert name in (f"{XLINK}title",) or "url(" not in value
    return root


def lines(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def shapes(root: ElementTree.Element) -> dict[str, tuple[str, str]]:
    """Return the form and the colour of each node by the first line of its label."""
    found = {}
    for node in root.iter(f"{SVG}g"):
        if node.get("class") == "node":
            first = next(node.iter(f"{SVG}text")).text or ""
            form = next(one for one in node.iter() if one.tag in (f"{SVG}ellipse", f"{SVG}polygon"))
            found[first] = (form.tag.removeprefix(SVG), (form.get("fill") or "").lower())
    return found


@pytest.mark.parametrize("engine", ["bundled", pytest.param("auto", marks=pytest.mark.system("dot"))])
@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize(
    "run",
    [
        pytest.param(a_run(), id="one rank"),
        pytest.param(a_four_rank_run(), id="four ranks"),
        pytest.param(a_hostile_run(), id="hostile"),
    ],
)
def test_every_run_is_drawn_at_every_level(run: RunRecord, detail: Detail, engine: str) -> None:
    document = build_document(run)
    caption = lines(drawn(document, detail, engine))[0]
    elements = sum(len(document[kind]) for kind in ("entity", "activity", "agent"))
    assert caption.startswith(f"{detail}: {elements:,} elements")


def test_the_colours_and_shapes_are_the_w3cs() -> None:
    found = shapes(drawn(build_document(a_run())))
    assert found["lr = 0.1"] == ("ellipse", "#fffc87")
    assert found["digits 0"] == ("polygon", "#9fb1fc")
    assert found["ada"] == ("polygon", "#fdb266")


def test_causes_stand_left_of_effects() -> None:
    root = drawn(build_document(a_run()))
    left = {text.text: float(text.get("x", "nan")) for text in root.iter(f"{SVG}text")}
    assert left["lr = 0.1"] < left["digits 0"] < left["net"]
    assert left["epochs = 5"] < left["loss: last 0.25"]
    assert left["ada"] < left["digits 0"]


@pytest.mark.parametrize("engine", ["bundled", pytest.param("auto", marks=pytest.mark.system("dot"))])
@pytest.mark.parametrize("name", [name for name in HOSTILE_NAMES if name.isprintable() and name.strip()])
def test_a_printable_label_comes_out_as_it_went_in(name: str, engine: str) -> None:
    document = {"entity": {"e": {"prov:label": name}, "f": {}}}
    expected = " ".join(name.split())
    if len(expected) > 36:
        expected = f"{expected[:17]}…{expected[-18:]}"
    assert expected in [
        " ".join(line.replace("\xa0", " ").split()) for line in lines(drawn(document, engine=engine))
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nul \x00", "nul \\u0000"),
        ("\ud800", "\\ud800"),
        ("\u202eabc", "\\u202eabc"),
        ("\\N \\G \\l", "\\N \\G \\l"),
        ("two\nlines", "two lines"),
        ("ends in \\", "ends in \\"),
        ("&lt;&#60;&nbsp;", "&lt;&#60;&nbsp;"),
        ("<table><tr><td>x</td></tr></table>", "<table><tr><td>x</td></tr></table>"),
    ],
)
def test_what_would_mean_something_to_graphviz_is_only_text(name: str, expected: str) -> None:
    assert expected in [
        line.replace("\xa0", " ") for line in lines(drawn({"entity": {"e": {"prov:label": name}}}))
    ]


@pytest.mark.parametrize("name", RELATION_RECORDS)
def test_every_relation_is_drawn_with_its_name(name: str) -> None:
    document = {
        "entity": {"e": {}, "e2": {}},
        "activity": {"a": {}, "a2": {}},
        "agent": {"g": {}, "g2": {}},
        name: {"_:1": RELATION_RECORDS[name]},
    }
    assert name in lines(drawn(document, "full"))


def test_arrows_point_from_effect_to_cause() -> None:
    dot = document_to_dot(
        {
            "entity": {"e": {}},
            "activity": {"a": {}},
            "used": {"_:u": {"prov:activity": "a", "prov:entity": "e"}},
        }
    )
    # With dir=back the head is at the first node: e is left, the arrow points to it.
    assert "edge [dir=back" in dot
    assert '  n0 -> n1 [label="used"' in dot
    assert re.search(r'n0 \[id=n0, label="e".*ellipse', dot)


def test_foreign_forms_are_read() -> None:
    document = {
        "prefix": {"dct": "http://purl.org/dc/terms/", "default": "http://example.org/"},
        "entity": {"twice": [{"prov:type": "A", "ex:k": 1}, {"prov:label": "label", "ex:l": {"$": 2.5}}]},
        "activity": {"outer": {}, "inner": {"dct:isPartOf": {"$": "outer", "type": "xsd:QName"}}},
        "used": {"_:1": [{"prov:activity": "inner", "prov:entity": "twice"}, {"prov:activity": "inner"}]},
        "wasGeneratedBy": {"_:2": {"prov:entity": "nowhere", "prov:activity": "outer"}},
        "bundle": {"b1": {"entity": {"twice": {}}, "wasDerivedFrom": {"_:3": "rubbish"}}},
        "someday": {"x": {}},
    }
    found = lines(drawn(document, "full"))
    assert {"label", "(A)", "outer", "inner", "nowhere", "bundle b1", "twice", "is part of"} <= set(found)
    assert found[0] == "full: 5 elements, 2 relations; not drawn for want of an end: 1 relation"


@pytest.mark.parametrize(
    "document", [{}, {"entity": []}, {"entity": {"e": None}}, {"used": {"u": {}}, "bundle": 3}]
)
def test_an_empty_or_broken_document_is_an_empty_picture(document: dict[str, Any]) -> None:
    assert lines(drawn(document))[0].startswith("summary: 0 elements, 0 relations")


def test_folding_counts_every_element_and_every_relation() -> None:
    series = [
        a_series(f"m{index}", [1.0], context=context) for index in range(40) for context in ("TRAINING", None)
    ]
    document = build_document(a_run(metrics=sorted_table(series), ranks=()))
    for detail in DETAILS:
        dot = document_to_dot(document, detail)
        nodes = re.findall(r"^ +n\d+ \[id=.*?label=\"([^\"\\]*)", dot, re.MULTILINE)
        counts = [int(match[1]) if (match := re.search(r" × (\d+)$", label)) else 1 for label in nodes]
        assert sum(counts) == sum(len(document[kind]) for kind in ("entity", "activity", "agent"))
        arrows = re.findall(r'^  n\d+ -> n\d+ \[x?label="(\w+)(?: × (\d+))?"', dot, re.MULTILINE)
        relations = sum(
            len(records)
            for kind, records in document.items()
            if kind.startswith(("was", "used", "had", "acted"))
        )
        assert sum(int(count or 1) for _, count in arrows) == relations
        assert ("Metric × 40" in nodes) is (detail != "full")


def test_a_fold_says_how_many_and_its_tooltip_who() -> None:
    series = [a_series(f"m{index}", [index]) for index in range(7)]
    root = drawn(build_document(a_run(metrics=sorted_table(series))))
    assert "Metric × 7" in lines(root)
    tooltip = next(
        title for one in root.iter() if (title := one.get(f"{XLINK}title", "")).startswith("Metric × 7")
    )
    assert tooltip.splitlines()[1:] == [f"m{index}: last {index}" for index in range(7)]


def test_a_picture_of_ten_thousand_series_is_bounded_and_quick() -> None:
    series = [
        a_series(f"m{index}", [1.0], context=context)
        for index in range(5000)
        for context in ("TRAINING", None)
    ]
    document = build_document(a_run(metrics=sorted_table(series)))
    started = time.monotonic()
    for detail in DETAILS:
        nodes = [one for one in drawn(document, detail).iter(f"{SVG}g") if one.get("class") == "node"]
        assert len(nodes) <= 400
    assert time.monotonic() - started < 20


def test_a_long_chain_that_nothing_folds_exactly_is_still_bounded() -> None:
    document = {
        "entity": {f"e{index}": {} for index in range(3000)},
        "wasDerivedFrom": {
            f"_:{index}": {"prov:generatedEntity": f"e{index + 1}", "prov:usedEntity": f"e{index}"}
            for index in range(2999)
        },
    }
    for detail in DETAILS:
        root = drawn(document, detail)
        assert "entities × 3,000" in lines(root)
        assert "more than this level folds by itself" in lines(root)[0]


def test_the_same_document_gives_the_same_picture() -> None:
    dot = document_to_dot(build_document(a_hostile_run()))
    assert dot == document_to_dot(json.loads(json.dumps(build_document(a_hostile_run()))))
    assert render_svg(dot, engine="bundled") == render_svg(dot, engine="bundled")


any_text = st.text(st.characters(exclude_categories=()), max_size=12)  # lone surrogates too
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | any_text,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["$", "type", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)
records = st.dictionaries(
    st.sampled_from(
        [
            "prov:label",
            "prov:type",
            "prov:entity",
            "prov:activity",
            "prov:value",
            "dcterms:isPartOf",
            "x:y",
            "",
        ]
    )
    | any_text,
    json_values,
    max_size=4,
)
documents = st.dictionaries(
    st.sampled_from(["entity", "activity", "agent", "used", "wasGeneratedBy", "prefix", "bundle"]),
    st.dictionaries(
        st.sampled_from(["a", "b", "", "\x00", '"']) | any_text, records | json_values, max_size=4
    )
    | json_values,
    max_size=5,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(document=documents, detail=st.sampled_from(DETAILS))
def test_no_content_breaks_a_picture(document: dict[str, Any], detail: Detail) -> None:
    drawn(document, detail)


@pytest.mark.skipif(not FOREIGN.is_dir(), reason="the collection of real training documents is not there")
@pytest.mark.parametrize("detail", DETAILS)
def test_real_training_documents_are_drawn(detail: Detail) -> None:
    paths = sorted(FOREIGN.glob("*.json"))
    assert paths
    for path in paths:
        assert lines(drawn(json.loads(path.read_bytes()), detail))[0].startswith(detail)


class TestEngines:
    def test_without_a_program_the_message_says_what_to_install(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("shutil.which", lambda *_, **__: None)
        with pytest.raises(PackagerError) as caught:
            render_svg("digraph {}")
        assert str(caught.value) == (
            'no program to draw graphs is installed; run: pip install "prov4ml[pack]", or install Graphviz'
        )

    def test_bundled_never_takes_the_systems_program(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        decoy = tmp_path / "dot"
        decoy.write_text("#!/bin/sh\necho not me >&2\nexit 3\n")
        decoy.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert b"<svg" in render_svg("digraph {a}", engine="bundled")
        with pytest.raises(PackagerError, match="not me"):
            render_svg("digraph {a}", engine="auto")

    def test_it_is_found_beside_an_interpreter_that_is_not_on_path(self) -> None:
        code = "from prov4ml_packager.graph import render_svg; print(render_svg('digraph {a}')[:5])"
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={"PATH": "/nonexistent", "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == "b'<?xml'\n"

    def test_dot_that_is_none_is_a_clear_error(self) -> None:
        with pytest.raises(PackagerError, match=r"failed: .*syntax error"):
            render_svg("digraph {", engine="bundled")


def texts(run: RunRecord) -> list[str]:
    return [element.text or "" for element in drawn(build_document(run), "full").iter(f"{SVG}text")]


def test_metrics_of_several_ranks_are_told_apart() -> None:
    metrics = [text for text in texts(a_four_rank_run()) if ": last" in text]
    assert len(set(metrics)) == len(metrics) > 1
    assert all(", rank " in text for text in metrics)
    assert not [text for text in texts(a_run()) if ", rank " in text]


def test_an_activity_with_nothing_of_its_own_has_no_frame() -> None:
    part = {"dcterms:isPartOf": {"$": "run", "type": "prov:QUALIFIED_NAME"}}
    document = {
        "prefix": {"default": "http://example.org/", "dcterms": "http://purl.org/dc/terms/"},
        "entity": {"loss": {}},
        "activity": {"run": {}, "bare": part, "busy": part},
        "wasGeneratedBy": {"_:1": {"prov:entity": "loss", "prov:activity": "busy"}},
    }
    found = [element.text for element in drawn(document, "full").iter(f"{SVG}text")]
    assert (found.count("bare"), found.count("busy")) == (1, 2)
