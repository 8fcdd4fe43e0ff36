"""Writes runs with the real CSVLogger of Lightning: `lightning_runs.py FOLDER`."""

import sys

from lightning.pytorch.loggers import CSVLogger

from tests.importers.trackers.logged import LIGHTNING_PARAMETERS, LIGHTNING_ROWS

for _ in range(2):
    logger = CSVLogger(sys.argv[1], flush_logs_every_n_steps=2)
    logger.log_hyperparams(LIGHTNING_PARAMETERS)
    for step, row in LIGHTNING_ROWS:
        logger.log_metrics(row, step)
    logger.save()
    logger.finalize("success")
