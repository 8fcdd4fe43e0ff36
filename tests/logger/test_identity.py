"""Which series a point belongs to, whatever the objects that name it compare equal to."""

import enum
import sys
import threading
import time
from pathlib import Path

import pytest

import prov4ml
from prov4ml import FoldOperation, Prov4MLError
from tests.logger.raw import events, only, points


class Phase(enum.IntEnum):
    WARM_UP = 1


class Stage(enum.IntEnum):
    FINE_TUNING = 1


class Split(enum.StrEnum):
    TRAIN = "train"


class Mixed(str, enum.Enum):  # noqa: UP042 - what it is on purpose
    TRAIN = "train"


def series(rank_path: Path) -> dict[tuple[str | None, str, str | None], list[float]]:
    return {name: [point.value for point in logged] for name, logged in points(rank_path).items()}


def test_members_of_two_enums_with_equal_numbers_are_two_contexts(run: prov4ml.Run, rank_path: Path) -> None:
    for value in (1.0, 2.0):
        prov4ml.log_metric("m", value, Phase.WARM_UP)
        prov4ml.log_metric("m", -value, Stage.FINE_TUNING)
    with pytest.raises(Prov4MLError, match="context 1: pass"):
        prov4ml.log_metric("m", 3.0, 1)  # type: ignore[arg-type]
    prov4ml.end_run()
    assert series(rank_path) == {
        ("WARM_UP", "m", None): [1.0, 2.0],
        ("FINE_TUNING", "m", None): [-1.0, -2.0],
    }


@pytest.mark.parametrize(
    "order",
    [(Split.TRAIN, "train", Mixed.TRAIN), ("train", Mixed.TRAIN, Split.TRAIN), (Mixed.TRAIN, "train")],
)
def test_a_member_that_is_a_text_is_that_text_whichever_comes_first(
    run: prov4ml.Run, rank_path: Path, order: tuple[str, ...]
) -> None:
    prov4ml.log_context(order[0])
    for context in order:
        prov4ml.log_metric("m", 1.0, context)
    prov4ml.end_run()
    assert series(rank_path) == {("train", "m", None): [1.0] * len(order)}
    assert [event["name"] for event in events(rank_path, "context")] == ["train"]


def test_keys_and_sources_that_are_no_text_become_their_text(run: prov4ml.Run, rank_path: Path) -> None:
    class Key(str, enum.Enum):  # noqa: UP042 - what it is on purpose
        LOSS = "loss"

    for _ in range(2):
        prov4ml.log_metric(Key.LOSS, 1.0)
        prov4ml.log_metric("loss", 2.0)
        prov4ml.log_metric(1, 3.0)  # type: ignore[arg-type]
        prov4ml.log_metric(True, 4.0)  # type: ignore[arg-type]
        prov4ml.log_metric("m", 5.0, source=3)  # type: ignore[arg-type]
    prov4ml.log_param("p", 1, source=Path("a"))  # type: ignore[arg-type]
    prov4ml.log_current_execution_time(7, None)  # type: ignore[arg-type]
    prov4ml.end_run()
    logged = series(rank_path)
    assert len(logged.pop((None, "7", None))) == 1
    assert logged == {
        (None, "loss", None): [1.0, 2.0, 1.0, 2.0],
        (None, "1", None): [3.0, 3.0],
        (None, "True", None): [4.0, 4.0],
        (None, "m", "3"): [5.0, 5.0],
    }
    assert only(rank_path, "param")["source"] == "a"


def test_times_with_fractions_do_not_use_up_steps(run: prov4ml.Run, rank_path: Path) -> None:
    for _ in range(4):
        prov4ml.log_metric("m", 1.0, timestamp=time.time() * 1000)  # type: ignore[arg-type]
    prov4ml.end_run()
    assert [point.step for point in points(rank_path)[None, "m", None]] == [0, 1, 2, 3]


@pytest.mark.parametrize("moment", ["yesterday", float("nan"), float("inf"), 10**30, object()])
def test_a_time_that_cannot_be_kept_is_replaced_by_now_and_nothing_else_is_lost(
    run: prov4ml.Run, rank_path: Path, tmp_path: Path, moment: object, caplog: pytest.LogCaptureFixture
) -> None:
    before = time.time_ns()
    for step in (7, 8):
        prov4ml.log_metric("m", 1.0, step=step, timestamp=moment)  # type: ignore[arg-type]
    prov4ml.log_artifact("a", __file__, timestamp=moment, step="four")  # type: ignore[arg-type]
    prov4ml.end_run()
    logged = points(rank_path)[None, "m", None]
    assert [point.step for point in logged] == [7, 8]
    assert all(before <= point.time <= time.time_ns() for point in logged)
    artifact = only(rank_path, "artifact")
    assert (artifact["name"], artifact["step"]) == ("a", None)
    assert before <= artifact["time"] <= time.time_ns()
    assert len(caplog.messages) == 2
    assert "timestamp" in caplog.messages[0]
    assert "step four is no whole number" in caplog.messages[1]


def test_threads_lose_nothing_of_a_final_metric(run: prov4ml.Run, rank_path: Path) -> None:
    def slow_sum(accumulated: float, value: float) -> float:
        before = accumulated
        for _ in range(20):
            pass
        return before + value

    prov4ml.register_final_metric("m", 0, slow_sum)
    prov4ml.register_final_metric("m", 0, FoldOperation.MEAN)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [
            threading.Thread(target=lambda: [prov4ml.log_metric("m", 1) for _ in range(1500)])
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    prov4ml.end_run()
    summed, mean = events(rank_path, "final_metric")
    assert (summed["value"]["value"], summed["count"]) == (6000.0, 6000)
    assert (mean["value"]["value"], mean["count"]) == (1.0, 6000)


def test_one_final_metric_that_fails_at_the_end_does_not_take_the_others_along(
    run: prov4ml.Run, rank_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def to_text(accumulated: object, value: float) -> str:
        return "text"

    class Odd:
        """Folds to what a mean cannot be made of."""

        def __radd__(self, other: object) -> object:
            return "text"

        def __add__(self, other: object) -> object:
            return "text"

    prov4ml.register_final_metric("a", Odd(), FoldOperation.MEAN)  # type: ignore[arg-type]
    prov4ml.register_final_metric("b", 0.0, FoldOperation.MAX)
    prov4ml.log_metric("a", 1.0)
    prov4ml.log_metric("b", 2.0)
    prov4ml.end_run()
    assert only(rank_path, "final_metric")["key"] == "b"
    assert len(caplog.messages) == 1
