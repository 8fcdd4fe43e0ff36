"""Kills real training processes with SIGKILL at random instants and checks what is left.

The child counts, in a shared mmap, every `log_metric` call that has returned. After the kill the run
directory must hold all those points but at most `save_after_n_logs - 1`, in order and whole, and must
finalize into a crate that is valid and says that the run did not finish.

`python -m tests.logger.crash_proof --kills 200` prints a table; the test suite runs a short form.
"""

import argparse
import json
import mmap
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests.logger.raw import points

CHILD = """
import mmap, os, struct, sys, time
import prov4ml
counter = mmap.mmap(os.open(sys.argv[1], os.O_RDWR), 8)
pause = float(sys.argv[4])
options = dict(save_after_n_logs=int(sys.argv[3]), disable_codecarbon=True)
prov4ml.start_run("killed", prov_save_path=sys.argv[2], **options)
prov4ml.log_param("lr", 0.1)
print("ready", flush=True)
step = 0
while True:
    prov4ml.log_metric("loss", step, prov4ml.Context.TRAINING, step)
    step += 1
    counter[:8] = struct.pack("<q", step)
    if step % 997 == 0:
        prov4ml.log_param(f"p{step}", step)
        prov4ml.log_metric("late " + str(step), step)
    if pause:
        time.sleep(pause)
"""


class Outcome(NamedTuple):
    """What one kill left."""

    returned: int
    found: int
    status: str
    crate_valid: bool

    @property
    def missing(self) -> int:
        return max(0, self.returned - self.found)


def kill_once(folder: Path, *, delay: float, save_after: int, pause: float = 0.0) -> tuple[Path, int]:
    """Start a child, kill it `delay` seconds after it is ready, and return its run directory and count."""
    counter = folder / "counter"
    counter.write_bytes(bytes(8))
    script = folder / "child.py"
    script.write_text(CHILD)
    child = subprocess.Popen(
        [sys.executable, script, counter, folder / "prov", str(save_after), str(pause)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert child.stdout is not None
    with child.stdout:
        assert child.stdout.readline() == "ready\n"
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
    with open(counter, "r+b") as file, mmap.mmap(file.fileno(), 8) as memory:
        (returned,) = struct.unpack("<q", memory[:8])
    return folder / "prov" / "killed_0", returned


def check(directory: Path, returned: int) -> Outcome:
    """Finalize a killed run into a crate, validate that, and count the points that the child logged."""
    from prov4ml_packager.crate import CrateOptions, build_crate
    from prov4ml_packager.finalize import finalize
    from prov4ml_validators import validate

    logged = points(directory / "rank_0").get(("TRAINING", "loss", None), [])
    assert [point.step for point in logged] == list(range(len(logged))), "a hole or a torn record"
    record = finalize(directory).record
    assert record.metrics.point_count >= len(logged)
    crate = build_crate([record], directory.with_name("killed.zip"), CrateOptions())
    valid = validate(crate).is_valid() and validate(directory / "packaged" / "prov.json").is_valid()
    return Outcome(returned, len(logged), record.status, valid)


def prove(kills: int, *, seed: int, save_after: int = 100) -> list[Outcome]:
    """Kill `kills` children, each after another random time of up to half a second."""
    chosen = random.Random(seed)
    outcomes = []
    for _ in range(kills):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            directory, returned = kill_once(place, delay=chosen.uniform(0, 0.5), save_after=save_after)
            outcomes.append(check(directory, returned))
    return outcomes


def main() -> int:
    """Run the long form; exit status 1 if anything was lost beyond the promise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save-after", type=int, default=100)
    options = parser.parse_args()
    outcomes = prove(options.kills, seed=options.seed, save_after=options.save_after)
    worst = max(outcome.missing for outcome in outcomes)
    summary = {
        "kills": len(outcomes),
        "points logged in all": sum(outcome.returned for outcome in outcomes),
        "most points missing after a kill": worst,
        "allowed": options.save_after - 1,
        "valid crates": sum(outcome.crate_valid for outcome in outcomes),
        "statuses": sorted({outcome.status for outcome in outcomes}),
    }
    print(json.dumps(summary, indent=2))
    good = worst < options.save_after and all(
        outcome.crate_valid and outcome.status in ("failed", "unfinished") for outcome in outcomes
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
