"""A comparison as lines for the terminal and as JSON for programs."""

import re
from collections.abc import Iterator
from typing import Any

from prov4ml_validators.terminal import printable

from .differences import Comparison, Difference
from .facets import SECTIONS, UNCOUNTED

_ROWS = 20
_WIDEST_KEY = 100
_WIDEST = 60
_DIGEST = re.compile(r"[0-9a-f]{64}")


def comparison_json(comparison: Comparison, a: str, b: str) -> dict[str, Any]:
    """Return everything as JSON: `null` stands where a key is not there.

    Args:
        comparison: the result.
        a: what the first is called.
        b: what the second is called.
    """
    return {
        "a": a,
        "b": b,
        "same": comparison.same,
        "sections": {
            name: {
                "counts": name not in UNCOUNTED,
                "equal": comparison.equal[name],
                "differences": [
                    {"key": one.key, "a": one.a, "b": one.b} for one in comparison.sections[name]
                ],
            }
            for name in SECTIONS
        },
    }


def comparison_lines(comparison: Comparison, *, everything: bool = False) -> list[str]:
    """Return lines without control characters: `key: A → B`, `- key` only in A, `+ key` only in B.

    Args:
        comparison: the result.
        everything: also load of the machine and times, and all rows; else at most twenty a section.
    """
    lines = []
    for name in SECTIONS:
        if everything or name not in UNCOUNTED:
            lines += list(_section(name, comparison.sections[name], comparison.equal[name], everything))
    differing = [name for name in SECTIONS if comparison.sections[name] and name not in UNCOUNTED]
    ignored = [name for name in SECTIONS if comparison.sections[name] and name in UNCOUNTED]
    verdict = f"they differ in: {', '.join(differing)}" if differing else "no differences"
    remark = (
        f" (not counted: {' and '.join(ignored)}; --all lists them)" if ignored and not everything else ""
    )
    return [*lines, *([""] if lines else []), f"{verdict}{remark}"]


def _section(name: str, found: tuple[Difference, ...], equal: int, everything: bool) -> Iterator[str]:
    if not found:
        return
    yield f"{name} ({len(found)} differ, {equal} equal)"
    shown = found if everything else found[:_ROWS]
    for one in shown:
        key = _short(one.key, _WIDEST_KEY)
        if one.a is None:
            yield f"  + {key}" + (f": {_short(one.b or '')}" if name != "structure" else "")
        elif one.b is None:
            yield f"  - {key}" + (f": {_short(one.a)}" if name != "structure" else "")
        else:
            yield f"    {key}: {_short(one.a)} → {_short(one.b)}"
    if len(found) > len(shown):
        yield f"    … and {len(found) - len(shown)} more; --all lists them"


def _short(value: str, widest: int = _WIDEST) -> str:
    if _DIGEST.fullmatch(value):
        return f"{value[:12]}…"
    text = printable(value)
    return text if len(text) <= widest else f"{text[: widest - 1]}…"
