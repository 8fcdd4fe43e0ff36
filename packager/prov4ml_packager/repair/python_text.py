"""Values that were turned into text by Python's `str` or `repr`, as values again. Nothing is evaluated."""

import math
import re

from ..record import JsonValue

INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,3999})")
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NOT_FINITE = re.compile(r"([+-]?)(nan|inf|infinity)", re.IGNORECASE)
_WRAPPED = re.compile(
    r"(?:(?:np|numpy|torch|jnp)\.)?(?:u?int(?:8|16|32|64)?|b?float(?:16|32|64|128)?|bool_?|longdouble|str_"
    r"|tensor|array|Tensor|Array|asarray)\(\s*(?P<inner>.*?)\s*(?:,\s*[A-Za-z_]+\s*=.*)?\)",
    re.DOTALL,
)
_ENUM = re.compile(r"(?:Context|LoggingItemKind)\.([A-Za-z_][A-Za-z0-9_]*)")
_CONSTANTS: dict[str, JsonValue] = {"None": None, "True": True, "False": False}
_PADDED = re.compile(r"[+-]?0[0-9]")
_LONGEST = 200
"""Longer texts are neither numbers nor constants."""


def unwrap(text: str) -> str:
    """Return what stands in `np.float64(…)`, `tensor(…, device=…)`, `array(…)`, however deep."""
    while (match := _WRAPPED.fullmatch(text)) is not None:
        text = match["inner"].strip()
    return text


def member_name(text: str) -> str:
    """Return the name of a member of one of yProv4ML's enumerations: `TRAINING` of `Context.TRAINING`."""
    match = _ENUM.fullmatch(text)
    return match[1] if match else text


def number_of(text: str) -> int | float | None:
    """Return the number that a text is, also one that is wrapped; None if it is none.

    A whole number stays one. NaN and infinities are numbers. `True` is none, and so is what no float holds,
    such as `1e400`. A tensor of one element is its number.
    """
    if len(text) > _LONGEST:
        return None
    stripped = text.strip()
    text = unwrap(stripped)
    if text != stripped:
        while len(text) > 2 and text[0] == "[" and text[-1] == "]":
            text = text[1:-1].strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1].strip()
    if INTEGER.fullmatch(text):
        return int(text)
    if NUMBER.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else None
    match = _NOT_FINITE.fullmatch(text)
    if match is None:
        return None
    return float("nan") if match[2].lower() == "nan" else float(match[1] + "inf")


def value_of(text: str) -> JsonValue:
    """Return the value that a text stands for: a number, True, False, None, else the text.

    The name of an enumeration before its member is left out. `007` is a text: no number is written so.
    """
    stripped = text.strip()
    if stripped in _CONSTANTS:
        return _CONSTANTS[stripped]
    inner = unwrap(stripped) if len(stripped) <= _LONGEST else stripped
    if inner != stripped and inner in _CONSTANTS:
        return _CONSTANTS[inner]
    number = None if stripped.startswith(("'", '"')) or _PADDED.match(stripped) else number_of(stripped)
    return member_name(text) if number is None else number
