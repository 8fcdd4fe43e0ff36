"""Times as users give them (milliseconds since the epoch) and as the record keeps them (nanoseconds)."""

import time

NANOSECONDS_PER_MILLISECOND = 1_000_000


def nanoseconds(milliseconds: float | None) -> int:
    """Return a time in ns since the epoch; None is now. Fractions of a millisecond are kept.

    Raises:
        ValueError: NaN.
        OverflowError: an infinity.
    """
    if milliseconds is None:
        return time.time_ns()
    whole = int(milliseconds // 1)
    # Apart from the whole: a float of today's time in ns has steps of 256.
    return whole * NANOSECONDS_PER_MILLISECOND + round((milliseconds - whole) * NANOSECONDS_PER_MILLISECOND)
