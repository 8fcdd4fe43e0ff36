"""How summaries write values: strict JSON, times in UTC with their zone."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ..curves import make_curve
from ..metric_table import MetricTable, statistics

Summary = dict[str, Any]
"""JSON-ready: a float that is not finite is `NaN`, `INF` or `-INF`."""

CURVE_CELLS = 40
"""Values in the short form of a series: means of consecutive points, in the order of steps."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso_time(nanoseconds: int) -> str:
    """Return a time as ISO 8601 in UTC, to the microsecond."""
    moment = _EPOCH + timedelta(microseconds=nanoseconds // 1000)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def json_ready(value: Any) -> Any:
    """Return a value that strict JSON can carry."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "INF" if value > 0 else "-INF"
    if isinstance(value, Mapping):
        return {str(key): json_ready(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [json_ready(inner) for inner in value]
    return value


def metrics_summary(table: MetricTable) -> list[Summary]:
    """Return one entry a series, in the order of the table; `curve` has the means of at most forty cells."""
    entries = []
    for series in table.series:
        found = statistics(series)
        curve = make_curve(series, CURVE_CELLS, 0)
        entries.append(
            {
                "context": series.context,
                "metric": series.metric,
                "source": series.source,
                "rank": series.rank,
                "unit": series.unit,
                "count": found.count,
                "first": json_ready(found.first),
                "last": json_ready(found.last),
                "min": json_ready(found.minimum),
                "max": json_ready(found.maximum),
                "mean": json_ready(found.mean),
                "curve": json_ready(curve.mean.tolist()),
            }
        )
    return entries
