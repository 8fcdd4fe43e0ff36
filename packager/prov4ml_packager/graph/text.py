"""Text in pictures: escaped and bounded, whatever it contains. Labels are never HTML."""

import re
import unicodedata

# What XML 1.0 cannot carry, and what is not seen but changes how the rest is: C1 controls, line separators,
# bidirectional overrides. A backslash stays: documents of ours hold such forms already (`text.escape_text`).
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_UNSEEN_BUT_LINES = re.compile(_UNSEEN.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))


def _code(match: "re.Match[str]") -> str:
    return f"\\u{ord(match[0]):04x}"


def shown(text: str, limit: int) -> str:
    r"""Return text on one line of at most `limit` characters; what cannot be seen is written `\uXXXX`.

    Too long a text loses its middle: paths and numbered names differ at their ends. A mark that stacks on
    the letter before it is dropped from the fourth on, so that no text climbs out of its line.
    """
    if len(text) > 4 * limit:  # white space may go yet, but no more than a picture's share is looked at
        text = f"{text[: 2 * limit]}…{text[-2 * limit :]}"
    line = _UNSEEN.sub(_code, _unstacked(" ".join(text.split())))
    if len(line) <= limit:
        return line
    tail = limit // 2
    return f"{line[: limit - tail - 1].rstrip()}…{line[-tail:].lstrip()}"


def _unstacked(text: str) -> str:
    if text.isascii():
        return text
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= 3:
            kept.append(character)
    return "".join(kept)


def escaped(text: str) -> str:
    r"""Return the whole text with what cannot be seen, or XML cannot carry, written `\uXXXX`."""
    return text if text.isascii() and text.isprintable() else _UNSEEN_BUT_LINES.sub(_code, text)


LEFT = "\\l"


def quoted(*lines: str, end: str = "\\n") -> str:
    r"""Return lines as one quoted string of DOT.

    Graphviz reads `\N`, `\G`, `\l` and the like in labels, and HTML's entities: a backslash is doubled and
    an ampersand becomes its entity, so that both come out as they went in.

    Args:
        lines: the text, line by line.
        end: how lines are set: centred, or `LEFT`.
    """
    escaped_lines = (line.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines)
    text = end.join(escaped_lines)
    return f'"{text}{end if end == LEFT else ""}"'


def width(text: str) -> float:
    """Return about how wide a line is, in widths of a digit; never less than Arial needs on average."""
    return sum(
        2.0 if unicodedata.east_asian_width(one) in "WF" else 1.3 if one.isupper() or one in "mwMW@%" else 1.0
        for one in text
    )
