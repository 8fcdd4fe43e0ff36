"""Pictures of any PROV-JSON document: DOT, and SVG with or without an installed Graphviz."""

from .dot import document_to_dot
from .folding import Detail
from .render import render_svg

__all__ = ["Detail", "document_to_dot", "render_svg"]
