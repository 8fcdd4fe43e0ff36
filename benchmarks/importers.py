"""Speed of importers, each beside the shortest way to the same numbers.

Usage: importers.py [--points N] [--without-peers] prints the section by itself.
"""

import argparse
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from peers import INSTALL_SECONDS

WORKER = Path(__file__).with_name("importer_worker.py")
POINTS = 100_000
PEERS = {
    "tensorboard": "TensorBoard's `EventAccumulator`",
    "wandb": "`json.loads` of each row",
    "mlflow-database": "`pandas.read_sql`",
    "mlflow-files": "`MlflowClient.get_metric_history`",
    "document": "`json.load`, `json.loads` of each list",
}
SOURCES = {
    "tensorboard": "TensorBoard event file",
    "wandb": "Weights & Biases log",
    "mlflow-database": "MLflow, SQLite",
    "mlflow-files": "MLflow, file store",
    "document": "yProv4ML, points in the document",
}


@dataclass(frozen=True)
class ImportCost:
    """Seconds, those of the processor, and peak resident MiB of a process."""

    seconds: float
    processor: float
    peak_mib: float


def measure(python: str, action: str, tracker: str, points: int, folder: Path) -> ImportCost:
    command = [python, str(WORKER), action, tracker, str(points), str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return ImportCost(*map(float, done.stdout.split()))


def tensorboard_python(scratch: Path) -> str | None:
    """Install TensorBoard in an environment of its own; return its Python, or None if it does not install."""
    environment = scratch / "venv-tensorboard"
    python = str(environment / "bin" / "python")
    try:
        for command in (
            [sys.executable, "-m", "venv", str(environment)],
            [python, "-m", "pip", "install", "-q", "tensorboard", "setuptools<81"],
        ):
            subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    except (subprocess.SubprocessError, OSError):
        return None
    return python


def importers_section(points: int, *, peers: bool) -> str:
    """Measure all and return the section in Markdown."""
    rows = []
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        scratch = Path(name)
        for tracker, source in SOURCES.items():
            folder = scratch / tracker
            subprocess.run(
                [sys.executable, str(WORKER), "make", tracker, str(points), str(folder)],
                check=True,
                capture_output=True,
            )
            own = measure(sys.executable, "import", tracker, points, folder)
            row = f"| {source} | {points / own.seconds / 1e3:,.0f} | {own.peak_mib:.0f} | {PEERS[tracker]} | "
            python: str | None = sys.executable
            if tracker == "tensorboard":
                python = tensorboard_python(scratch) if peers else None
            if python is None:
                rows.append(row + "– | – | not installed |")
                continue
            other = measure(python, "read", tracker, points, folder)
            ratio = other.processor / own.processor
            rows.append(f"{row}{points / other.seconds / 1e3:,.0f} | {other.peak_mib:.0f} | {ratio:.2f} |")
    return f"""## Importing runs of other trackers

{points:,} points of ten metrics, written by the tracker itself (yProv4ML's document in its form). An
import hashes the source and writes a whole run directory; the peer only reads the numbers into memory.
Libraries are loaded before the clock starts. Speed is in thousands of points a second; the ratio is of the
processor's time.

| source | speed | peak, MiB | peer | its speed | its peak | speed / peer |
|---|---|---|---|---|---|---|
{chr(10).join(rows)}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure importers against the readers of their trackers.")
    parser.add_argument("--points", type=int, default=POINTS)
    parser.add_argument("--without-peers", action="store_true", help="install nothing")
    arguments = parser.parse_args()
    print(importers_section(arguments.points, peers=not arguments.without_peers))


if __name__ == "__main__":
    main()
