"""Values of other trackers as plain values."""

import math
import re

from ..record import JsonValue

_INTEGER = re.compile(r"-?[0-9]{1,300}")
_BOOLEANS = {"True": 1.0, "False": 0.0}
_LARGEST, _EXACT = 2**1023, 2**53
_FLOAT = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[+-][0-9]+)?|-?inf|nan")


def typed_text(text: str) -> JsonValue:
    """Return the int, float or bool whose `str` is exactly this text, else the text.

    Trackers that keep parameters as text write them with `str`, so this is what the user logged, and `str`
    of the result is the text again: nothing is lost where it was a text after all.
    """
    if text in ("True", "False"):
        return text == "True"
    if _INTEGER.fullmatch(text) and str(int(text)) == text:
        return int(text)
    if len(text) <= 32 and _FLOAT.fullmatch(text) and str(float(text)) == text:
        return float(text)
    return text


def json_number(value: object) -> int | float | None:
    """Return a number of JSON; None for anything else and for an integer that is larger than every float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if isinstance(value, float) or abs(value) < _LARGEST else None


def text_number(text: str) -> int | float | None:
    """Return the number of a cell of a table, a large whole one exactly; `True` and `False` are 1 and 0.

    None for anything else, and for a number that is larger than every float.
    """
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    try:
        number = float(text)
    except ValueError:
        return None
    if "_" in text or (math.isinf(number) and "n" not in text.lower()):
        return None  # Python reads 1_000, which no program writes, and 1e400 as an infinity
    return int(text) if abs(number) >= _EXACT and _INTEGER.fullmatch(text) else number
