"""From a PROV-JSON document to a picture in any form."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..errors import PackagerError
from .columns import columns
from .dot import picture_to_dot
from .folding import fold
from .mermaid import MOST_ARROWS, MOST_CHARACTERS, picture_to_mermaid
from .model import Graph, read_graph
from .picture import Detail, Picture
from .render import ImageFormat, render
from .selection import around, find_node, lineage, part
from .styles import Style
from .svg import telling_svg
from .text import shown

_MOST_NODES = 300
_MOST_ARROWS = 600
_LAYOUT_SECONDS = 120.0
_COLUMNS_SECONDS = 1800.0
"""Columns take seconds for a hundred thousand nodes, but the machine may have other things to do."""


@dataclass(frozen=True)
class GraphOptions:
    """What of a document is drawn, and how.

    Attributes:
        detail: how much is folded: `overview`, `summary` or `full`.
        style: the colours: `prov` are the W3C's, `mono` prints in black and white, `dark` is for screens.
        focus: identifier or label of a thing; only what is near it is drawn.
        depth: how many arrows away from `focus`.
        lineage: identifier or label of a thing; only what it came from is drawn.
    """

    detail: Detail = "summary"
    style: Style = "prov"
    focus: str | None = None
    depth: int = 2
    lineage: str | None = None


_DEFAULT = GraphOptions()


def make_picture(document: Mapping[str, Any] | Graph, options: GraphOptions = _DEFAULT) -> Picture:
    """Return what is to be drawn of any PROV-JSON document.

    Raises:
        PackagerError: `focus` or `lineage` names nothing in the document, or several things.
    """
    graph = document if isinstance(document, Graph) else read_graph(document)
    chosen = frozenset(range(len(graph.nodes)))
    words, start = [], None
    if options.lineage is not None:
        start = find_node(graph, options.lineage)
        chosen &= lineage(graph, start)
        words.append(f"what {shown(graph.nodes[start].label, 40)} came from")
    if options.focus is not None:
        start = find_node(graph, options.focus)
        chosen &= around(graph, start, options.depth)
        words.append(f"what is near {shown(graph.nodes[start].label, 40)} (depth {options.depth})")
    if start is None:
        return fold(graph, options.detail)
    alone = sorted(chosen).index(start) if start in chosen else None
    picture = fold(part(graph, chosen), options.detail, whole=graph, alone=alone)
    marked = next((at for at, group in enumerate(picture.groups) if group.first is graph.nodes[start]), None)
    return replace(picture, selection=" and ".join(words), marked=marked)


class Drawing:
    """A picture with its layout, to be had in every form.

    A picture of more than 300 nodes or 600 arrows, and one without a layered layout after two minutes, is
    laid out in plain columns and rows, which takes a moment for any number.
    """

    def __init__(self, document: Mapping[str, Any] | Graph, options: GraphOptions = _DEFAULT) -> None:
        """Choose what is drawn of a PROV-JSON document, or of one that was read already.

        Raises:
            PackagerError: `focus` or `lineage` names nothing in the document, or several things.
        """
        self.picture = make_picture(document, options)
        self.style = options.style
        self.notes: list[str] = []
        """What a user should know of how it was drawn, one line each."""
        self._placed = False
        nodes, arrows = len(self.picture.groups), len(self.picture.arrows)
        if nodes > _MOST_NODES or arrows > _MOST_ARROWS:
            self._place(
                f"{nodes:,} nodes and {arrows:,} arrows are too many for a layered layout; "
                "drawn in plain columns"
            )

    def _place(self, why: str) -> None:
        self._placed = True
        self.notes.append(why)

    @property
    def dot(self) -> str:
        """Return the picture as DOT text."""
        positions = columns(self.picture) if self._placed else None
        return picture_to_dot(self.picture, style=self.style, positions=positions)

    @property
    def mermaid(self) -> str:
        """Return the picture as Mermaid text."""
        text = picture_to_mermaid(self.picture, style=self.style)
        if len(text) > MOST_CHARACTERS or len(self.picture.arrows) > MOST_ARROWS:
            self.notes.append(
                f"{len(text):,} characters and {len(self.picture.arrows):,} arrows are more than Mermaid "
                f"draws by default ({MOST_CHARACTERS:,} and {MOST_ARROWS}); use --detail overview"
            )
        return text

    def image(self, image: ImageFormat) -> bytes:
        """Return the picture as SVG, PNG or PDF. SVG and PNG are the same on every machine.

        Raises:
            PackagerError: no program to draw is installed, or it fails.
        """
        content = self._laid_out(image)
        return telling_svg(content, self.picture) if image == "svg" else content

    def _laid_out(self, image: ImageFormat) -> bytes:
        if not self._placed:
            try:
                return render(self.dot, image, timeout=_LAYOUT_SECONDS)
            except PackagerError as error:
                if not error.path:  # nothing to draw with is installed
                    raise
                self._place(f"{error.message}; drawn in plain columns instead")
        return render(self.dot, image, timeout=_COLUMNS_SECONDS)

    def svg_element(self, prefix: str) -> str:
        """Return the SVG as an element of a web page, with short tooltips.

        Args:
            prefix: what its ids begin with.

        Raises:
            PackagerError: as `image`.
        """
        content = telling_svg(self._laid_out("svg"), self.picture, prefix=prefix, whole=False)
        return content.decode("utf-8").partition("\n")[2]


def document_to_dot(document: Mapping[str, Any], detail: Detail = "summary") -> str:
    """Return a picture of any PROV-JSON document as DOT text; see `picture_to_dot`."""
    return Drawing(document, GraphOptions(detail)).dot


def document_to_svg(document: Mapping[str, Any], detail: Detail = "summary") -> bytes:
    """Return a picture of any PROV-JSON document as SVG, the same on every machine.

    Raises:
        PackagerError: no program to draw is installed, or it fails.
    """
    return Drawing(document, GraphOptions(detail)).image("svg")
