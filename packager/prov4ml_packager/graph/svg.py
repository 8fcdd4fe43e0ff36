"""The SVG that Graphviz writes, made safe, small and telling: no links, whole values in the tooltips."""

import re
from xml.etree import ElementTree

from ..errors import PackagerError
from .labels import title, whole_tooltip
from .picture import Picture, arrow_label
from .text import escaped, shown

_SVG = "{http://www.w3.org/2000/svg}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
# All of them have the widths that the layout was made with.
_FONTS = "Arial,Arimo,'Liberation Sans',Helvetica,'Nimbus Sans',sans-serif"
# The document type would let a careless reader fetch it; comments carry the version of Graphviz.
_NOT_CONTENT = re.compile(rb"<!DOCTYPE[^>]*>\s*|<!--.*?-->\s*", re.DOTALL)


def plain_svg(svg: bytes) -> bytes:
    """Return any SVG of Graphviz without links, comments and document type.

    Raises:
        PackagerError: it is no XML.
    """
    return _written(_parsed(svg))


def telling_svg(svg: bytes, picture: Picture, *, prefix: str = "", whole: bool = True) -> bytes:
    """Return the SVG of a picture with tooltips that browsers show and screen readers read.

    Nodes have the classes `node` and their kind and the ids `n0`, `n1`, …; arrows the class `edge` and the
    ids `e0`, `e1`, …, in the order of the picture.

    Args:
        svg: what Graphviz wrote.
        picture: what it was made from.
        prefix: what ids begin with, for several pictures in one page.
        whole: whether tooltips of nodes hold all attributes, or the label alone.

    Raises:
        PackagerError: it is no XML.
    """
    root = _parsed(svg)
    names = [shown(group.first.label, 100) for group in picture.groups]
    for element in root.iter(f"{_SVG}g"):
        identifier = element.attrib.pop("id", "")
        number = identifier[1:]
        heading = element.find(f"{_SVG}title")
        if heading is None or not number.isdigit() or identifier[0] not in "ne":
            continue
        element.set("id", f"{prefix}{identifier}")
        if identifier[0] == "n":
            group = picture.groups[int(number)]
            heading.text = whole_tooltip(group) if whole else title(group)
        else:
            arrow = picture.arrows[int(number)]
            heading.text = f"{names[arrow.effect]} {arrow_label(arrow)} {names[arrow.cause]}"
            _haloed(element)
    graph = root.find(f"{_SVG}g")
    heading = None if graph is None else graph.find(f"{_SVG}title")
    if heading is not None:
        heading.text = f"Provenance graph: {escaped(picture.caption)}"
    root.set("role", "img")
    return _written(root)


def _haloed(arrow: ElementTree.Element) -> None:
    """Give the label of an arrow, instead of a box behind it, a rim that fits whatever font is there."""
    for parent in list(arrow.iter()):
        for box in [one for one in parent if one.tag == f"{_SVG}polygon"]:
            if box.get("stroke") in ("none", "transparent"):
                parent.remove(box)
                for text in parent.iter(f"{_SVG}text"):
                    text.set("paint-order", "stroke")
                    text.set("stroke", box.get("fill", "none"))
                    text.set("stroke-width", "4")
                    text.set("stroke-linejoin", "round")


def _parsed(svg: bytes) -> ElementTree.Element:
    try:
        root = ElementTree.fromstring(_NOT_CONTENT.sub(b"", svg))
    except ElementTree.ParseError as error:
        raise PackagerError(f"Graphviz wrote SVG that is no XML: {error}") from error
    for element in root.iter():
        _unwrap(element)
        if element.tag == f"{_SVG}text":
            element.attrib.pop(_SPACE, None)
            if element.get("font-family", "").startswith("Arial"):
                element.set("font-family", _FONTS)
    return root


def _unwrap(parent: ElementTree.Element) -> None:
    """Put what is in a link, and in the group that Graphviz makes around one, in its place."""
    at = 0
    while at < len(parent):
        child = parent[at]
        if child.tag == f"{_SVG}a" or child.get("id", "").startswith("a_"):
            parent[at : at + 1] = list(child)
        else:
            at += 1


def _written(root: ElementTree.Element) -> bytes:
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        if element.text is None or not element.text.strip():
            element.text = None
        element.tail = "\n"
    root.set("xmlns", _SVG.strip("{}"))
    content: bytes = ElementTree.tostring(root, "utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + content
