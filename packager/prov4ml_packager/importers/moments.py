"""Times of other trackers in ns since the epoch (UTC), without the rounding of float arithmetic."""

import math
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 2**63 - 1


def from_seconds(seconds: float) -> int | None:
    """Return the ns nearest to a time in seconds; None for one that is no time from 1970 to 2262."""
    if not math.isfinite(seconds) or not 0 <= seconds < _LATEST / 1e9:
        return None
    whole = math.floor(seconds)
    return whole * 10**9 + round((seconds - whole) * 10**9)


def from_milliseconds(milliseconds: object) -> int | None:
    """Return the ns of a time in whole ms; None for anything else."""
    if type(milliseconds) is not int or not 0 <= milliseconds <= _LATEST // 10**6:
        return None
    return milliseconds * 10**6


def from_iso(text: object) -> int | None:
    """Return the ns of an ISO 8601 time, UTC where it has no zone; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    try:
        return (time - _EPOCH) // timedelta(microseconds=1) * 1000
    except OverflowError:
        return None
