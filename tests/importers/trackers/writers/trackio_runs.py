"""Writes runs with the real Trackio: `trackio_runs.py FOLDER [live]`."""

import os
import sys
import time
from pathlib import Path

os.environ["TRACKIO_DIR"] = sys.argv[1]

import numpy as np
import pandas as pd
import trackio

from tests.importers.trackers.logged import CONFIG, HISTORY

for index in range(2):
    trackio.init(project="my proj ü", name=f"run {index}", config=CONFIG, group="g", embed=False)
    for row in HISTORY:
        trackio.log(row)
    trackio.log({"loss": 7, "text": "last words"}, step=1)
    trackio.log(
        {
            "image": trackio.Image(np.zeros((4, 4, 3), dtype="uint8"), caption="dark"),
            "table": trackio.Table(dataframe=pd.DataFrame({"a": [1]})),
            "words": trackio.Markdown("# hi ü"),
            "h": trackio.Histogram([1, 2, 3]),
        },
        step=50,
    )
    if index == 0:
        Path("weights.bin").write_bytes(b"abc")
        artifact = trackio.Artifact("net", type="model", metadata={"k": 1})
        artifact.add_file("weights.bin")
        trackio.log_artifact(artifact)
    if sys.argv[2:] == ["live"]:
        print("waiting", flush=True)
        time.sleep(5)
        input()
    trackio.finish()
