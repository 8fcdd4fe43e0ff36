"""The short form of the kill -9 proof; the long one is `make crash`."""

import time
from pathlib import Path

import pytest

from tests.logger.crash_proof import kill_once, prove
from tests.logger.raw import points


@pytest.mark.slow_proof
@pytest.mark.parametrize("save_after", [1, 100])
def test_a_killed_run_lacks_fewer_points_than_are_saved_at_once(save_after: int) -> None:
    for outcome in prove(4, seed=save_after, save_after=save_after):
        assert outcome.missing < save_after
        assert outcome.status == "unfinished"
        assert outcome.crate_valid


@pytest.mark.slow_proof
def test_a_run_that_logs_once_a_second_loses_nothing_older_than_five_seconds(tmp_path: Path) -> None:
    directory, returned = kill_once(tmp_path, delay=7.2, save_after=100, pause=1.0)
    killed = time.time_ns()
    assert returned >= 7
    found = points(directory / "rank_0")["TRAINING", "loss", None]
    # Point number n was logged about n seconds after the first: the first one lost is younger than 5 s.
    first_lost = found[0].time + len(found) * 1_000_000_000
    assert len(found) < returned  # otherwise the flusher was not put to the test
    assert killed - first_lost < 5_000_000_000
