"""What a server of InvenioRDM says in its answers: of errors, of fields, and of when to come again."""

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

LARGEST_ANSWER = 8 << 20
"""Bytes of an answer that are read."""

_SECONDS = re.compile(r"[0-9]{1,9}")


def explanation(body: bytes) -> tuple[str, tuple[str, ...]]:
    """Return what the server says of an error, with a colon before it, and the fields at fault."""
    try:
        value = json.loads(body[:LARGEST_ANSWER])
    except (ValueError, RecursionError):
        return "", ()
    if not isinstance(value, dict):
        return "", ()
    said = [str(value["message"]).strip().rstrip(".")[:200]] if value.get("message") else []
    problems = field_problems(value)
    said += problems[:5] + ([f"and {len(problems) - 5} more"] if len(problems) > 5 else [])
    fields = tuple(problem.partition(":")[0] for problem in problems)
    return (f": {'; '.join(said)}" if said else ""), fields


def field_problems(value: dict[str, Any]) -> list[str]:
    """Return `field: what is wrong` for each problem that an answer lists."""
    errors = value.get("errors")
    found = []
    for one in errors if isinstance(errors, list) else []:
        if isinstance(one, dict):
            messages = one.get("messages")
            texts = messages if isinstance(messages, list) else [messages]
            said = " ".join(str(text) for text in texts).rstrip(".")[:200]
            found.append(f"{str(one.get('field'))[:100]}: {said}")
    return found


def retry_after(value: str | None) -> int | None:
    """Return the seconds of a `Retry-After` (RFC 9110, section 10.2.3): a number, or a date.

    What is neither, or a number that no wait has, is None.
    """
    if value is None:
        return None
    if _SECONDS.fullmatch(value.strip()):
        return int(value)
    try:
        when = parsedate_to_datetime(value)
        zoned = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
        return max(0, int((zoned - datetime.now(UTC)).total_seconds()) + 1)
    except (ValueError, OverflowError):
        return None
