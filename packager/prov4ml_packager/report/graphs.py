"""The provenance graph of a page: as much detail as the page has room for."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..graph import Detail, GraphOptions, ViewerFragment, viewer_fragment

_LEVELS: Sequence[Sequence[Detail]] = (("overview", "summary"), ("overview",))
_SMALLEST = 20_000
"""Characters below which no graph is tried: even that of a small run has more."""


def page_graph(document: Mapping[str, Any], name: str, most: int) -> ViewerFragment | None:
    """Return the graph of a PROV-JSON document, or None if not even its overview has room.

    Args:
        document: the document.
        name: begins the ids of its elements; another for each graph of a page.
        most: characters that it may have.
    """
    for levels in _LEVELS if most >= _SMALLEST else ():
        graph = viewer_fragment(document, GraphOptions(detail=levels[-1]), name=name, details=levels)
        if len(graph.html) <= most:
            return graph
    return None
