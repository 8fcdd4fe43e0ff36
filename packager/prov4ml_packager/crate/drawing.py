"""The drawing in a crate, always by the renderer that comes with us, so that its bytes never differ."""

import json
from pathlib import Path

from ..errors import PackagerError


def draw_graph(prov: Path) -> bytes:
    """Return the SVG of a PROV-JSON document.

    Raises:
        PackagerError: the document cannot be read.
    """
    from ..graph import document_to_svg

    try:
        document = json.loads(prov.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise PackagerError(f"is no PROV-JSON: {error}", path=prov) from error
    return document_to_svg(document)
