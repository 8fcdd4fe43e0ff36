"""Run records in memory over real files, as the reader makes them from what the logger wrote."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from prov4ml_packager.crate import Author, Contact, CrateOptions, Organization
from prov4ml_packager.metric_table import POINT_DTYPE, series_from_points, sorted_table
from prov4ml_packager.record import (
    ArtifactRecord,
    ContextRecord,
    DatasetRecord,
    FileRecord,
    FinalMetricRecord,
    GitRecord,
    ModelRecord,
    ModelVersionRecord,
    ParameterRecord,
    PortRecord,
    RankRecord,
    RunOptions,
    RunRecord,
    SourceCodeRecord,
)

START = 1_750_000_000_123_456_789
SECOND = 1_000_000_000
COMMIT = "0123456789abcdef0123456789abcdef01234567"

FULL = CrateOptions(
    name="Digits, classified",
    description="A run that classifies handwritten digits.",
    license="CC-BY-4.0",
    authors=(
        Author(
            "Ada Lovelace",
            "https://orcid.org/0000-0002-1825-0097",
            Organization("Example University", "https://ror.org/03yrm5c26"),
        ),
    ),
    publisher=Organization("Example Institute", "https://ror.org/05dxps055"),
    contact=Contact("Ada Lovelace", "ada@example.org"),
    url="https://example.org/software",
    keywords=("machine learning", "digits"),
)


def write_file(root: Path, path: str, content: bytes) -> FileRecord:
    """Write a file of the run and return what the logger would have recorded of it."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return FileRecord(path, f"/home/ada/{path}", "file", len(content), hashlib.sha256(content).hexdigest(), 1)


def write_folder(root: Path, path: str, files: dict[str, bytes]) -> FileRecord:
    """Write a directory of the run."""
    for name, content in files.items():
        write_file(root, f"{path}/{name}", content)
    size = sum(len(content) for content in files.values())
    return FileRecord(path, f"/home/ada/{path}", "directory", size, None, len(files))


def artifact(
    name: str, file: FileRecord, *, is_input: bool = False, is_model: bool = False
) -> ArtifactRecord:
    return ArtifactRecord(name, file, "training", 3, None, is_input, is_model, {}, START, 0)


def points(*values: float) -> Any:
    array = np.zeros(len(values), POINT_DTYPE)
    array["step"] = range(len(values))
    array["time"] = START
    array["value"] = values
    return array


def rank_record(rank: int = 0) -> RankRecord:
    return RankRecord(
        rank=rank, start=START, end=START + 90 * SECOND, status="finished", error=None, ended_by="end_run",
        host="node1", pid=100 + rank, user="ada", launcher=None,
        python={"implementation": "CPython", "version": "3.11.7"},
        platform={"system": "Linux", "release": "6.1", "machine": "x86_64"}, cpu_count=2, devices=(),
        packages={"numpy": "2.1.0", "scikit-learn": "1.5.2", "bad name": "1"},
        git=GitRecord(COMMIT, "main", False, "git@github.com:example/digits.git"),
        script="/home/ada/digits/train.py", command=("/home/ada/train.py", "--lr", "0.1", "--token=s3cret"),
        points_lost=0,
    )  # fmt: skip


def write_products(root: Path, *, zarr: bool = True) -> None:
    """Write what `finalize` leaves in `packaged/`: a small document and a store."""
    document = {
        "prefix": {"ex": "http://example.org/"},
        "entity": {"ex:model": {"prov:label": "model"}},
        "activity": {"ex:run": {"prov:label": "run"}},
        "wasGeneratedBy": {"_:g1": {"prov:entity": "ex:model", "prov:activity": "ex:run"}},
    }
    write_file(root, "packaged/prov.json", json.dumps(document).encode())
    if zarr:
        write_file(root, "packaged/metrics.zarr/zarr.json", b'{"zarr_format": 3, "node_type": "group"}')
        write_file(root, "packaged/metrics.zarr/training/loss/value/c/0", bytes(range(256)) * 4)
        write_file(
            root, "packaged/metrics.zarr/training/zarr.json", b'{"zarr_format": 3, "node_type": "group"}'
        )
    else:
        write_file(root, "packaged/metrics.csv", b"context,metric,source,rank,step,time,value\n")
        write_file(root, "packaged/metrics.csv-metadata.json", b"{}")


def make_run(
    root: Path,
    *,
    number: int = 1,
    extra: Callable[[Path], tuple[ArtifactRecord, ...]] | None = None,
    **changes: Any,
) -> RunRecord:
    """Write a finished run with something of everything and return its record."""
    write_file(root, "run.json", b'{"format_version": 1}')
    write_file(root, "rank_0/events.jsonl", b'{"event": "rank_start"}\n')
    write_file(root, "rank_0/metrics.bin", bytes(64))
    write_products(root)
    model = write_file(root, "artifacts/model/model-v1.bin", b"weights" * 1000)
    script = write_file(root, "artifacts/source/train.py", b"print('training')\n" * 50)
    data = write_file(root, "artifacts/digits.npz", b"PK-like" * 100)
    plots = write_folder(root, "artifacts/plots", {"a.txt": b"a", "deep/b c.txt": b"b"})
    series = [
        series_from_points(points(2.0, 1.0, 0.5), metric="loss", context="training"),
        series_from_points(points(float("nan"), 0.25), metric="accuracy", context="validation", unit="%"),
    ]
    run = RunRecord(
        directory=root, uuid=f"12345678-1234-4234-8234-{number:012d}", experiment="digits",
        run_id=str(number), user_namespace=None, created=START, start=START, end=START + 90 * SECOND,
        status="finished", error=None,
        world_size=None, collect_all_processes=False, options=RunOptions(), logger_version="0.1.0",
        ranks=(rank_record(),), metrics=sorted_table(series),
        contexts=(
            ContextRecord("training", None, START, START + SECOND),
            ContextRecord("validation", None, START, START + SECOND),
        ),
        parameters=(
            ParameterRecord("lr", 0.1, None, None, True, START),
            ParameterRecord("lr", 0.05, "training", None, True, START),
            ParameterRecord("layers", [64, 10], None, None, True, START),
            ParameterRecord("huge", 2**60, None, None, True, START),
            ParameterRecord("limit", float("inf"), None, None, True, START),
        ),
        artifacts=(artifact("plots", plots), *(extra(root) if extra else ())),
        models=(ModelRecord("digits-net", "sklearn.SGD", 650, 650, 5200, None, None, START, 0),),
        model_versions=(ModelVersionRecord("digits-net", 1, None, model, "training", 3, START, 0),),
        datasets=(
            DatasetRecord("digits", "numpy.ndarray", "training", {"samples": 9}, "ab" * 32, None, START, 0),
            DatasetRecord("digits file", "path", None, {}, data.sha256, data, START, 0),
        ),
        ports=(
            PortRecord("input", 1, "threshold", None, START, 0),
            PortRecord("output", 1, 0.97, None, START, 0),
        ),
        source_code=(SourceCodeRecord((script,), script.path, None, START),),
        final_metrics=(FinalMetricRecord("best", "MAX", 0.0, 0.97, 12, 0),),
    )  # fmt: skip
    return replace(run, **changes)
