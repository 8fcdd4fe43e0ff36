"""Text in DOT: escaped and bounded, whatever it contains. Labels are never HTML."""

import re

# What XML 1.0 cannot carry, and what is not seen but changes how the rest is: C1 controls, line separators,
# bidirectional overrides. A backslash stays: documents of ours hold such forms already (`text.escape_text`).
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]"
)


def shown(text: str, limit: int) -> str:
    r"""Return text on one line of at most `limit` characters; what cannot be seen is written `\uXXXX`.

    Too long a text loses its middle: paths and numbered names differ at their ends.
    """
    if len(text) > 4 * limit:  # white space may go yet, but no more than a picture's share is looked at
        text = f"{text[: 2 * limit]}…{text[-2 * limit :]}"
    line = _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", " ".join(text.split()))
    if len(line) <= limit:
        return line
    tail = limit // 2
    return f"{line[: limit - tail - 1].rstrip()}…{line[-tail:].lstrip()}"


def quoted(*lines: str) -> str:
    r"""Return lines as one quoted string of DOT.

    Graphviz reads `\N`, `\G`, `\l` and the like in labels, and HTML's entities: a backslash is doubled and
    an ampersand becomes its entity, so that both come out as they went in.
    """
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines)
    return '"' + "\\n".join(escaped) + '"'
