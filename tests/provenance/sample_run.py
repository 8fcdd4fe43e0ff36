"""A run with something of every kind in it, and one whose every text is hostile."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from prov4ml_packager.metric_table import POINT_DTYPE, MetricSeries, series_from_points, sorted_table
from prov4ml_packager.record import (
    ArtifactRecord,
    CommandRecord,
    ContextRecord,
    DatasetRecord,
    FileRecord,
    FinalMetricRecord,
    GitRecord,
    JsonValue,
    LayerRecord,
    ModelRecord,
    ModelVersionRecord,
    ParameterRecord,
    PortRecord,
    RankRecord,
    RunError,
    RunOptions,
    RunRecord,
    SourceCodeRecord,
)

START = 1_767_225_600_123_456_789  # 2026-01-01T00:00:00.123456789Z
SECOND = 10**9
UUID = "5f0c6a52-5b0f-4c8e-9d0a-3a6f8f1f2b11"

HOSTILE_NAMES = (
    "../x",
    "../../etc/passwd",
    "n" * 300,
    "line\nbreak",
    "carriage\rreturn",
    "tab\tstop",
    "emoji 🦆",
    "CON",
    "run",
    "a",
    "A",
    "lone \ud800 surrogate",
    "nul \x00 byte",
    "\\u0041",
    "a/b",
    'x" y',
    "prov:Person",
    "<b>&amp;</b>",
    "_:b1",
    "=' ,:;[]",
    "2nd",
    "",
    " leading and trailing ",
    "\u202eright to left",
    "\ufffe",
    "a.b",
    "]]>",
    "%d %s {0}",
)

VALUES: tuple[JsonValue, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    2**31 - 1,
    2**31,
    -(2**31) - 1,
    2**53 + 1,
    2**63 - 1,
    2**63,
    -(2**63) - 1,
    10**30,
    0.0,
    -0.0,
    0.1,
    1e-5,
    1e16,
    1.0,
    5e-324,
    1.7976931348623157e308,
    math.nan,
    math.inf,
    -math.inf,
    "",
    "text",
    "1",
    "true",
    "NaN",
    " x ",
    "a\nb\tc\rd",
    "prov:Person",
    "http://example.org/",
    "\u2028",
    [1, "two", None, [3.5, "NaN"]],
    {"b": 1, "a": {"\ud800": "\x00"}},
    [],
    {},
)


def a_file(path: str | None = "artifacts/model.pt") -> FileRecord:
    return FileRecord(path, "/home/someone/secret/model.pt", "file", 1234, "ab" * 32, 1)


def a_rank(rank: int = 0, **changes: object) -> RankRecord:
    record = RankRecord(
        rank=rank,
        start=START + SECOND,
        end=START + 90 * SECOND,
        status="finished",
        error=None,
        ended_by="end_run",
        host=f"node{rank}",
        pid=4711,
        user="ada",
        launcher=None,
        python={"implementation": "CPython", "version": "3.12.1"},
        platform={"system": "Linux", "release": "6.1", "machine": "x86_64"},
        cpu_count=8,
        devices=({"kind": "gpu", "name": "A100", "memory": 42949672960},) * 2,
        packages={"numpy": "2.1.0", "torch": "2.7.0"},
        git=GitRecord("c0ffee" * 6 + "c0ff", "main", True, "https://example.org/repo.git"),
        script="/home/someone/train.py",
        command=("python", "train.py", "--token", "hunter2"),
        points_lost=0,
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def a_series(
    metric: str,
    values: Sequence[float],
    *,
    context: str | None = "TRAINING",
    rank: int = 0,
    source: str | None = None,
) -> MetricSeries:
    points = np.zeros(len(values), POINT_DTYPE)
    points["step"] = np.arange(len(values))
    points["time"] = START + (10 + np.arange(len(values))) * SECOND
    points["value"] = values
    return series_from_points(points, metric=metric, context=context, rank=rank, source=source)


def an_artifact(name: str, **changes: object) -> ArtifactRecord:
    record = ArtifactRecord(
        name=name,
        file=a_file("artifacts/plot.png"),
        context="VALIDATION",
        step=3,
        source=None,
        is_input=False,
        is_model=False,
        attributes={"dpi": 300, "sub title": "x"},
        time=START + 40 * SECOND,
        rank=0,
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def a_parameter(key: str, value: JsonValue, **changes: object) -> ParameterRecord:
    record = ParameterRecord(key, value, None, None, True, START + 2 * SECOND)
    return replace(record, **changes)  # type: ignore[arg-type]


def a_run(**changes: object) -> RunRecord:
    """Return a finished run of one process with one or more records of each kind."""
    version = ModelVersionRecord("net", 1, None, a_file(), "TRAINING", 1, START + 20 * SECOND, 0)
    record = RunRecord(
        directory=Path("prov/digits_0"),
        uuid=UUID,
        experiment="digits",
        run_id="0",
        user_namespace=None,
        created=START,
        start=START,
        end=START + 100 * SECOND,
        status="finished",
        error=None,
        world_size=None,
        collect_all_processes=False,
        options=RunOptions(),
        logger_version="0.1.0",
        ranks=(a_rank(),),
        metrics=sorted_table(
            [
                a_series("loss", [1.0, 0.5, math.nan, 0.25]),
                a_series("accuracy", [0.5, 0.75], source="torchmetrics"),
                a_series("accuracy", [0.5, 0.625], context="VALIDATION"),
                a_series("cpu_usage", [12.5], context=None),
                a_series("never", [], context=None),
            ]
        ),
        contexts=(
            ContextRecord("TRAINING", None, START + 5 * SECOND, START + 50 * SECOND),
            ContextRecord("VALIDATION", None, START + 30 * SECOND, START + 200 * SECOND),
        ),
        parameters=(
            a_parameter("lr", 0.1),
            a_parameter("epochs", 5, context="TRAINING"),
            a_parameter("best", 3, is_input=False),
        ),
        artifacts=(an_artifact("plot"), an_artifact("plot"), an_artifact("config", is_input=True)),
        models=(
            ModelRecord(
                "net", "Net", 1000, 900, 4000, (LayerRecord("fc", "Linear", 1000),), a_file(), START, 0
            ),
        ),
        model_versions=(version, replace(version, version=2, previous=1, step=2, time=START + 25 * SECOND)),
        datasets=(
            DatasetRecord(
                "digits",
                "ndarray",
                "TRAINING",
                {"samples": 1797, "shape": [1797, 64]},
                "cd" * 32,
                None,
                START + 3 * SECOND,
                0,
            ),
        ),
        ports=(
            PortRecord("input", 1, None, a_file("artifacts/in.csv"), START + 4 * SECOND, 0),
            PortRecord("output", 1, 0.97, None, START + 95 * SECOND, 0),
        ),
        source_code=(
            SourceCodeRecord(
                (a_file("artifacts/train.py"), a_file(None)), "artifacts/train.py", None, START + SECOND
            ),
        ),
        commands=(CommandRecord("python train.py", "/home/someone", START + SECOND),),
        final_metrics=(FinalMetricRecord("best_accuracy", "max", -math.inf, 0.75, 4, 0),),
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def a_four_rank_run() -> RunRecord:
    """Return a failed run of four processes, the last of which was killed."""
    ranks = [
        a_rank(0),
        a_rank(1),
        a_rank(2, packages={"numpy": "1.26.4"}),
        a_rank(3, end=None, status="unfinished"),
    ]
    series = [a_series("loss", [0.5, rank], rank=rank) for rank in range(4)]
    own = [a_series("energy", [rank], rank=rank, context=None) for rank in range(4)]
    return a_run(
        ranks=tuple(ranks),
        metrics=sorted_table(series + own),
        status="failed",
        error=RunError("ValueError", "bad\nbatch", "Traceback: /home/someone/train.py"),
        world_size=4,
        collect_all_processes=True,
    )


def a_hostile_run() -> RunRecord:
    """Return a run in which every text that a user chooses is hostile."""
    names = HOSTILE_NAMES
    return a_run(
        experiment=names[11],
        run_id=names[3],
        user_namespace='x" y',
        uuid="not a uuid",
        status="failed",
        error=RunError(names[3], "".join(names), None),
        contexts=tuple(ContextRecord(name, None, START, START + SECOND) for name in names),
        parameters=tuple(
            a_parameter(name, name, context=context) for name in names for context in (None, names[0])
        )
        + tuple(a_parameter(f"value {index}", value) for index, value in enumerate(VALUES)),
        metrics=sorted_table(
            a_series(name, [1.0, math.nan], context=context, source=name)
            for name in names
            for context in (None, "a", "A", "a.b", "../x")
        ),
        artifacts=tuple(an_artifact(name, attributes=dict.fromkeys(names, name)) for name in names),
        datasets=tuple(
            DatasetRecord(name, name, name, dict.fromkeys(names, 1.5), None, a_file(name), START, 0)
            for name in names
        ),
        models=tuple(
            ModelRecord(name, name, None, None, None, (LayerRecord(name, name, None),), None, START, 0)
            for name in names
        ),
        model_versions=tuple(
            ModelVersionRecord(name, 1, None, a_file(name), name, None, START, 0) for name in names
        ),
        source_code=(SourceCodeRecord(tuple(a_file(name) for name in names), names[0], None, START),),
        commands=tuple(CommandRecord(name, name, START) for name in names),
        ports=tuple(PortRecord("input", index, name, None, START, 0) for index, name in enumerate(names)),
        final_metrics=tuple(FinalMetricRecord(name, name, None, name, 1, 0) for name in names),
        ranks=(
            a_rank(
                user=names[12], host=names[11], packages=dict.fromkeys(names, names[4]), launcher=names[5]
            ),
        ),
    )
