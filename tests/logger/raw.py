"""Reads a run directory as docs/run-directory.md says, with nothing of the project's own readers."""

import json
import struct
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple


class Point(NamedTuple):
    step: int
    time: int
    value: float


def journal(rank_path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (rank_path / "events.jsonl").read_text("ascii").splitlines()]


def events(rank_path: Path, kind: str) -> list[dict[str, Any]]:
    return [event for event in journal(rank_path) if event["event"] == kind]


def only(rank_path: Path, kind: str) -> dict[str, Any]:
    (event,) = events(rank_path, kind)
    return event


def points(rank_path: Path) -> dict[tuple[str | None, str, str | None], list[Point]]:
    """Return the points by (context, key, source), in the order logged."""
    names = {
        event["number"]: (event["context"], event["key"], event["source"])
        for event in events(rank_path, "series")
    }
    found: dict[tuple[str | None, str, str | None], list[Point]] = defaultdict(list)
    data = (rank_path / "metrics.bin").read_bytes()
    for number, reserved, step, time, value in struct.iter_unpack("<IIqqd", data[: len(data) // 32 * 32]):
        assert reserved == 0
        found[names[number]].append(Point(step, time, value))
    return dict(found)
