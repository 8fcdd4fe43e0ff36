"""A picture as DOT, in the colours and shapes of the W3C (PROV-DM, section 2.1), left to right in time."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from .frames import frames_of
from .labels import lines, short_tooltip
from .picture import Arrow, Group, Picture, arrow_label, is_part_of
from .styles import FONT, PALETTES, SHAPES, Palette, Style
from .text import LEFT, quoted, shown

Position = tuple[float, float]
_CAPTION = 150


def picture_to_dot(
    picture: Picture, *, style: Style = "prov", positions: Mapping[int, Position] | None = None
) -> str:
    """Return a picture as DOT text.

    Entities are ellipses, activities boxes, agents houses in a frame of their own; a dashed line marks what a
    relation mentions and nothing declares, a double line a fold with its count, a small circle the end that a
    relation leaves open. Arrows point from effect to cause as PROV defines them, and causes stand left of
    effects. Bundles, and activities inside another with what belongs to them alone, are frames.

    Labels are plain text of at most 36 characters a line; tooltips are shortened. Whatever the document
    contains, the result is legal DOT, and the same picture gives the same text.

    Args:
        picture: what to draw.
        style: its colours.
        positions: centre of each group in points, for pictures that are too large for Graphviz to lay out;
            the text then asks for the layout `nop`, which takes them as they are.
    """
    palette = PALETTES[style]
    parts = [_header(palette, placed=positions is not None)]
    if positions is None:
        parts.extend(_framed_nodes(picture, palette))
    else:
        for at, group in enumerate(picture.groups):
            parts.append(_node(at, group, palette, marked=at == picture.marked, position=positions[at]))
    for at, arrow in enumerate(picture.arrows):
        parts.append(_arrow(at, arrow, palette, placed=positions is not None))
    parts.append(_caption(picture, palette))
    return "".join([*parts, "}\n"])


def _header(palette: Palette, *, placed: bool) -> str:
    layout, line = "nodesep=0.22, ranksep=0.6, newrank=true", palette.line
    arrows = "arrowsize=0.7"
    if placed:  # so many arrows would cover all else
        layout, line = "layout=nop, splines=line, outputorder=edgesfirst", f"{palette.line}50"
        arrows = "arrowsize=0.4, penwidth=0.5"
    return (
        "digraph prov {\n"
        f'  graph [rankdir=LR, {layout}, charset="UTF-8", fontname="{FONT}", fontsize=12,\n'
        f'         tooltip=" ", bgcolor="{palette.background}"];\n'
        f'  node [style=filled, fontname="{FONT}", fontsize=12, margin="0.16,0.06", '
        f'fontcolor="{palette.text}"];\n'
        f'  edge [dir=back, {arrows}, fontname="{FONT}", fontsize=10, color="{line}",\n'
        f'        fontcolor="{palette.label}"];\n'
    )


def _framed_nodes(picture: Picture, palette: Palette) -> Iterator[str]:
    inside: defaultdict[str, list[int]] = defaultdict(list)
    free = []
    frames = frames_of(picture)
    for at in range(len(picture.groups)):
        if at in frames.home:
            inside[frames.home[at]].append(at)
        else:
            free.append(at)
    for number, (frame, members) in enumerate(inside.items()):
        title = frames.titles[frame]
        yield f"  subgraph cluster_{number} {{\n"
        yield f'    label={quoted(title)}; style="rounded,dashed"; color="{palette.faint}"; '
        yield f'fontcolor="{palette.label}"; labelloc="t"; labeljust="l"; tooltip={quoted(title)};\n'
        for at in members:
            yield "  " + _node(at, picture.groups[at], palette, marked=at == picture.marked)
        yield "  }\n"
    for at in free:
        yield _node(at, picture.groups[at], palette, marked=at == picture.marked)


def _node(at: int, group: Group, palette: Palette, *, marked: bool, position: Position | None = None) -> str:
    fill, outline = palette.nodes[group.kind]
    style = f'shape={SHAPES[group.kind]}, fillcolor="{fill}", color="{outline}"'
    if group.kind == "unnamed":
        style += ", margin=0.02, width=0.2, height=0.2, fontsize=10"
    if len(group.members) > 1:
        style += ", peripheries=2"
    elif group.kind != "unnamed" and not group.first.records:
        style += ', style="filled,dashed"'
    if marked:
        style += ", penwidth=3"
    if position is not None:
        style += f', pos="{position[0]:.0f},{position[1]:.0f}"'
    label, tooltip = quoted(*lines(group)), quoted(*short_tooltip(group))
    return f"  n{at} [id=n{at}, class={group.kind}, label={label}, tooltip={tooltip}, {style}];\n"


def _arrow(at: int, arrow: Arrow, palette: Palette, *, placed: bool) -> str:
    text = quoted(arrow_label(arrow))
    # Names of relations are ours, so this label may be HTML: its background keeps it apart from other arrows.
    label = f'<<table border="0" cellspacing="0" cellpadding="1" bgcolor="{palette.background}"><tr>'
    label += f"<td>{arrow_label(arrow)}</td></tr></table>>"
    extra = f', style=dashed, color="{palette.faint}"' if is_part_of(arrow) else ""
    place = f"label={label}, "
    if placed:
        place = ""
    elif arrow.relation == "actedOnBehalfOf":
        # Agents stand above each other beside what they did; a label would lie on such an arrow.
        place, extra = f"xlabel={label}, ", f"{extra}, constraint=false"
    return f"  n{arrow.cause} -> n{arrow.effect} [id=e{at}, {place}tooltip={text}{extra}];\n"


def _caption(picture: Picture, palette: Palette) -> str:
    texts = [shown(part, _CAPTION) for part in picture.caption.split("; ")]
    return f'  label={quoted(*texts, end=LEFT)}; labelloc="b"; labeljust="l"; fontcolor="{palette.label}";\n'
