from pathlib import Path

import numpy as np
import pytest

from prov4ml_packager.metric_table import POINT_DTYPE, MetricTable, Points, series_from_points, sorted_table


def make_points(values: list[float], start: int = 1_795_000_000_123_456_789) -> Points:
    points = np.zeros(len(values), POINT_DTYPE)
    points["step"] = np.arange(len(values))
    points["time"] = start + np.arange(len(values)) * 1_000_000_007
    points["value"] = values
    return points


@pytest.fixture
def small_table() -> MetricTable:
    """Two contexts and the run, two ranks, a unit, a series without points."""
    return sorted_table(
        [
            series_from_points(
                make_points([0.5, float("inf"), -0.0, 2.0**53 + 2]), metric="loss", context="TRAINING"
            ),
            series_from_points(make_points([0.25]), metric="loss", context="TRAINING", rank=1),
            series_from_points(
                make_points([float("nan"), 5e-324]), metric="power", context="a;b", source="pdu", unit="W"
            ),
            series_from_points(make_points([]), metric="never", unit="1"),
        ],
        {"experiment": "digits, ä", "created": 1_795_000_000_000_000_001, "lr": 1.0, "collected": True},
    )


@pytest.fixture
def stores(tmp_path: Path, small_table: MetricTable) -> Path:
    """A folder with the small table in every form."""
    from prov4ml_packager.stores import write_store

    for name in ("metrics.zarr", "metrics.zarr.zip", "metrics.nc", "metrics.csv"):
        write_store(small_table, tmp_path / name)
    return tmp_path
