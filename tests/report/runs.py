"""Run directories for reports: ordinary, of a million points, and one in which every text is an attack."""

import json
import math
from pathlib import Path

import numpy as np

from ..reader.raw_writer import SECOND, T0, RawRank, copied_file, make_run

RAW_POINT = np.dtype([("series", "<u4"), ("pad", "<u4"), ("step", "<i8"), ("time", "<i8"), ("value", "<f8")])

ATTACK = (
    "</script></style></title><script>window.owned=1;alert(1)</script><img src=x onerror=alert(2)>"
    "\"><svg onload=alert(3)>' onmouseover='alert(4) <!-- ]]> {{7*7}} <iframe src=//evil.example>"
    "<base href=//evil.example><meta http-equiv=refresh content=0;url=//evil.example> \u202e\u2028"
)


def ordinary_run(path: Path, number: int = 0, *, rate: float = 0.1, points: int = 100) -> Path:
    """A run with a loss in two contexts, two values that are no number, load of the machine and a file."""
    run = make_run(path, run_id=str(number), uuid=f"5f0c9c1e-3a34-4a1b-9d35-{number:012d}")
    rank = RawRank(run)
    rank.param("rate", "float", rate)
    rank.param("layers", "int", 3)
    info = {"samples": {"type": "int", "value": 9}}
    known = {"info": info, "sha256": "ab" * 32, "file": None}
    rank.event("dataset", label="digits", context="TRAINING", **{"class": "numpy.ndarray"}, **known)
    names = [
        ("loss", "TRAINING", None),
        ("loss", "VALIDATION", None),
        ("score", "VALIDATION", None),
        ("cpu_usage", "TRAINING", "%"),
        ("energy_consumed", "TRAINING", "J"),
        ("single", None, None),
    ]
    for series, (name, context, unit) in enumerate(names, start=1):
        rank.series(series, name, context, unit=unit)
    for step in range(points):
        when = T0 + 10 * step * SECOND
        rank.point(1, step, math.exp(-rate * step / 10), when)
        rank.point(
            2,
            step,
            math.nan if step == 7 else math.inf if step == 9 else 1.1 * math.exp(-rate * step / 10),
            when,
        )
        rank.point(3, step, -1.0 + step / points, when)
        rank.point(4, step, 50.0 + step % 7, when)
        rank.point(5, step, 36_000.0, when)
    rank.point(6, 0, 0.75)
    rank.artifact("plot", copied_file(run, "plot.txt", b"a plot"))
    rank.end()
    return run


def large_run(path: Path, points: int = 1_000_000, *, spike: int = 123_456) -> Path:
    """A run with one noisy series; the value 1000 is at one step only, and one value is no number."""
    run = make_run(path)
    rank = RawRank(run)
    rank.series(1, "loss", "TRAINING")
    raw = np.zeros(points, RAW_POINT)
    raw["series"] = 1
    raw["step"] = np.arange(points)
    raw["time"] = T0 + np.arange(points) * (SECOND // 100)
    noise = np.random.default_rng(0).normal(0, 0.1, points)
    raw["value"] = 2 * np.exp(-np.arange(points) / (points / 5)) + noise
    raw["value"][spike] = 1000.0
    raw["value"][points // 2] = np.nan
    rank.raw_points(raw.tobytes())
    rank.end()
    return run


def hostile_run(path: Path, text: str = ATTACK, number: int = 0) -> Path:
    """A run in which every text that a logger can write is `text`; runs of other numbers differ from it."""
    uuid = f"5f0c9c1e-3a34-4a1b-9d35-{number:012d}"
    run = make_run(path, experiment=text, run_id=f"{text}{number}", uuid=uuid)
    words = {"host": text, "user": text, "launcher": text, "script": text, "command": [text, text]}
    facts = {
        "python": {"implementation": text, "version": text},
        "platform": {"system": text},
        "devices": [{"name": text}],
        "packages": {text: text},
        "git": {"commit": text, "branch": text, "dirty": True, "remote": f"javascript:{text}"},
    }
    rank = RawRank(run, **words, **facts)
    rank.param(text, "str", text, context=text, source=text)
    rank.param(f"{text}2", "json", [text])
    rank.param(f"{text}3", "str", f"{text}{number}")
    rank.event("context", name=text, parent=None)
    for series, context in enumerate([text, f"{text}2"], start=1):
        rank.series(series, text, context, source=text, unit=text)
        for step in range(5):
            rank.point(series, step, float(step))
    file = dict(copied_file(run, "plain.txt", b"x"), original=text)
    place = {"context": text, "step": 1, "source": text}
    rank.event(
        "artifact",
        name=text,
        file=file,
        is_input=False,
        is_model=False,
        attributes={text: {"type": "str", "value": text}},
        **place,
    )
    typed = {"type": "str", "value": text}
    kind = {"class": text}
    rank.event("dataset", label=text, context=text, info={text: typed}, sha256=None, file=None, **kind)
    sizes = {"parameters": 1, "trainable_parameters": 1, "memory_bytes": 1}
    layers = [{"name": text, "parameters": 1, **kind}]
    rank.event("model", name=text, layers=layers, file=None, **sizes, **kind)
    rank.event("command", command=text, path=text)
    rank.event("tag", key=text, value=typed)
    rank.event("warning", cause=text, message=text, count=1)
    rank.event(
        "final_metric",
        key=text,
        operation=text,
        count=1,
        **{
            "initial": {"type": "float", "value": 0.0},
            "value": {"type": "float", "value": 1.0},
        },
    )
    rank.end("failed", error={"type": text, "message": text, "traceback": text})
    assert json.dumps(text)[1:-1].encode() in (run / "rank_0/events.jsonl").read_bytes()
    return run
