r"""Text that survives UTF-8, XML 1.0 and CSV: the reversible `\uXXXX` form of names.

Names come from users and may hold a NUL, a lone surrogate or a carriage return. Every product writes
them through `escape_text`, and readers get the true name back from `unescape_text`.
"""

import re

# What XML 1.0 (section 2.2, Char) leaves out, which includes all that UTF-8 cannot encode, and the
# carriage return: XML (section 2.11) and readers of CSV turn it into a line feed.
_UNSAFE = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\ud800-\\udfff\\ufffe\\uffff]"
    r"|\\(?=u[0-9a-fA-F]{4})"  # else a literal "\u0041" would come back as "A"
)
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


def escape_text(text: str) -> str:
    r"""Return the text with what UTF-8 or XML 1.0 cannot carry written as `\uXXXX`.

    A carriage return is escaped too, and so is a backslash that would otherwise begin such a form; all
    other text, other backslashes included, stays as it is.
    """
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def unescape_text(text: str) -> str:
    """Return what `escape_text` was given: the inverse for every text."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
