"""Pictures as files: of whatever holds a provenance document, and of DOT."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from prov4ml_validators.collector import without_collector

from .atomic import atomic_file
from .documents import load_documents
from .errors import PackagerError
from .graph import Drawing, GraphOptions, plain_svg, render, viewer_fragment, viewer_page

GraphKind = Literal["dot", "svg", "png", "pdf", "html", "mermaid"]

_KINDS: dict[str, GraphKind] = {
    ".dot": "dot",
    ".gv": "dot",
    ".svg": "svg",
    ".png": "png",
    ".pdf": "pdf",
    ".html": "html",
    ".htm": "html",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
}


@dataclass(frozen=True)
class DrawnGraph:
    """A picture that was written.

    Attributes:
        output: the file.
        caption: how many records are drawn one by one, counted, and left out.
        notes: what a user should know of how it was drawn, one line each.
    """

    output: Path
    caption: str
    notes: tuple[str, ...]


def graph_kind(output: Path) -> GraphKind:
    """Return what to draw from a file's name.

    Raises:
        PackagerError: its ending is none of the known ones.
    """
    kind = _KINDS.get(output.suffix.lower())
    if kind is None:
        raise PackagerError(
            "does not say what to draw",
            path=output,
            hint="end its name in .svg, .png, .pdf, .html, .dot or .mmd",
        )
    return kind


def draw_graph(
    source: Path, output: Path, *, kind: GraphKind | None = None, options: GraphOptions | None = None
) -> DrawnGraph:
    """Draw the provenance of a run directory, a PROV document in any form, or a crate.

    Args:
        source: what to draw.
        output: the file to write; an older one is replaced in one step.
        kind: what to write; by the name of `output` if None.
        options: what is drawn, and how.

    Raises:
        PackagerError: the source has no document, `options` name nothing in it, the picture cannot be drawn,
            or the file cannot be written.
        Unreadable: the source is a crate that cannot be read.
    """
    kind = kind or graph_kind(output)
    options = options or GraphOptions()
    with without_collector():
        document = load_documents(source)
        if kind == "html":
            graph = viewer_fragment(document, options)
            _write(output, viewer_page(graph, title=source.resolve().name).encode("utf-8"))
            return DrawnGraph(output, graph.caption, graph.notes)
        drawing = Drawing(document, options)
        if kind == "dot" or kind == "mermaid":
            _write(output, (drawing.dot if kind == "dot" else drawing.mermaid).encode("utf-8"))
        else:
            _write(output, drawing.image(kind))
        return DrawnGraph(output, drawing.picture.caption, tuple(drawing.notes))


def render_dot_file(source: Path, output: Path) -> Path:
    """Render a DOT file as SVG.

    Raises:
        PackagerError: the file cannot be read, is no DOT, or the picture cannot be written.
    """
    try:
        dot = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PackagerError(f"cannot be read as DOT ({error})", path=source) from error
    _write(output, plain_svg(render(dot, "svg")))
    return output


def _write(output: Path, content: bytes) -> None:
    try:
        with atomic_file(output) as temporary:
            temporary.write_bytes(content)
    except OSError as error:
        raise PackagerError(f"cannot be written ({error.strerror or error})", path=output) from error
