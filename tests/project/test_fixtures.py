"""Run directories and crates of every released format stay readable, whatever is changed."""

import math
from pathlib import Path

import pytest

from prov4ml_packager.crate import unpack_crate
from prov4ml_packager.reader import read_run
from prov4ml_packager.record import RunRecord
from prov4ml_validators import validate

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
RUNS = sorted(FIXTURES.glob("format-*/runs/*"))
CRATES = sorted(FIXTURES.glob("format-*/crates/*.zip"))
HOSTILE_NAMES = [
    "../x",
    "a" * 300,
    "line\nbreak",
    "😀",
    "CON",
    "Loss",
    "loss",
    "nul\0",
    "\ud800",
    '<b>"&</b>',
]


def read(name: str) -> RunRecord:
    (directory,) = FIXTURES.glob(f"format-1/runs/{name}*")
    return read_run(directory)


def values(record: RunRecord, metric: str, context: str | None = None) -> list[float]:
    return [
        value
        for series in record.metrics.series
        if (series.metric, series.context) == (metric, context)
        for value in series.points()["value"].tolist()
    ]


def test_every_kind_is_kept() -> None:
    assert len(RUNS) == len(CRATES) == 4


@pytest.mark.parametrize("path", [*RUNS, *CRATES], ids=lambda path: path.name)
def test_what_was_kept_is_valid(path: Path) -> None:
    assert validate(path).is_valid()


@pytest.mark.parametrize("crate", CRATES, ids=lambda path: path.name)
def test_a_kept_crate_unpacks_to_its_run(crate: Path, tmp_path: Path) -> None:
    unpacked = unpack_crate(crate, tmp_path / "opened")
    kept = FIXTURES / "format-1" / "runs" / crate.stem / "run.json"
    assert (unpacked / "run.json").read_bytes() == kept.read_bytes()


def test_the_finished_run() -> None:
    record = read("finished")
    assert (record.experiment, record.status, record.error) == ("finished", "finished", None)
    assert {parameter.key: parameter.value for parameter in record.parameters} == {
        "lr": 0.1,
        "epochs": 3,
        "optimizer": "SGD",
        "nesterov": True,
        "layers": [64, 10],
    }
    assert values(record, "loss", "TRAINING") == [1.0, 1 / 2, 1 / 3]
    special = values(record, "special")
    assert math.isnan(special[0])
    assert special[1:3] == [math.inf, -math.inf]
    assert math.copysign(1, special[3]) == -1
    assert special[4] == 2**53 + 2
    assert [(version.version, version.previous) for version in record.model_versions] == [
        (1, None),
        (2, 1),
        (3, 2),
    ]
    (final,) = record.final_metrics
    assert (final.key, final.operation, final.value) == ("accuracy", "max", 2 / 3)


def test_the_killed_run() -> None:
    record = read("killed")
    assert record.status == "unfinished"
    # Of 3 + 3 + 5 + 25 points, ten at a time, the last six were never written.
    assert record.metrics.point_count == 30
    assert values(record, "loss", "TRAINING")[:4] == [1.0, 1 / 2, 1 / 3, 0.0]


def test_the_run_of_four_ranks() -> None:
    record = read("four-ranks")
    assert (record.status, record.world_size, [rank.rank for rank in record.ranks]) == (
        "finished",
        4,
        [0, 1, 2, 3],
    )
    assert [(series.rank, series.points()["value"][1]) for series in record.metrics.series] == [
        (rank, rank + 1 / 4) for rank in range(4)
    ]


def test_the_run_of_hostile_names() -> None:
    record = read("hostile")
    assert record.experiment == "../../hostile\n"
    for number, name in enumerate(HOSTILE_NAMES):
        assert values(record, name, name) == [number]
        assert values(record, name) == [number]
    assert [artifact.name for artifact in record.artifacts] == HOSTILE_NAMES
    for number, artifact in enumerate(record.artifacts):
        assert artifact.file.path is not None
        assert (record.directory / artifact.file.path).read_text() == str(number)
