"""How long a report of a million points takes and how large it is, against plotly's page of the points."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

POINTS = 1_000_000
_START = 1_700_000_000_000_000_000
_RAW_POINT = np.dtype(
    [("series", "<u4"), ("zero", "<u4"), ("step", "<i8"), ("time", "<i8"), ("value", "<f8")]
)
_PLOTLY = """
import sys
import numpy as np
import plotly.graph_objects as go
values = np.load(sys.argv[1])
figure = go.Figure(go.Scattergl(x=np.arange(len(values)), y=values, mode="lines", name="loss"))
figure.write_html(sys.argv[2], include_plotlyjs=True)
"""


@dataclass(frozen=True)
class ReportTime:
    """Seconds of a whole process and MB of the page; or why there are none."""

    tool: str
    seconds: float = 0.0
    megabytes: float = 0.0
    problem: str = ""


def make_run(folder: Path) -> tuple[Path, Path]:
    """Write a run with one noisy series, and its values as a numpy file."""
    values = 2 * np.exp(-np.arange(POINTS) / 2e5) + np.random.default_rng(0).normal(0, 0.1, POINTS)
    run = folder / "run_0"
    (run / "rank_0").mkdir(parents=True)
    options = {"metrics_file_type": "zarr", "csv_separator": ",", "compressor": None, "chunk_codec": None,
               "save_after_n_logs": 100}  # fmt: skip
    head = {"format_version": 1, "uuid": "5f0c9c1e-3a34-4a1b-9d35-0f3b8a1f2c77", "experiment": "million",
            "run_id": "0", "created": _START, "user_namespace": None, "identity": None, "world_size": None,
            "collect_all_processes": False, "options": options,
            "logger": {"name": "prov4ml", "version": "0"}}  # fmt: skip
    (run / "run.json").write_text(json.dumps(head))
    series = {"number": 1, "key": "loss", "context": "TRAINING", "source": None, "unit": None}
    end = {"status": "finished", "error": None, "ended_by": "end_run", "points": POINTS, "points_lost": 0}
    start = {"format_version": 1, "rank": 0, "world_size": None, "host": "node", "pid": 1, "user": "ada",
             "launcher": None, "python": {"implementation": "CPython", "version": "3"}, "platform": {},
             "cpu_count": 1, "devices": [], "packages": {}, "git": None, "script": "train.py",
             "command": ["train.py"]}  # fmt: skip
    events = [("rank_start", start), ("series", series), ("run_end", end)]
    lines = [json.dumps({"event": name, "time": _START, **fields}) + "\n" for name, fields in events]
    (run / "rank_0" / "events.jsonl").write_text("".join(lines))
    raw = np.zeros(POINTS, _RAW_POINT)
    raw["series"], raw["step"], raw["value"] = 1, np.arange(POINTS), values
    raw["time"] = _START + np.arange(POINTS) * 1_000_000
    (run / "rank_0" / "metrics.bin").write_bytes(raw.tobytes())
    np.save(folder / "values.npy", values)
    return run, folder / "values.npy"


def measure_reports(scratch: Path, *, peers: bool) -> list[ReportTime]:
    """Return our report and, with `peers`, plotly's page: whole processes, the quicker of two each."""
    folder = scratch / "reports"
    folder.mkdir()
    run, values = make_run(folder)
    ours = [sys.executable, "-m", "prov4ml_packager", "report", str(run), "-o", str(folder / "ours.html")]
    times = [ReportTime("prov4ml-pack report", *_fastest(ours, folder / "ours.html"))]
    if not peers:
        return times
    python = folder / "venv" / "bin" / "python"
    script = folder / "page.py"
    script.write_text(_PLOTLY)
    try:
        for command in (
            [sys.executable, "-m", "venv", str(folder / "venv")],
            [str(python), "-m", "pip", "install", "-q", "plotly", "numpy"],
        ):
            subprocess.run(command, check=True, capture_output=True, timeout=600)
        theirs = [str(python), str(script), str(values), str(folder / "plotly.html")]
        times.append(ReportTime("plotly write_html", *_fastest(theirs, folder / "plotly.html")))
    except (subprocess.SubprocessError, OSError) as error:
        times.append(ReportTime("plotly write_html", problem=f"{type(error).__name__}"))
    return times


def _fastest(command: list[str], page: Path) -> tuple[float, float]:
    took = []
    for _ in range(2):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        took.append(time.perf_counter() - began)
    return min(took), page.stat().st_size / 1e6


def reports_section(times: list[ReportTime]) -> str:
    """Return the section of the page."""
    ours = times[0]
    rows = [
        f"| {one.tool} | – | – | – | – | {one.problem} |"
        if one.problem
        else f"| {one.tool} | {one.seconds:.2f} | {one.seconds / ours.seconds:.1f} | {one.megabytes:.1f} | "
        f"{one.megabytes / ours.megabytes:.1f} | |"
        for one in times
    ]
    return f"""## Reports

A run of {POINTS:,} points as a page that needs no network, whole processes from start to end, the quicker of
two. Ours has every extreme in cells of equally many points, the run's summary, its graph and the verdict of a
validator as well; plotly's has the points alone. The goals are 20 s and 10 MB.

| page | s | against ours | MB | against ours | |
|---|---|---|---|---|---|
{chr(10).join(rows)}
"""
