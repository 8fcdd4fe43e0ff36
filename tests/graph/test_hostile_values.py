"""Values of any length and content: short in the picture, whole in the tooltip, legal everywhere."""

from typing import Any
from xml.etree import ElementTree

import pytest

from prov4ml_packager.graph import STYLES, Drawing, GraphOptions

from ..provenance.sample_run import HOSTILE_NAMES

SVG = "{http://www.w3.org/2000/svg}"
LONG = {
    "a long word": "x" * 100_000,
    "many words": "word " * 20_000,
    "digits": "7" * 100_000,
    "html": "<b>&amp;\"'</b>" * 8_000,
    "right to left": "שלום עולם " * 10_000,
    "marks": "e" + "\u0301" * 100_000,
    "surrogates": "\ud83d" * 50_000,
    "controls": "\x00\x1b[31m\x7f" * 20_000,
    "wide": "訓練" * 50_000,
    "emoji": "👩‍🔬" * 20_000,
    "quotes and backslashes": '\\"' * 50_000,
    "numbers in a list": str([0.1] * 30_000),
}


def document(value: str) -> dict[str, Any]:
    return {
        "entity": {value: {"prov:label": value, "prov:type": value, value: value, "prov:value": value}},
        "activity": {f"a {value}": {}},
        "agent": {f"g {value}": {}},
        "used": {"_:1": {"prov:activity": f"a {value}", "prov:entity": value}},
    }


@pytest.mark.parametrize("name", LONG)
def test_a_value_of_100_000_characters_is_short_in_the_picture(name: str) -> None:
    drawing = Drawing(document(LONG[name]), GraphOptions("full"))
    root = ElementTree.fromstring(drawing.image("svg"))
    assert all(len(text.text or "") <= 150 for text in root.iter(f"{SVG}text"))
    assert float(root.get("width", "").removesuffix("pt")) < 2500
    assert all(len(line) < 20_000 for line in drawing.dot.splitlines())
    assert len(drawing.mermaid) < 20_000


@pytest.mark.parametrize("name", ["a long word", "many words", "right to left", "wide", "numbers in a list"])
def test_a_value_is_whole_in_the_tooltip(name: str) -> None:
    root = ElementTree.fromstring(Drawing(document(LONG[name]), GraphOptions("full")).image("svg"))
    tooltips = [one.findtext(f"{SVG}title") or "" for one in root.iter(f"{SVG}g")]
    assert any(f"prov:value: {LONG[name]}" in tooltip for tooltip in tooltips)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_draws_every_name(style: Any) -> None:
    names = {name: {"prov:label": name} for name in HOSTILE_NAMES}
    drawing = Drawing({"entity": names, "activity": {"a": {}}}, GraphOptions("full", style))
    assert len(ElementTree.fromstring(drawing.image("svg"))) == 1
    assert drawing.image("png").startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "name", [*HOSTILE_NAMES, "`x`", "%% x", "end", "1. one", "- x", "click n0 href x", "#35;"]
)
def test_mermaid_holds_nothing_but_plain_text(name: str) -> None:
    lines = Drawing(
        {"entity": {"e": {"prov:label": name}, "f": {}}}, GraphOptions("full")
    ).mermaid.splitlines()
    assert lines[0] == "flowchart RL"
    (label,) = (line.partition('(["')[2].partition('"])')[0] for line in lines if line.startswith("  n0"))
    assert not set(label.replace("<br/>", "")) - set(
        " abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:=+-/()#;"
    )
