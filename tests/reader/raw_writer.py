"""A second writer of run directories, from docs/run-directory.md alone: nothing of the project is used."""

import hashlib
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

T0 = 1_700_000_000_000_000_000
SECOND = 10**9
UUID = "5f0c9c1e-3a34-4a1b-9d35-0f3b8a1f2c77"


def run_file(**changes: Any) -> dict[str, Any]:
    content: dict[str, Any] = {
        "format_version": 1,
        "uuid": UUID,
        "experiment": "digits",
        "run_id": "0",
        "created": T0,
        "user_namespace": None,
        "identity": None,
        "world_size": None,
        "collect_all_processes": False,
        "options": {
            "metrics_file_type": "csv",
            "csv_separator": ",",
            "compressor": None,
            "chunk_codec": None,
            "save_after_n_logs": 100,
        },
        "logger": {"name": "hand", "version": "0"},
    }
    return content | changes


class RawRank:
    """One rank folder; `tick` is the time of the next line in seconds after T0."""

    def __init__(self, run: Path, rank: int = 0, start: bool = True, **changes: Any) -> None:
        self.folder = run / f"rank_{rank}"
        self.folder.mkdir(parents=True)
        self.journal = self.folder / "events.jsonl"
        self.metrics = self.folder / "metrics.bin"
        self.tick = 0
        if start:
            first = {
                "format_version": 1,
                "rank": rank,
                "world_size": None,
                "host": "node1",
                "pid": 17,
                "user": "ada",
                "launcher": None,
                "python": {"implementation": "CPython", "version": "3.11.7"},
                "platform": {"system": "Linux", "release": "6", "machine": "x86_64"},
                "cpu_count": 2,
                "devices": [],
                "packages": {"numpy": "2.0"},
                "git": None,
                "script": "train.py",
                "command": ["python", "train.py"],
            }
            self.event("rank_start", **first | changes)

    def event(self, name: str, /, time: int | None = None, **fields: Any) -> None:
        when = T0 + self.tick * SECOND if time is None else time
        self.tick += 1
        self.raw(json.dumps({"event": name, "time": when, **fields}, allow_nan=False).encode() + b"\n")

    def raw(self, data: bytes) -> None:
        with self.journal.open("ab") as file:
            file.write(data)

    def artifact(self, name: str, file: Mapping[str, Any], **fields: Any) -> None:
        usual = {
            "context": None, "step": None, "source": None, "is_input": False, "is_model": False,
            "attributes": {},
        }  # fmt: skip
        self.event("artifact", name=name, file=file, **usual | fields)

    def series(self, number: int, key: str, context: str | None = None, **fields: Any) -> None:
        self.event(
            "series",
            **{"number": number, "key": key, "context": context, "source": None, "unit": None} | fields,
        )

    def point(self, series: int, step: int, value: float, time: int = T0) -> None:
        self.raw_points(struct.pack("<IIqqd", series, 0, step, time, value))

    def raw_points(self, data: bytes) -> None:
        with self.metrics.open("ab") as file:
            file.write(data)

    def param(self, key: str, type: str, value: Any, **fields: Any) -> None:
        self.event(
            "param",
            **{
                "key": key,
                "value": {"type": type, "value": value},
                "context": None,
                "source": None,
                "is_input": True,
            }
            | fields,
        )

    def end(self, status: str = "finished", **fields: Any) -> None:
        self.event(
            "run_end",
            **{
                "status": status,
                "error": None,
                "ended_by": "end_run",
                "points": 0,
                "points_lost": 0,
            }
            | fields,
        )


def make_run(path: Path, **changes: Any) -> Path:
    path.mkdir(parents=True)
    (path / "run.json").write_text(json.dumps(run_file(**changes), indent=2))
    return path


def copied_file(run: Path, name: str, content: bytes) -> Mapping[str, Any]:
    target = run / "artifacts" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return {
        "path": f"artifacts/{name}",
        "original": f"/home/ada/{name}",
        "kind": "file",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "files": 1,
    }


def small_run(path: Path, **changes: Any) -> Path:
    """Write a finished run with a bit of everything; `changes` are of its `run.json`."""
    run = make_run(path, **changes)
    rank = RawRank(run)
    rank.param("lr", "float", 0.1)
    rank.event("context", name="TRAINING", parent=None)
    rank.series(1, "loss", "TRAINING", unit="nats")
    rank.series(2, "cpu", None, source="psutil")
    for step in range(5):
        rank.point(1, step, 1.0 / (step + 1), T0 + (4 + step) * SECOND)
        rank.point(2, step, 10.0 * step, T0 + (4 + step) * SECOND)
    rank.tick = 10
    rank.event(
        "artifact",
        name="notes",
        file=copied_file(run, "notes.txt", b"hello\n"),
        context="TRAINING",
        step=None,
        source=None,
        is_input=False,
        is_model=False,
        attributes={"k": {"type": "int", "value": 3}},
    )
    rank.end(points=10)
    return run
