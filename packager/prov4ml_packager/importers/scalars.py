"""Values of other trackers as plain values."""

import re

from ..record import JsonValue

_INTEGER = re.compile(r"-?[0-9]{1,300}")
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


def json_number(value: object) -> float | None:
    """Return a number of JSON as a float; None for anything else and for an integer too large for one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None
