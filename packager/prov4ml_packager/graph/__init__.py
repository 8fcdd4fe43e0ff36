"""Pictures of any PROV-JSON document: DOT, SVG, PNG, PDF, Mermaid and a page to look around in."""

from .drawing import Drawing, GraphOptions, document_to_dot, document_to_svg, make_picture
from .picture import DETAILS, Detail
from .render import render
from .styles import STYLES, Style
from .svg import plain_svg
from .viewer import ViewerFragment, csp_hash, viewer_fragment, viewer_page

__all__ = [
    "DETAILS",
    "STYLES",
    "Detail",
    "Drawing",
    "GraphOptions",
    "Style",
    "ViewerFragment",
    "csp_hash",
    "document_to_dot",
    "document_to_svg",
    "make_picture",
    "plain_svg",
    "render",
    "viewer_fragment",
    "viewer_page",
]
