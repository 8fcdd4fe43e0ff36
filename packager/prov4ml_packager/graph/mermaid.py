"""A picture as a Mermaid flowchart, which code hosts and wikis draw from a text block."""

from collections import defaultdict

from .frames import frames_of
from .labels import lines
from .picture import Arrow, Group, Picture, arrow_label, is_part_of
from .styles import PALETTES, Style
from .text import shown

MOST_ARROWS = 500
MOST_CHARACTERS = 50_000
"""Mermaid draws no more unless its page allows it (`maxEdges`, `maxTextSize`)."""

_SHAPES = {"entity": ("([", "])"), "activity": ("[", "]"), "agent": ("[/", "\\]"), "unnamed": ("((", "))")}
# Formulas and icons are looked for after numbers became characters again; a joiner that is not seen stops it.
_MEANINGFUL = (("$$", "$\u2060$"), ("fa:", "fa\u2060:"))
_PLAIN = frozenset(" abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:=+-/()")


def picture_to_mermaid(picture: Picture, *, style: Style = "prov") -> str:
    """Return a picture as Mermaid text; arrows point from effect to cause, and causes stand left.

    Every character that could mean something to Mermaid, Markdown or HTML is written by its number, so that
    whatever the document contains, the text is a legal flowchart and nothing in it is markup.
    """
    palette = PALETTES[style]
    parts = ["flowchart RL\n", f"  %% {_comment(picture.caption)}\n"]
    frames = frames_of(picture)
    inside: defaultdict[str, list[int]] = defaultdict(list)
    for at, frame in frames.home.items():
        inside[frame].append(at)
    for number, (frame, members) in enumerate(inside.items()):
        parts.append(f'  subgraph c{number}["{_text(frames.titles[frame])}"]\n')
        parts.extend(f"  {_node(at, picture.groups[at])}" for at in members)
        parts.append("  end\n")
    parts.extend(_node(at, group) for at, group in enumerate(picture.groups) if at not in frames.home)
    parts.extend(_arrow(arrow) for arrow in picture.arrows)
    for kind, (fill, outline) in palette.nodes.items():
        parts.append(f"  classDef {kind} fill:{fill},stroke:{outline},color:{palette.text}\n")
    parts.append("  classDef fold stroke-width:3px\n  classDef undeclared stroke-dasharray:4 3\n")
    return "".join(parts)


def _node(at: int, group: Group) -> str:
    opening, closing = _SHAPES[group.kind]
    label = "<br/>".join(_text(line) for line in lines(group))
    classes = f":::{group.kind}"
    extra = ""
    if len(group.members) > 1:
        extra = f"  class n{at} fold\n"
    elif group.kind != "unnamed" and not group.first.records:
        extra = f"  class n{at} undeclared\n"
    return f'  n{at}{opening}"{label}"{closing}{classes}\n{extra}'


def _arrow(arrow: Arrow) -> str:
    line = "-.->" if is_part_of(arrow) else "-->"
    return f"  n{arrow.effect} {line}|{_text(arrow_label(arrow))}| n{arrow.cause}\n"


def _comment(text: str) -> str:
    return shown(text.replace("%", "").replace("{", "(").replace("}", ")"), 400)


def _text(text: str) -> str:
    for one, other in _MEANINGFUL:
        text = text.replace(one, other)
    # At the beginning of a line Markdown may see a list in what is harmless elsewhere.
    return "".join(
        one if one in _PLAIN and (at > 0 or one.isalpha() or one == "(") else f"#{ord(one)};"
        for at, one in enumerate(text)
    )
