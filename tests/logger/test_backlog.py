"""A disk that stays full for long: what other lines depend on is kept, and what is given up is counted."""

import os
from pathlib import Path

import pytest

import prov4ml
from prov4ml import journal as journal_module
from tests.logger.raw import events, points


def test_series_outlive_a_long_time_without_room(
    run: prov4ml.Run, rank_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "_BACKLOG_LINES", 10)
    write = os.write

    def refuse(descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", refuse)
    for number in range(30):
        prov4ml.log_metric(f"m{number}", number)
        prov4ml.log_param(f"p{number}", number)
    monkeypatch.setattr(os, "write", write)
    prov4ml.end_run()
    assert len(points(rank_path)) == 30
    kept = len(events(rank_path, "param"))
    assert 0 < kept < 30
    causes = {event["cause"]: event["count"] for event in events(rank_path, "warning")}
    assert causes["journal"] == 30 - kept
    assert "disk" in causes
