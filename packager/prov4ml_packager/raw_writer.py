"""Writing the three files of a run directory (docs/run-directory.md): for stores and for importers."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from prov4ml.rundir import FORMAT_VERSION, JOURNAL_FILE, METRICS_FILE, RUN_FILE

from .metric_table import MetricSeries
from .reader.points import RECORD_DTYPE

Span = tuple[int, int]
"""First and last time of the points of a series, in ns since the epoch."""


def write_points(
    folder: Path,
    series: Iterable[MetricSeries],
    progress: Callable[[int], None],
    kept: Path | None = None,
) -> list[Span | None]:
    """Write the points of one rank, series by series, numbered from 1 in the order given.

    Memory is bounded by `metric_table.CHUNK_POINTS`.

    Args:
        folder: the rank's folder, which exists.
        series: the series of the rank.
        progress: called with the number of points just written.
        kept: a file for the points meanwhile, moved to its place at the end. The whole records that a call
            which was killed left in it, for the same series, are not written again.

    Returns:
        For each series the smallest and the largest time, None for one without points.
    """
    spans: list[Span | None] = []
    path = kept or folder / METRICS_FILE
    with path.open("ab") as stream:
        done = stream.tell() // RECORD_DTYPE.itemsize
        stream.truncate(done * RECORD_DTYPE.itemsize)
        for number, one in enumerate(series, start=1):
            span: Span | None = None
            for points in one.chunks():
                left, done = points[done:], max(0, done - len(points))
                records = np.zeros(len(left), RECORD_DTYPE)
                records["series"] = number
                for name in ("step", "time", "value"):
                    records[name] = left[name]
                stream.write(records.view(np.uint8).data)
                first, last = int(points["time"].min()), int(points["time"].max())
                span = (first, last) if span is None else (min(span[0], first), max(span[1], last))
                progress(len(points))
            spans.append(span)
    if kept is not None:
        os.replace(kept, folder / METRICS_FILE)
    return spans


def write_journal(folder: Path, events: Iterable[Mapping[str, Any]]) -> None:
    """Write the journal of one rank: one line an event, in ASCII.

    Raises:
        ValueError: an event holds a float that is not finite; `encode_typed` writes those as text.
    """
    with (folder / JOURNAL_FILE).open("w", encoding="ascii", newline="\n") as journal:
        for event in events:
            journal.write(json.dumps(event, allow_nan=False) + "\n")


def write_run_file(
    directory: Path,
    *,
    uuid: str,
    experiment: str,
    run_id: str,
    created: int,
    user_namespace: str | None,
    world_size: int | None,
    collect_all_processes: bool,
    logger: tuple[str, str],
    name: str | None = None,
) -> None:
    """Write `run.json` with the default options.

    Args:
        directory: the run directory.
        uuid: of the run.
        experiment: its true name.
        run_id: what follows the key of `experiment` and an underscore in the folder's name.
        created: ns since the epoch.
        user_namespace: as the user gave it.
        world_size: number of processes of the job.
        collect_all_processes: whether every rank is expected.
        logger: name and version of the program that logged the run.
        name: a name that the run was given.
    """
    document = {
        "format_version": FORMAT_VERSION,
        "uuid": uuid,
        "experiment": experiment,
        "run_id": run_id,
        "name": name,
        "created": created,
        "user_namespace": user_namespace,
        "identity": None,
        "world_size": world_size,
        "collect_all_processes": collect_all_processes,
        "options": {
            "metrics_file_type": "zarr", "csv_separator": ",", "compressor": None, "chunk_codec": None,
            "save_after_n_logs": 100,
        },
        "logger": {"name": logger[0], "version": logger[1]},
    }  # fmt: skip
    (directory / RUN_FILE).write_text(json.dumps(document, indent=1) + "\n", encoding="ascii", newline="\n")
