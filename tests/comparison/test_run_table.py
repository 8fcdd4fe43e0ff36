"""Runs in one table: what differs, what was measured, and a file that other programs read to the bit."""

import csv
import io
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from csvw import CSVW

from prov4ml_packager.comparison import Facets, RunTable, facets_of, run_table, table_csv, table_metadata
from prov4ml_packager.metric_table import series_from_points, sorted_table, statistics
from prov4ml_packager.provenance import build_document
from prov4ml_packager.record import ParameterRecord, RunError, RunRecord

from ..crate.builders import START, make_run, points


@dataclass(frozen=True)
class Subject:
    run: RunRecord
    series: Any
    facets: Facets


def subject(run: RunRecord) -> Subject:
    series = tuple((one, statistics(one)) for one in run.metrics.series)
    return Subject(run, series, facets_of(build_document(run, store=None), structure=False))


def parameter(key: str, value: Any, context: str | None = None, source: str | None = None) -> ParameterRecord:
    return ParameterRecord(key, value, context, source, True, START)


def loss(*values: float, rank: int = 0, **names: Any) -> Any:
    return series_from_points(
        points(*values), **{"metric": "loss", "context": "training", **names}, rank=rank
    )


def make(tmp_path: Path, *changes: dict[str, Any], **limits: int) -> RunTable:
    runs = [
        make_run(tmp_path / f"digits_{number}", number=number, **change)
        for number, change in enumerate(changes)
    ]
    return run_table([subject(run) for run in runs], [run.directory.name for run in runs], **limits)


def cells(table: RunTable) -> dict[str, tuple[Any, ...]]:
    return {column.name: column.values for column in table.columns}


def test_a_row_says_what_differs_and_what_was_measured(tmp_path: Path) -> None:
    metrics = [
        sorted_table([loss(2.0, 1.0, 1.5), loss(5.0, unit="J", metric="energy_consumed")]),
        sorted_table([loss(3.0, math.nan, 0.5, math.nan)]),
    ]
    table = make(
        tmp_path,
        {
            "parameters": (parameter("lr", 0.1), parameter("same", 1), parameter("lr", 0.5, "training")),
            "metrics": metrics[0],
        },
        {
            "parameters": (parameter("lr", 0.2), parameter("same", 1), parameter("only", "x")),
            "metrics": metrics[1],
            "status": "failed",
            "error": RunError("ValueError", "no data", None),
            "final_metrics": (),
        },
    )
    found = cells(table)
    assert list(found)[:5] == ["run", "experiment", "run_id", "uuid", "status"]
    assert found["run"] == ("digits_0", "digits_1")
    assert found["status"] == ("finished", "failed")
    assert found["error"] == (None, "ValueError: no data")
    assert found["start_time"][0] == "2025-06-15T15:06:40.123+00:00"
    assert found["duration_seconds"] == (90.0, 90.0)
    assert {key: found[key] for key in found if key.startswith("params.")} == {
        "params.lr": ("0.1", "0.2"),
        "params.training/lr": ("0.5", None),
        "params.only": (None, "x"),
    }
    assert found["metrics.training/loss"][0] == 1.5
    assert math.isnan(found["metrics.training/loss"][1])
    assert found["metrics.training/loss.min"] == (1.0, 0.5)
    assert found["metrics.training/loss.max"] == (2.0, 3.0)
    assert found["final.best.max"] == (0.97, None)
    assert found["energy_joules"] == (5.0, None)
    assert not [key for key in found if "energy_consumed" in key or "same" in key]


def test_ranks_count_together_and_sources_apart(tmp_path: Path) -> None:
    series = [loss(4.0, 3.0), loss(9.0, 1.0, rank=1), loss(7.0, source="probe")]
    found = cells(make(tmp_path, {"metrics": sorted_table(series)}, {}))
    assert found["metrics.training/loss"] == (3.0, 0.5)
    assert found["metrics.training/loss.min"] == (1.0, 0.5)
    assert found["metrics.training/loss.max"] == (9.0, 2.0)
    assert found["metrics.training/loss from probe"] == (7.0, None)


def test_names_that_would_be_one_are_kept_apart(tmp_path: Path) -> None:
    series = [loss(1.0, metric="b/c", context="a"), loss(2.0, metric="c", context="a/b")]
    found = cells(make(tmp_path, {"metrics": sorted_table(series)}, {}))
    assert {found["metrics.a/b/c"][0], found["metrics.a/b/c (2)"][0]} == {1.0, 2.0}


def test_of_too_many_metrics_those_of_the_most_runs_are_there(tmp_path: Path) -> None:
    shared, own = loss(1.0, metric="z"), loss(2.0, metric="a")
    both = ({"metrics": sorted_table([shared, own])}, {"metrics": sorted_table([shared])})
    table = make(tmp_path, *both, most_metrics=1)
    assert [name for name in cells(table) if name.startswith("metrics.")] == ["metrics.training/z"]
    assert table.left_out == 1
    assert b"Metrics that are not in the table: 1." in table_metadata(table, "t.csv")


def test_another_reader_finds_the_same_values(tmp_path: Path) -> None:
    odd = 'a "quoted", text\nof two lines'
    exact = 0.1 + 0.2
    table = make(
        tmp_path,
        {
            "parameters": (
                parameter("lr", exact), parameter("big", 2**60), parameter("on", True),
                parameter("naïve.. name", odd), parameter("limit", math.inf),
            ),
            "metrics": sorted_table([loss(math.nan, exact)]),
        },
        {"parameters": (parameter("lr", 0.5),), "metrics": sorted_table([loss(-math.inf)])},
    )  # fmt: skip
    (tmp_path / "t.csv").write_bytes(table_csv(table))
    (tmp_path / "t.csv-metadata.json").write_bytes(table_metadata(table, "t.csv"))
    read = CSVW(str(tmp_path / "t.csv-metadata.json"), validate=True)
    assert (read.is_valid, read.warnings) == (True, [])
    first, second = read.tables[0]
    assert first["params.lr"] == first["metrics.training%2Floss"] == exact
    assert (first["params.big"], first["params.on"], first["params.limit"]) == (2**60, True, math.inf)
    assert first["params.na%C3%AFve%2E.%20name"] == odd
    assert (second["params.lr"], second["params.big"]) == (0.5, None)
    assert second["metrics.training%2Floss"] == -math.inf
    assert first["duration_seconds"] == 90.0
    unit = json.loads(table_metadata(table, "t.csv"))["tableSchema"]["columns"]
    assert [one["schema:unitText"] for one in unit if one["titles"] == "duration_seconds"] == ["s"]


def test_lines_end_as_rfc_4180_says_and_formulas_stay_text(tmp_path: Path) -> None:
    formula = '=HYPERLINK("https://evil.example","open")'
    table = make(
        tmp_path,
        {"parameters": (parameter("a", formula), parameter("b", -1.5)), "name": "@SUM(A1)"},
        {"parameters": (parameter("a", "plain"), parameter("b", 2.5))},
    )
    content = table_csv(table)
    assert content.count(b"\r\n") == content.count(b"\n") == 3
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert [row["params.a"] for row in rows] == [f"'{formula}", "plain"]
    assert [row["params.b"] for row in rows] == ["-1.5", "2.5"]
    assert rows[0]["name"] == "'@SUM(A1)"


def test_a_run_without_anything_has_a_row(tmp_path: Path) -> None:
    bare = {"parameters": (), "metrics": sorted_table([]), "final_metrics": (), "ranks": ()}
    found = cells(make(tmp_path, bare, {**bare, "status": "unfinished"}))
    assert [name for name in found if "." in name] == []
    assert found["error"] == (None, "The run did not end: it was killed, or a rank of it is missing.")
