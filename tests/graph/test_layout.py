"""The layout in plain columns: nothing overlaps, causes stand left, and any size takes a moment."""

import re
import time
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest

from prov4ml_packager.graph import Drawing, GraphOptions
from prov4ml_packager.graph.columns import columns

from .documents import make_document

SVG = "{http://www.w3.org/2000/svg}"
Box = tuple[float, float, float, float]


def boxes(svg: bytes) -> dict[int, Box]:
    """Return left, top, right and bottom of the shape of each node."""
    found = {}
    for node in ElementTree.fromstring(svg).iter(f"{SVG}g"):
        if not (node.get("class") or "").startswith("node"):
            continue
        xs: list[float] = []
        ys: list[float] = []
        for shape in node.iter():
            if shape.tag == f"{SVG}ellipse":
                x, y, rx, ry = (float(shape.get(name, "nan")) for name in ("cx", "cy", "rx", "ry"))
                xs += [x - rx, x + rx]
                ys += [y - ry, y + ry]
            elif shape.tag == f"{SVG}polygon":
                points = [tuple(map(float, one.split(","))) for one in shape.get("points", "").split()]
                xs += [x for x, _ in points]
                ys += [y for _, y in points]
        found[int((node.get("id") or "")[1:])] = (min(xs), min(ys), max(xs), max(ys))
    return found


def overlapping(found: dict[int, Box]) -> list[tuple[int, int]]:
    rows = sorted(found.items(), key=lambda one: one[1][0])
    wrong = []
    for at, (one, (_, top, right, bottom)) in enumerate(rows):
        for other, (left, other_top, _, other_bottom) in rows[at + 1 :]:
            if left >= right:
                break
            if top < other_bottom and other_top < bottom:
                wrong.append((one, other))
    return wrong


def many(number: int, label: str = "") -> dict[str, Any]:
    return {
        "entity": {f"e{at}": {"prov:label": f"{label} {at}", "prov:type": "T"} for at in range(number)},
        "activity": {f"a{at}": {} for at in range(0, number, 3)},
        "agent": {"g": {}, "h": {}},
        "used": {
            f"_:{at}": {"prov:activity": f"a{at}", "prov:entity": f"e{at}"} for at in range(0, number, 3)
        },
        "wasGeneratedBy": {
            f"_:{at}": {"prov:entity": f"e{at + 1}", "prov:activity": f"a{at}"}
            for at in range(0, number - 1, 3)
        },
        "wasAssociatedWith": {
            f"_:{at}": {"prov:activity": f"a{at}", "prov:agent": "g"} for at in range(0, number, 9)
        },
    }


@pytest.mark.parametrize(
    "label", ["model", "MWWW@%MWWW WIDE", "訓練データの版", "a very long name of a thing " * 4]
)
def test_no_two_nodes_overlap_whatever_their_labels(label: str) -> None:
    drawing = Drawing(many(400, label), GraphOptions("full"))
    assert drawing.notes == [
        "536 nodes and 312 arrows are too many for a layered layout; drawn in plain columns"
    ]
    assert overlapping(boxes(drawing.image("svg"))) == []


@pytest.mark.parametrize("detail", ["overview", "summary", "full"])
def test_the_layered_layout_overlaps_neither(detail: Any) -> None:
    for seed in range(5):
        assert overlapping(boxes(Drawing(make_document(seed), GraphOptions(detail)).image("svg"))) == []


def test_causes_stand_left_of_effects() -> None:
    picture = Drawing(many(400), GraphOptions("full")).picture
    places = columns(picture)
    assert all(places[arrow.cause][0] < places[arrow.effect][0] for arrow in picture.arrows)


def test_a_long_chain_goes_on_below_as_text_does() -> None:
    document = {
        "entity": {f"e{at}": {} for at in range(2000)},
        "wasDerivedFrom": {
            f"_:{at}": {"prov:generatedEntity": f"e{at + 1}", "prov:usedEntity": f"e{at}"}
            for at in range(1999)
        },
    }
    places = columns(Drawing(document, GraphOptions("full")).picture)
    across = max(x for x, _ in places.values()) - min(x for x, _ in places.values())
    down = max(y for _, y in places.values()) - min(y for _, y in places.values())
    assert 0.3 < across / down < 10
    in_order = [places[at] for at in range(2000)]
    assert all(after[0] > before[0] or after[1] < before[1] for before, after in pairwise(in_order))


def test_cycles_end() -> None:
    document = {
        "entity": {f"e{at}": {} for at in range(500)},
        "wasDerivedFrom": {
            f"_:{at}{step}": {"prov:generatedEntity": f"e{(at + step) % 500}", "prov:usedEntity": f"e{at}"}
            for at in range(500)
            for step in (0, 1, 7)
        },
    }
    assert len(columns(Drawing(document, GraphOptions("full")).picture)) == 500


def test_a_document_of_the_largest_known_size_is_quick_in_full() -> None:
    started = time.monotonic()
    drawing = Drawing(many(3000), GraphOptions("full"))
    assert len(boxes(drawing.image("svg"))) == 4002
    assert time.monotonic() - started < 30


def test_a_layout_that_takes_too_long_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prov4ml_packager.graph.drawing._LAYOUT_SECONDS", 0.0)
    drawing = Drawing({"entity": {"e": {}}})
    svg = drawing.image("svg")
    assert drawing.notes == ["no layout after 0 seconds; drawn in plain columns instead"]
    assert re.search(rb">e</text>", svg)
