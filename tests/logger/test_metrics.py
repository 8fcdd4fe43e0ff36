"""Metric points: what is logged is what is on disk, to the last bit."""

import decimal
import enum
import math
import struct
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import prov4ml
from prov4ml import Context, FoldOperation
from tests.logger.raw import events, only, points


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


def test_values_keep_all_their_bits(run: prov4ml.Run, rank_path: Path) -> None:
    values = [0.1, -0.0, math.nan, math.inf, -math.inf, float(2**53 + 2), 5e-324, -1.7976931348623157e308]
    for value in values:
        prov4ml.log_metric("loss", value, Context.TRAINING)
    prov4ml.end_run()
    logged = points(rank_path)["TRAINING", "loss", None]
    assert [bits(point.value) for point in logged] == [bits(value) for value in values]
    assert [point.step for point in logged] == list(range(len(values)))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, 1.0),
        (7, 7.0),
        (np.float32(0.1), float(np.float32(0.1))),
        (np.int64(-3), -3.0),
        (np.array(2.5), 2.5),
        (np.array([[2.5]]), 2.5),
        (decimal.Decimal("0.5"), 0.5),
        (2**70, float(2**70)),
    ],
)
def test_whatever_holds_one_number_is_logged(
    run: prov4ml.Run, rank_path: Path, value: object, expected: float
) -> None:
    prov4ml.log_metric("m", 0.0)
    prov4ml.log_metric("m", value)  # type: ignore[arg-type]
    prov4ml.end_run()
    assert [point.value for point in points(rank_path)[None, "m", None]] == [0.0, expected]


@pytest.mark.parametrize("value", ["0.5", None, [1, 2], 1j, object(), np.array([1.0, 2.0]), 10**400])
def test_what_is_no_number_warns_once_and_is_left_out(
    run: prov4ml.Run, rank_path: Path, value: object, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        prov4ml.log_metric("accuracy", value)  # type: ignore[arg-type]
    prov4ml.log_metric("accuracy", 1.0)
    prov4ml.end_run()
    assert [point.value for point in points(rank_path)[None, "accuracy", None]] == [1.0]
    assert len(caplog.messages) == 1
    assert "metric 'accuracy'" in caplog.messages[0]
    assert [warning["count"] for warning in events(rank_path, "warning")] == [1, 3]


def test_steps_sources_and_contexts_make_their_own_series(run: prov4ml.Run, rank_path: Path) -> None:
    class Phase(enum.Enum):
        WARM_UP = 1

    prov4ml.log_metric("loss", 1.0, Context.TRAINING, 10)
    prov4ml.log_metric("loss", 2.0, "TRAINING", 11)
    prov4ml.log_metric("loss", 3.0, Context.TRAINING, step=0, source="gpu0")
    prov4ml.log_metric("loss", 4.0, Phase.WARM_UP)
    prov4ml.log_metric("loss", 5.0)
    prov4ml.log_metric("loss", 6.0, "")
    prov4ml.end_run()
    logged = {
        key: [(point.step, point.value) for point in series] for key, series in points(rank_path).items()
    }
    assert logged == {
        ("TRAINING", "loss", None): [(10, 1.0), (11, 2.0)],
        ("TRAINING", "loss", "gpu0"): [(0, 3.0)],
        ("WARM_UP", "loss", None): [(0, 4.0)],
        (None, "loss", None): [(0, 5.0), (1, 6.0)],
    }
    assert [event["name"] for event in events(rank_path, "context")] == ["TRAINING", "WARM_UP"]


def test_times_are_now_or_the_milliseconds_given(run: prov4ml.Run, rank_path: Path) -> None:
    before = time.time_ns()
    prov4ml.log_metric("m", 0.0)
    prov4ml.log_metric("m", 0.0)
    after = time.time_ns()
    prov4ml.log_metric("m", 0.0, timestamp=1_700_000_000_123)
    prov4ml.log_metric("m", 0.0, timestamp=1_700_000_000_123.5)  # type: ignore[arg-type]
    prov4ml.end_run()
    first, second, third, fourth = (point.time for point in points(rank_path)[None, "m", None])
    assert before <= first <= second <= after
    assert third == 1_700_000_000_123_000_000
    assert fourth == 1_700_000_000_123_500_000


def test_a_step_that_is_no_whole_number_warns_and_is_counted_up(
    run: prov4ml.Run, rank_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for step in (2.0, np.int64(3), 2.5, "four", 2**63):
        prov4ml.log_metric("m", 0.0, step=step)  # type: ignore[arg-type]
    prov4ml.end_run()
    assert [point.step for point in points(rank_path)[None, "m", None]] == [2, 3, 0, 1, 2]
    assert len(caplog.messages) == 1


def test_log_metrics_gives_all_the_same_time_and_step(run: prov4ml.Run, rank_path: Path) -> None:
    prov4ml.log_metrics({"a": 1.0, "b": 2.0}, Context.VALIDATION, step=4)
    prov4ml.end_run()
    logged = points(rank_path)
    (a,), (b,) = logged["VALIDATION", "a", None], logged["VALIDATION", "b", None]
    assert (a.step, a.value, b.step, b.value) == (4, 1.0, 4, 2.0)
    assert a.time == b.time


def test_points_are_written_save_after_n_logs_at_a_time(tmp_path: Path) -> None:
    prov4ml.start_run("e", prov_save_path=tmp_path, save_after_n_logs=10, disable_codecarbon=True)
    store = tmp_path / "e_0" / "rank_0" / "metrics.bin"
    sizes = []
    for number in range(25):
        prov4ml.log_metric("m", number)
        sizes.append(store.stat().st_size // 32)
    assert sizes == [0] * 9 + [10] * 10 + [20] * 6
    prov4ml.end_run()
    assert store.stat().st_size == 25 * 32


def test_a_lonely_point_is_on_disk_before_it_is_five_seconds_old(run: prov4ml.Run, rank_path: Path) -> None:
    prov4ml.log_metric("m", 1.0)
    logged = time.monotonic()
    while (rank_path / "metrics.bin").stat().st_size == 0:
        assert time.monotonic() - logged < 5.0
        time.sleep(0.02)
    assert only(rank_path, "series")["key"] == "m"


def test_threads_lose_no_point(run: prov4ml.Run, rank_path: Path) -> None:
    def log(thread: int) -> None:
        for step in range(2000):
            prov4ml.log_metric(f"m{step % 7}", step, Context.TRAINING, step, source=str(thread))

    threads = [threading.Thread(target=log, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    prov4ml.end_run()
    logged = points(rank_path)
    assert len(logged) == 8 * 7
    for (_, key, _), series in logged.items():
        assert [point.step for point in series] == list(range(int(key[1:]), 2000, 7))
    numbers = [event["number"] for event in events(rank_path, "series")]
    assert numbers == list(range(1, 8 * 7 + 1))


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (FoldOperation.MAX, 5.0),
        (FoldOperation.MIN, -2.0),
        (FoldOperation.ADD, 4.0),
        (FoldOperation.SUBTRACT, -4.0),
        (FoldOperation.MEAN, 4.0 / 3),
        (lambda accumulated, value: accumulated * 10 + value, 148.0),
    ],
)
def test_final_metrics_fold_every_value(
    run: prov4ml.Run, rank_path: Path, operation: object, expected: float
) -> None:
    prov4ml.log_metric("m", 100.0)  # before it is registered: not folded
    prov4ml.register_final_metric("m", 0.0, operation)  # type: ignore[arg-type]
    for value in (1.0, 5.0, -2.0):
        prov4ml.log_metric("m", value)
    prov4ml.end_run()
    final = only(rank_path, "final_metric")
    assert (final["key"], final["count"]) == ("m", 3)
    assert final["value"] == {"type": "float", "value": pytest.approx(expected)}
    assert len(points(rank_path)[None, "m", None]) == 4


def test_a_fold_that_raises_does_not_reach_the_training(
    run: prov4ml.Run, rank_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    prov4ml.register_final_metric("m", 0.0, lambda accumulated, value: 1 / 0)
    prov4ml.log_metric("m", 1.0)
    prov4ml.log_metric("m", 2.0)
    prov4ml.end_run()
    assert [point.value for point in points(rank_path)[None, "m", None]] == [1.0, 2.0]
    assert len(caplog.messages) == 1
    assert "division by zero" in caplog.messages[0]


@given(value=st.floats(allow_nan=True, width=64), step=st.integers(-(2**63), 2**63 - 1))
def test_any_float_and_any_step_survive(
    tmp_path_factory: pytest.TempPathFactory, value: float, step: int
) -> None:
    folder = tmp_path_factory.mktemp("run")
    with prov4ml.start_run("e", prov_save_path=folder, disable_codecarbon=True):
        prov4ml.log_metric("m", value, step=step)
    (point,) = points(folder / "e_0" / "rank_0")[None, "m", None]
    assert (bits(point.value), point.step) == (bits(value), step)
