"""The drawing in a crate, always by the renderer that comes with us, so that its bytes never differ."""

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

from ..errors import PackagerError
from .archive.workers import start_workers


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


@contextmanager
def drawing_ahead(documents: Sequence[Path]) -> Iterator[Callable[[Path], bytes]]:
    """Yield a `draw_graph` for documents that are asked for in this order, the next ones on their way.

    A picture is laid out by another process, for which nothing else need wait.
    """
    with start_workers() as workers:
        pool = workers.pool
        if pool is None or len(documents) < 2:
            yield draw_graph
            return
        left = iter(documents)
        waiting: deque[tuple[Path, Future[bytes]]] = deque()

        def start_next() -> None:
            if (document := next(left, None)) is not None:
                waiting.append((document, pool.submit(draw_graph, document)))

        def drawn(document: Path) -> bytes:
            if not waiting or waiting[0][0] != document:
                return draw_graph(document)
            _, picture = waiting.popleft()
            start_next()
            return picture.result()

        for _ in range(workers.ahead):
            start_next()
        try:
            yield drawn
        finally:
            for _, picture in waiting:
                picture.cancel()
