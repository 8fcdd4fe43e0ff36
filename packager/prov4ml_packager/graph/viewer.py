"""A page to look around in: the SVG of each level of detail, and a script to pan, zoom, choose and find."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from importlib.resources import files
from itertools import islice
from typing import Any

from .drawing import Drawing, GraphOptions
from .labels import LONGEST_VALUE, title
from .model import read_graph
from .naming import counted, headline, plural
from .picture import DETAILS, Detail, Group, Picture, arrow_label
from .text import escaped, shown

_MEMBERS = 500
_MOST_VALUES = 8 << 20
_SHORTENED = 2_000
_LARGEST_FULL = 300
_LARGEST_FULL_ARROWS = 900
_DEFAULT = GraphOptions()


@dataclass(frozen=True)
class ViewerFragment:
    """A graph for a web page, in the three parts that a page puts in three places.

    Attributes:
        html: the element with its toolbar, pictures and data. It has no script that runs, no style and no
            address; everything from the document in it is escaped.
        style: the style sheet, the same for every graph: put it into the page once.
        script: the script, the same for every graph: put it into the page once, anywhere. It finds the
            graphs by itself.
        caption: how many records are drawn one by one and counted, at the level shown first.
        notes: what a user should know of how it was drawn, one line each.
    """

    html: str
    style: str
    script: str
    caption: str
    notes: tuple[str, ...]


def viewer_fragment(
    document: Mapping[str, Any],
    options: GraphOptions = _DEFAULT,
    *,
    name: str = "graph",
    details: Sequence[Detail] | None = None,
) -> ViewerFragment:
    """Return the provenance graph of a PROV-JSON document for a web page of yours.

    The page needs no network and no more policy than the hashes of the two texts::

        graph = viewer_fragment(document, name="run-1")
        page = f"<style>{graph.style}</style>{graph.html}<script>{graph.script}</script>"
        policy = f"default-src 'none'; style-src {csp_hash(graph.style)}; script-src {csp_hash(graph.script)}"

    It fills the element that it is in, so give that a height. Its colours are the variables `--pg-…` of the
    class `pg`, light or dark as the reader's system, or as `data-theme="light|dark"` of the root element
    says. Without scripts the first picture is there all the same.

    Args:
        document: parsed PROV-JSON.
        options: what is drawn; `detail` is the level shown first.
        name: begins all ids, so it must be another for each graph of a page. Letters, digits and `-`.
        details: the levels to switch between; None for all, `full` only where it is of a size to be read.

    Raises:
        PackagerError: as `Drawing`.
    """
    graph = read_graph(document)
    levels = details or DETAILS
    if options.detail not in levels:
        raise ValueError(f"the level shown first, {options.detail!r}, is none of {list(levels)}")
    drawings = {detail: Drawing(graph, replace(options, detail=detail)) for detail in levels}
    if details is None:
        drawings = {
            detail: drawing
            for detail, drawing in drawings.items()
            if detail == options.detail or _readable(drawing.picture)
        }
    return _fragment(drawings, options, name)


def viewer_page(graph: ViewerFragment, *, title: str) -> str:
    """Return a whole page with nothing but the graph; it loads nothing and works from a file.

    Args:
        graph: what to show.
        title: the name of the page.
    """
    style = (
        "html,body,main{margin:0;height:100%}"
        f"h1{{position:absolute;margin:0;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}}{graph.style}"
    )
    name = escape(shown(title, 120))
    policy = (
        f"default-src 'none'; style-src {csp_hash(style)}; script-src {csp_hash(graph.script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{name}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"<main>\n<h1>{name}</h1>\n{graph.html}\n</main>\n<script>{graph.script}</script>\n</body>\n</html>\n"
    )


def csp_hash(text: str) -> str:
    """Return what a Content-Security-Policy calls an inline style or script with this text."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _readable(picture: Picture) -> bool:
    return len(picture.groups) <= _LARGEST_FULL and len(picture.arrows) <= _LARGEST_FULL_ARROWS


@cache
def _asset(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _fragment(drawings: Mapping[Detail, Drawing], options: GraphOptions, name: str) -> ViewerFragment:
    buttons = "".join(
        f'<button type="button" data-level="{detail}">{detail.capitalize()}</button>' for detail in drawings
    )
    pictures = "".join(
        f'<div class="pg-picture" data-level="{detail}"{"" if detail == options.detail else " hidden"}>'
        f"{drawing.svg_element(f'{name}-{detail}-')}</div>"
        for detail, drawing in drawings.items()
    )
    data = json.dumps({detail: _data(drawing.picture) for detail, drawing in drawings.items()})
    # In a script element only these could end it or begin a comment; JSON reads the escape as the character.
    data = data.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    html = (
        f'<section class="pg" data-prov-graph data-level="{options.detail}" data-style="{options.style}" '
        'aria-label="Provenance graph">'
        '<div class="pg-bar" role="toolbar" aria-label="Graph" hidden>'
        f'<div class="pg-group" role="group" aria-label="Level of detail">{buttons}</div>'
        '<div class="pg-group" role="group" aria-label="Zoom">'
        '<button type="button" data-zoom="out" aria-label="Zoom out">−</button>'
        '<button type="button" data-zoom="in" aria-label="Zoom in">+</button>'
        '<button type="button" data-zoom="fit">Fit</button></div>'
        '<input class="pg-find" type="search" placeholder="Find" aria-label="Find a node">'
        '<span class="pg-status" role="status"></span></div>'
        '<div class="pg-body"><div class="pg-stage" tabindex="0" role="group" '
        'aria-label="Graph: arrow keys move, + and - zoom, Tab goes to the nodes, Enter opens one">'
        f"{pictures}</div>"
        '<div class="pg-details" role="region" aria-label="Details" aria-live="polite" hidden></div></div>'
        f'<script type="application/json" class="pg-data">{data}</script></section>'
    )
    first = drawings[options.detail]
    return ViewerFragment(
        html, _asset("viewer.css"), _asset("viewer.js"), first.picture.caption, tuple(first.notes)
    )


def _data(picture: Picture) -> dict[str, Any]:
    values = sum(len(value) for group in picture.groups for _, value in _attributes(group, LONGEST_VALUE))
    longest = LONGEST_VALUE if values <= _MOST_VALUES else _SHORTENED
    return {
        "caption": escaped(picture.caption),
        "nodes": [_node(group, longest) for group in picture.groups],
        "arrows": [[arrow_label(arrow), arrow.effect, arrow.cause] for arrow in picture.arrows],
    }


def _node(group: Group, longest: int) -> dict[str, Any]:
    single = len(group.members) == 1
    node = group.first
    about = f"{node.kind} {escaped(node.key[1])}"
    if node.kind == "unnamed":
        about = "an end that the document leaves open"
    elif not single:
        about = f"{len(group.members):,} {plural(node.kind)}"
        about += f", {counted(group.inner, 'relation')} among them" if group.inner else ""
    elif not node.records:
        about += ", declared nowhere in the document"
    return {
        "title": title(group),
        "kind": node.kind if single else plural(node.kind),
        "about": about,
        "attributes": [[escaped(name), escaped(value)] for name, value in _attributes(group, longest)],
        "members": [] if single else [headline(one, 120) for one in islice(group.members, _MEMBERS)],
        "more": 0 if single else max(0, len(group.members) - _MEMBERS),
    }


def _attributes(group: Group, longest: int) -> list[tuple[str, str]]:
    if len(group.members) > 1:
        return []
    return [
        (name, value if len(value) <= longest else f"{value[:longest]}… ({len(value):,} characters)")
        for name, value in group.first.attributes
    ]
