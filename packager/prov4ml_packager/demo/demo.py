"""From a training script to a valid crate, with the functions that the commands call."""

import importlib.util
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from prov4ml_validators import validate

from ..crate import build_crate, load_crate_config, unpack_crate
from ..errors import PackagerError
from ..finalize import finalize

TRAINING_SCRIPT = Path(__file__).with_name("train.py")
CRATE_CONFIG = Path(__file__).with_name("crate.toml")

_RUNS_DIRECTORY = "runs"


@dataclass(frozen=True)
class DemoResult:
    """Where to look.

    Attributes:
        run: the run directory that the training script wrote.
        crate: the RO-Crate, a zip.
        svg: the provenance graph.
        preview: the crate's page, in an unpacked copy of the crate so that its links open.
    """

    run: Path
    crate: Path
    svg: Path
    preview: Path


def run_demo(output: Path) -> DemoResult:
    """Train, package, validate and unpack below `output`; a further call adds a further run.

    Written are `runs/digits_<n>/`, `digits_<n>.zip` and, unpacked, `digits_<n>/`.

    Args:
        output: a directory, made if needed.

    Raises:
        PackagerError: scikit-learn is not installed, the training failed, or a product is not valid.
    """
    if importlib.util.find_spec("sklearn") is None:
        raise PackagerError("the demo trains with scikit-learn", hint="pip install 'prov4ml[demo]'")
    run = _train(output / _RUNS_DIRECTORY)
    finalized = finalize(run, graph=True, svg=True)
    crate = build_crate([finalized.record], output / f"{run.name}.zip", load_crate_config(CRATE_CONFIG))
    for product in (run, run / "packaged" / "prov.json", crate):
        _require_valid(product)
    unpacked = unpack_crate(crate, output / run.name)
    return DemoResult(run, crate, run / "packaged" / "graph.svg", unpacked / "ro-crate-preview.html")


def _train(runs: Path) -> Path:
    """Run the training script as a user would, but package afterwards, as one does away from the cluster."""
    done = subprocess.run(
        [sys.executable, str(TRAINING_SCRIPT), "--output", str(runs)],
        env={**os.environ, "PROV4ML_FINALIZE": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise PackagerError(
            f"training failed with exit status {done.returncode}: {reason}", path=TRAINING_SCRIPT
        )
    # Its folder as the caller named it: the script prints the absolute path.
    return runs / Path(done.stdout.strip().splitlines()[-1]).name


def _require_valid(product: Path) -> None:
    report = validate(product)
    if not report.is_valid():
        first = report.findings[0]
        raise PackagerError(
            f"is not valid: {first.rule}: {first.message}", path=product, hint=first.help or None
        )
