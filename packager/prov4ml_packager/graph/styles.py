"""Colours of a picture. Shapes are the W3C's in every style."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .relations import NodeKind

Style = Literal["prov", "mono", "dark"]

FONT = "Arial"
SHAPES: Mapping[NodeKind, str] = {
    "entity": "ellipse",
    "activity": "box",
    "agent": "house",
    "unnamed": "circle",
}


@dataclass(frozen=True)
class Palette:
    """Fill and outline of each kind of node, and the colours of everything else.

    Attributes:
        nodes: fill and outline by kind.
        text: of labels in nodes.
        line: of arrows.
        faint: of frames and of what is no relation of PROV.
        label: of arrows' labels and captions.
        background: of the whole picture.
    """

    nodes: Mapping[NodeKind, tuple[str, str]]
    text: str
    line: str
    faint: str
    label: str
    background: str


PALETTES: Mapping[Style, Palette] = {
    # The colours of the W3C's own diagrams (PROV-DM, section 2.1).
    "prov": Palette(
        {
            "entity": ("#FFFC87", "#808080"),
            "activity": ("#9FB1FC", "#0000FF"),
            "agent": ("#FDB266", "#A0522D"),
            "unnamed": ("#FFFFFF", "#808080"),
        },
        text="#000000",
        line="#555555",
        faint="#999999",
        label="#333333",
        background="#FFFFFF",
    ),
    "mono": Palette(
        {
            "entity": ("#FFFFFF", "#000000"),
            "activity": ("#E4E4E4", "#000000"),
            "agent": ("#FFFFFF", "#000000"),
            "unnamed": ("#FFFFFF", "#000000"),
        },
        text="#000000",
        line="#000000",
        faint="#777777",
        label="#000000",
        background="#FFFFFF",
    ),
    "dark": Palette(
        {
            "entity": ("#5A5413", "#D9CF4A"),
            "activity": ("#27356F", "#8FA3FF"),
            "agent": ("#6B3D12", "#F0A45B"),
            "unnamed": ("#1B1D21", "#9AA0A6"),
        },
        text="#F4F4F4",
        line="#A8ADB3",
        faint="#6F757B",
        label="#C9CDD2",
        background="#1B1D21",
    ),
}
STYLES: tuple[Style, ...] = tuple(PALETTES)
