"""Pictures as files: of whatever holds a provenance document, and of DOT."""

from pathlib import Path
from typing import Literal

from .atomic import atomic_file
from .documents import load_document
from .errors import PackagerError
from .graph import Detail, document_to_dot, render_svg

GraphKind = Literal["dot", "svg"]


def graph_kind(output: Path) -> GraphKind:
    """Return what to draw from a file's name.

    Raises:
        PackagerError: the name ends in neither `.dot` nor `.svg`.
    """
    suffix = output.suffix.lower()
    if suffix in (".dot", ".gv"):
        return "dot"
    if suffix == ".svg":
        return "svg"
    raise PackagerError("does not say what to draw", path=output, hint="end its name in .dot or .svg")


def draw_graph(
    source: Path, output: Path, *, kind: GraphKind | None = None, detail: Detail = "summary"
) -> Path:
    """Draw the provenance of a run directory, a PROV-JSON file or a crate.

    Args:
        source: what to draw.
        output: the file to write; an older one is replaced in one step.
        kind: `dot` or `svg`; by the name of `output` if None.
        detail: how much is folded.

    Returns:
        The file written.

    Raises:
        PackagerError: the source has no document, or the file cannot be written.
        Unreadable: the source is a crate that cannot be read.
    """
    kind = kind or graph_kind(output)
    dot = document_to_dot(load_document(source), detail)
    _write(output, dot.encode("utf-8") if kind == "dot" else render_svg(dot))
    return output


def render_dot_file(source: Path, output: Path) -> Path:
    """Render a DOT file as SVG.

    Raises:
        PackagerError: the file cannot be read, is no DOT, or the picture cannot be written.
    """
    try:
        dot = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PackagerError(f"cannot be read as DOT ({error})", path=source) from error
    _write(output, render_svg(dot))
    return output


def _write(output: Path, content: bytes) -> None:
    try:
        with atomic_file(output) as temporary:
            temporary.write_bytes(content)
    except OSError as error:
        raise PackagerError(f"cannot be written ({error.strerror or error})", path=output) from error
