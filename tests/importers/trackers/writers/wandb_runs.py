"""Writes runs with the real wandb, offline: `wandb_runs.py all | resume ID | kill`."""

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import wandb

from tests.importers.trackers.logged import CONFIG, HISTORY

settings = wandb.Settings(silent=True, console="wrap")


def everything() -> None:
    run = wandb.init(
        project="proj", name="näme", config=CONFIG, tags=["x", "y"], notes="some notes", group="g",
        job_type="train", settings=settings,
    )  # fmt: skip
    for row in HISTORY:
        run.log(row)
    run.log({"late": 1}, step=100)
    run.log({"image": wandb.Image(np.zeros((4, 4, 3), dtype="uint8")), "h": wandb.Histogram([1, 2])})
    run.define_metric("custom", step_metric="epoch")
    run.summary["best"] = 0.5
    run.config.update({"later": [3]})
    Path("outside.txt").write_text("what lies outside")
    run.save("outside.txt")
    Path(run.dir, "notes.txt").write_text("inside")
    artifact = wandb.Artifact("data", "dataset", metadata={"k": 1}, description="words")
    artifact.add_file("outside.txt", name="renamed.txt")
    run.log_artifact(artifact)
    print("hello output")
    run.finish(exit_code=3)


def segment(identifier: str, values: list[float]) -> None:
    run = wandb.init(project="proj", id=identifier, resume="allow", settings=settings)
    for value in values:
        run.log({"loss": value})
    run.finish()


def killed() -> None:
    run = wandb.init(project="proj", id="killed", config={"lr": 0.1}, settings=settings)
    for step in range(3000):
        run.log({"loss": 1 / (step + 1)})
    time.sleep(3)  # wandb writes its log in blocks, from a process of its own
    os.kill(os.getpid(), signal.SIGKILL)


if sys.argv[1] == "all":
    everything()
elif sys.argv[1] == "resume":
    segment(sys.argv[2], [3.0, 2.0])
    time.sleep(1.1)  # the folders' names tell seconds
    segment(sys.argv[2], [1.0])
else:
    killed()
