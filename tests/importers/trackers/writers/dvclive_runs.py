"""Writes a run with the real DVCLive: `dvclive_runs.py FOLDER`."""

import sys

import numpy as np
from dvclive import Live

from tests.importers.trackers.logged import DVC_METRICS, DVC_PARAMETERS

with Live(sys.argv[1], save_dvc_exp=False, dvcyaml=None) as live:
    live.log_params(DVC_PARAMETERS)
    for step in range(3):
        for name, values in DVC_METRICS.items():
            live.log_metric(name, values[step], timestamp=name.startswith("timed"))
        live.next_step()
    live.log_metric("final", 0.75, plot=False)
    live.log_image("confusion.png", np.zeros((4, 4, 3), dtype="uint8"))
