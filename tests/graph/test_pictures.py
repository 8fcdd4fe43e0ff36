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
from prov4ml_packager.graph import Detail, document_to_dot, document_to_svg, plain_svg, render
from prov4ml_packager.metric_table import sorted_table
from prov4ml_packager.provenance import build_document
from prov4ml_packager.record import RunRecord

from ..provenance.sample_run import HOSTILE_NAMES, a_four_rank_run, a_hostile_run, a_run, a_series

DETAILS: tuple[Detail, ...] = ("overview", "summary", "full")
SVG = "{http://www.w3.org/2000/svg}"
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


ALLOWED = {"svg", "g", "title", "text", "path", "polygon", "polyline", "ellipse"}


def drawn(document: dict[str, Any], detail: Detail = "summary") -> ElementTree.Element:
    """Return the parsed SVG, having checked what every SVG must keep to."""
    svg = document_to_svg(document, detail)
    assert b"<!" not in svg
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in ALLOWED
        for name, value in element.attrib.items():
            assert "href" not in name
            assert not name.startswith("on")
            assert "url(" not in value
    return root


def tooltips(root: ElementTree.Element) -> list[str]:
    """Return what is shown over each node."""
    return [
        node.findtext(f"{SVG}title") or ""
        for node in root.iter(f"{SVG}g")
        if (node.get("class") or "").startswith("node")
    ]


def lines(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def shapes(root: ElementTree.Element) -> dict[str, tuple[str, str]]:
    """Return the form and the colour of each node by the first line of its label."""
    found = {}
    for node in root.iter(f"{SVG}g"):
        if (node.get("class") or "").startswith("node"):
            first = next(node.iter(f"{SVG}text")).text or ""
            form = next(one for one in node.iter() if one.tag in (f"{SVG}ellipse", f"{SVG}polygon"))
            found[first] = (form.tag.removeprefix(SVG), (form.get("fill") or "").lower())
    return found


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize(
    "run",
    [
        pytest.param(a_run(), id="one rank"),
        pytest.param(a_four_rank_run(), id="four ranks"),
        pytest.param(a_hostile_run(), id="hostile"),
    ],
)
def test_every_run_is_drawn_at_every_level(run: RunRecord, detail: Detail) -> None:
    document = build_document(run)
    caption = lines(drawn(document, detail))[0]
    records = sum(len(records) for kind, records in document.items() if kind != "prefix")
    assert caption.startswith(f"{detail}, {records:,} records: ")


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


@pytest.mark.parametrize("name", [name for name in HOSTILE_NAMES if name.isprintable() and name.strip()])
def test_a_printable_label_comes_out_as_it_went_in(name: str) -> None:
    document = {"entity": {"e": {"prov:label": name}, "f": {}}}
    expected = " ".join(name.split())
    if len(expected) > 36:
        expected = f"{expected[:17]}…{expected[-18:]}"
    assert expected in [" ".join(line.replace("\xa0", " ").split()) for line in lines(drawn(document))]


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
    assert re.search(r'^  n0 -> n1 \[.*>used<.*tooltip="used"', dot, re.MULTILINE)
    assert re.search(r'n0 \[id=n0, .*label="e".*ellipse', dot)


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
    # `twice` is declared by two records; a use without an entity has an open end.
    assert "?" in found
    assert found[0] == "full, 8 records: 5 elements and 3 relations drawn one by one"


@pytest.mark.parametrize(
    "document", [{}, {"entity": []}, {"entity": {"e": None}}, {"used": {"u": {}}, "bundle": 3}]
)
def test_an_empty_or_broken_document_is_an_empty_picture(document: dict[str, Any]) -> None:
    endless = len(document.get("used", ()))
    assert lines(drawn(document))[0].startswith(f"summary, {endless} record")


def test_a_fold_says_how_many_and_its_tooltip_who() -> None:
    series = [a_series(f"m{index}", [index]) for index in range(7)]
    root = drawn(build_document(a_run(metrics=sorted_table(series))))
    assert {"m0–6 × 7", "(Metric)"} <= set(lines(root))
    tooltip = next(one for one in tooltips(root) if one.startswith("m0–6 × 7"))
    assert tooltip.splitlines()[1:] == [f"m{index}: last {index}.0" for index in range(7)]


def test_a_picture_of_thousands_of_series_is_bounded_and_quick() -> None:
    series = [
        a_series(f"m{index}", [1.0], context=context)
        for index in range(1500)
        for context in ("TRAINING", None)
    ]
    document = build_document(a_run(metrics=sorted_table(series)))
    started = time.monotonic()
    most = {"overview": 30, "summary": 90, "full": 3_100}
    for detail in DETAILS:
        assert len(tooltips(drawn(document, detail))) <= most[detail]
    assert time.monotonic() - started < 60


def test_a_long_chain_is_one_node_until_all_is_asked_for() -> None:
    document = {
        "entity": {f"e{index}": {} for index in range(3000)},
        "wasDerivedFrom": {
            f"_:{index}": {"prov:generatedEntity": f"e{index + 1}", "prov:usedEntity": f"e{index}"}
            for index in range(2999)
        },
    }
    for detail in ("overview", "summary"):
        root = drawn(document, detail)  # type: ignore[arg-type]
        assert "e0–2999 × 3,000" in lines(root)
        assert "2,999 relations among them" in tooltips(root)[0]
    assert len(tooltips(drawn(document, "full"))) == 3000


def test_the_same_document_gives_the_same_picture() -> None:
    dot = document_to_dot(build_document(a_hostile_run()))
    assert dot == document_to_dot(json.loads(json.dumps(build_document(a_hostile_run()))))
    assert render(dot, "svg") == render(dot, "svg")


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
            render("digraph {}", "svg")
        assert str(caught.value) == 'no program to draw graphs is installed; run: pip install "prov4ml[pack]"'

    def test_pdf_without_graphviz_says_what_to_do(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(PackagerError) as caught:
            render("digraph {}", "pdf")
        assert str(caught.value) == (
            "PDF needs an installed Graphviz, and no program `dot` was found; "
            "install it (Debian: apt-get install graphviz), or write .svg, .png or .html"
        )

    @pytest.mark.system("dot")
    def test_pdf_is_drawn_by_the_systems_graphviz(self) -> None:
        assert render(document_to_dot(build_document(a_run())), "pdf").startswith(b"%PDF-")

    def test_svg_and_png_never_take_the_systems_program(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        decoy = tmp_path / "dot"
        decoy.write_text("#!/bin/sh\necho not me >&2\nexit 3\n")
        decoy.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert b"<svg" in render("digraph {a}", "svg")
        assert render("digraph {a}", "png").startswith(b"\x89PNG")
        with pytest.raises(PackagerError, match="not me"):
            render("digraph {a}", "pdf")

    def test_it_is_found_beside_an_interpreter_that_is_not_on_path(self) -> None:
        code = "from prov4ml_packager.graph import render; print(render('digraph {a}', 'svg')[:5])"
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
            render("digraph {", "svg")

    def test_any_dot_loses_what_could_lead_elsewhere(self) -> None:
        svg = plain_svg(render('digraph {a [URL="javascript:alert(1)", tooltip=t]}', "svg"))
        assert b"javascript" not in svg
        assert b"<ellipse" in svg


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
