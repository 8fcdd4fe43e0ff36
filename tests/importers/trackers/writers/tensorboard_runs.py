"""Writes event files with the real tensorboardX: `tensorboard_runs.py FOLDER [kill]`."""

import os
import signal
import sys

import numpy as np
from tensorboardX import SummaryWriter

from tests.importers.trackers.logged import HPARAMS, IMAGE, SCALARS, TEXT, WALL_TIME

folder = sys.argv[1]
if sys.argv[2:] == ["kill"]:
    writer = SummaryWriter(folder, flush_secs=1)
    for step in range(5000):
        writer.add_scalar("loss", 1 / (step + 1), step)
    writer.flush()
    os.kill(os.getpid(), signal.SIGKILL)
writer = SummaryWriter(f"{folder}/one")
for tag, points in SCALARS.items():
    for index, (step, value) in enumerate(points):
        writer.add_scalar(tag, value, step, walltime=WALL_TIME + index / 7)
writer.add_scalars("group", {"a": 1.0, "b": 2.0}, 3)
writer.add_image("samples/first", IMAGE, 2)
writer.add_text("notes", TEXT, 1)
writer.add_histogram("weights", np.arange(10.0), 0)
writer.add_hparams(HPARAMS, {"hp/acc": 0.75})
writer.close()
second = SummaryWriter(f"{folder}/search/two")
second.add_scalar("loss", 0.5, 0)
for size in (1, 2):
    second.add_hparams({"size": size}, {"score": size / 2}, name=f"trial{size}")
second.close()
