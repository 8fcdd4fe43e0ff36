"""What it costs to draw a document, beside the library `prov` with pydot and Graphviz's `dot`.

Whole processes, from start to the finished SVG. The documents have the shape that trackers write: epochs
that each generated every metric.

Usage: graphs.py [--largest RECORDS] [--limit SECONDS]
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

METRICS = 3
SIZES = (600, 5_846, 100_000, 1_000_000)
LARGEST_FULL = 100_000
LIMIT = 120.0
PEER = """
import sys
from prov.dot import prov_to_dot
from prov.model import ProvDocument
document = ProvDocument.deserialize(sys.argv[1], format="json")
prov_to_dot(document).write_svg(sys.argv[2])
"""


@dataclass(frozen=True)
class DrawTime:
    """One picture: seconds of the whole process, peak resident MiB of it and its children, or a problem."""

    way: str
    seconds: float
    peak_mib: float
    problem: str = ""


def make_document(records: int) -> dict[str, Any]:
    """Return a document of about so many records: an epoch is one activity, a start and three generations."""
    epochs = max(1, (records - METRICS - 3) // (METRICS + 2))
    names = [f"metric_{chr(97 + at)}" for at in range(METRICS)]
    return {
        "prefix": {"default": "http://example.org/", "ml": "http://example.org/ml#"},
        "entity": {name: {"prov:type": "ml:Metric"} for name in names},
        "activity": {
            "run": {"prov:type": "ml:Run"},
            **{f"epoch_{at}": {"prov:type": "ml:Epoch"} for at in range(epochs)},
        },
        "agent": {"user": {"prov:type": "prov:Person"}},
        "wasAssociatedWith": {"_:a": {"prov:activity": "run", "prov:agent": "user"}},
        "wasInformedBy": {
            f"_:s{at}": {"prov:informed": f"epoch_{at}", "prov:informant": "run"} for at in range(epochs)
        },
        "wasGeneratedBy": {
            f"_:{name}{at}": {"prov:entity": name, "prov:activity": f"epoch_{at}"}
            for at in range(epochs)
            for name in names
        },
    }


def measure(way: str, command: list[str], limit: float) -> DrawTime:
    """Run a command in a process whose children are its alone, so that the peak is that of this command."""
    code = (
        "import resource, subprocess, sys;"
        "done = subprocess.run(sys.argv[1:], capture_output=True, text=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss);"
        "sys.exit((done.stderr.strip().splitlines() or ['failed'])[-1][:100] if done.returncode else 0)"
    )
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-c", code, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, problem = child.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)  # with what it started, which would slow all that follows
        child.communicate()
        return DrawTime(way, limit, 0.0, f"stopped after {limit:.0f} s")
    seconds = time.perf_counter() - began
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return DrawTime(way, seconds, int(out or 0) / unit, problem.strip())


def measure_graphs(folder: Path, *, largest: int, limit: float) -> dict[int, list[DrawTime]]:
    """Return the times of each way to draw documents of each size."""
    found = {}
    peer = peer_python(folder)
    stopped = False
    tool = [sys.executable, "-m", "prov4ml_packager", "graph"]
    for size in (size for size in SIZES if size <= largest):
        source = folder / f"{size}.json"
        source.write_text(json.dumps(make_document(size)), encoding="utf-8")
        target = str(folder / "x.svg")
        found[size] = [
            measure(detail, [*tool, str(source), "-o", target, "--detail", detail], limit)
            for detail in ("overview", "summary", "full")
            if detail != "full" or size <= LARGEST_FULL
        ]
        if not stopped:
            found[size].append(measure("prov, dot", [peer, "-c", PEER, str(source), target], limit))
            stopped = bool(found[size][-1].problem)  # it would be with a larger one, too
    return found


def peer_python(folder: Path) -> str:
    """Return the Python of an environment with `prov` and pydot."""
    environment = folder / "venv-prov"
    python = str(environment / "bin" / "python")
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    subprocess.run([python, "-m", "pip", "install", "-q", "prov[dot]"], check=True, capture_output=True)
    return python


def graphs_section(found: dict[int, list[DrawTime]]) -> str:
    """Return the figures as a table in Markdown; a ratio is how often our summary fits into a time."""
    rows = []
    for size, times in found.items():
        summary = next(one for one in times if one.way == "summary")
        for one in times:
            more = "> " if one.problem else ""
            ratio = f"{one.seconds / summary.seconds:.1f}"
            rows.append(
                f"| {size:,} | {one.way} | {more}{one.seconds:.1f} | {more}{ratio} | "
                f"{one.peak_mib:.0f} | {one.problem.replace('|', '/')} |"
            )
    return f"""## Drawing a document

Whole processes, from the PROV-JSON file to the SVG, start included; the peer is `ProvDocument.deserialize`,
`prov_to_dot` and Graphviz's `dot`, which draw what `full` draws. Ratios are to our
summary of the same document.

| records | way | s | ratio | peak MiB | |
|---|---|---|---|---|---|
{chr(10).join(rows)}
"""


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="largest document in records")
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds after which one is stopped")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        print(graphs_section(measure_graphs(Path(name), largest=arguments.largest, limit=arguments.limit)))


if __name__ == "__main__":
    main()
