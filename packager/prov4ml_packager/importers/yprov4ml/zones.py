"""Local times without a zone: yProv4ML writes when a file was made in the time of the host."""

from datetime import timedelta

from ...repair.time_text import parse_time

_QUARTER = 15 * 60 * 10**9
_EARLIEST, _LATEST = -12 * 4, 14 * 4
_SLACK = 5 * 10**9


def guess_zone(text: str, start: int, end: int) -> timedelta | None:
    """Return the one offset from UTC at which a local time lies in the run; None if there is none or several.

    Args:
        text: the local time, without a zone.
        start: of the run, in ns.
        end: of the run, in ns.
    """
    local = parse_time(text)
    if local is None:
        return None
    fitting = [
        quarters
        for quarters in range(_EARLIEST, _LATEST + 1)
        if start - _SLACK <= local.nanoseconds - quarters * _QUARTER <= end + _SLACK
    ]
    return timedelta(minutes=15 * fitting[0]) if len(fitting) == 1 else None
