"""A crate of several runs: the whole experiment, in one order, compared and described."""

import csv
import hashlib
import io
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prov4ml_packager.crate import CrateOptions, build_crate
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.finalize_many import ensure_all_finalized
from prov4ml_packager.record import RunRecord
from prov4ml_validators import Severity, validate

from ..report.runs import ordinary_run
from .builders import COMMIT, FULL, SECOND, START, make_run, rank_record
from .test_metadata import graph_of, ids


def finalized(root: Path, count: int) -> list[RunRecord]:
    """Runs of one experiment with another rate each, as the logger leaves them, and finalized."""
    runs = [
        ordinary_run(root / f"digits_{number}", number, rate=0.1 * (1 + number), points=12)
        for number in range(count)
    ]
    return ensure_all_finalized(runs)


def named(tmp_path: Path, *experiments: str) -> list[RunRecord]:
    return [
        make_run(tmp_path / f"run_{number}", number=number, experiment=experiment)
        for number, experiment in enumerate(experiments)
    ]


def test_the_comparison_is_in_the_crate_and_described(tmp_path: Path) -> None:
    runs = finalized(tmp_path, 3)
    crate = build_crate(runs, tmp_path / "crate", FULL)
    content = (crate / "comparison.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert [row["run"] for row in rows] == ["digits_0", "digits_1", "digits_2"]
    assert [float(row["params.rate"]) for row in rows] == [0.1, 0.2, 0.1 * 3]
    assert rows[0]["energy_joules"] == str(12 * 36_000.0)
    graph = graph_of(crate)
    assert {"comparison.csv", "comparison.csv-metadata.json"} <= ids(graph["./"]["hasPart"])
    table = graph["comparison.csv"]
    assert (table["@type"], table["encodingFormat"]) == ("File", "text/csv")
    assert table["sha256"] == hashlib.sha256(content).hexdigest()
    assert ids(table["about"]) == {"digits_0/", "digits_1/", "digits_2/"}
    measured = {graph[one]["name"]: graph[one] for one in ids(table["variableMeasured"])}
    assert {"params.rate", "metrics.TRAINING/loss.min", "energy_joules", "status"} <= set(measured)
    assert measured["energy_joules"]["unitText"] == "J"
    assert f"{table['sha256']}  comparison.csv\n" in (crate / "manifest-sha256.txt").read_text()


def test_each_run_is_a_dataset_of_its_own(tmp_path: Path) -> None:
    graph = graph_of(build_crate(finalized(tmp_path, 2), tmp_path / "crate", FULL))
    for number in (0, 1):
        folder = graph[f"digits_{number}/"]
        assert folder["@type"] == "Dataset"
        assert folder["name"] == f"digits, run {number}"
        assert folder["description"] == f"Everything of digits, run {number}, finished."
        assert folder["dateCreated"] == "2023-11-14T22:13:31.000+00:00"
        assert graph[folder["mentions"]["@id"]]["@type"] == "CreateAction"
        assert f"digits_{number}/packaged/prov.json" in ids(folder["hasPart"])


def test_the_order_given_changes_nothing(tmp_path: Path) -> None:
    runs = finalized(tmp_path, 12)
    first = build_crate(runs, tmp_path / "a.zip", FULL).read_bytes()
    random.Random(1).shuffle(runs)
    assert build_crate(runs, tmp_path / "b.zip", FULL).read_bytes() == first


def test_runs_are_in_the_order_in_which_they_began(tmp_path: Path) -> None:
    runs = [
        make_run(tmp_path / name, number=number, start=START + late * SECOND)
        for number, (name, late) in enumerate([("b_10", 0), ("b_2", 0), ("a_1", 5)])
    ]
    crate = build_crate(runs, tmp_path / "crate", FULL)
    rows = list(csv.DictReader(io.StringIO((crate / "comparison.csv").read_text(), newline="")))
    assert [row["run"] for row in rows] == ["b_2", "b_10", "a_1"]


@pytest.mark.parametrize(
    ("experiments", "title"),
    [
        (["digits"], "digits, run 0"),
        (["digits", "digits"], "digits: 2 runs"),
        (["b", "a", "b"], "3 runs of 2 experiments: a, b"),
        (["e", "d", "c", "b", "a"], "5 runs of 5 experiments: a, b, c and 2 more"),
    ],
)
def test_the_title_is_the_experiments_name(tmp_path: Path, experiments: list[str], title: str) -> None:
    runs = named(tmp_path, *experiments)
    runs = [replace(run, run_id=str(number)) for number, run in enumerate(runs)]
    root = graph_of(build_crate(runs, tmp_path / "crate", CrateOptions()))["./"]
    assert root["name"] == title


def test_the_description_counts_how_runs_ended(tmp_path: Path) -> None:
    runs = named(tmp_path, "digits", "digits", "digits")
    runs[1] = replace(runs[1], status="failed")
    root = graph_of(build_crate(runs, tmp_path / "crate", CrateOptions()))["./"]
    assert root["description"] == (
        "3 machine-learning runs of the experiment digits, packaged with their provenance: 2 finished, "
        "1 failed. comparison.csv compares them, one row a run."
    )


def test_a_copy_of_a_run_is_named(tmp_path: Path) -> None:
    runs = [make_run(tmp_path / "run_1"), make_run(tmp_path / "copy")]
    with pytest.raises(PackagerError) as caught:
        build_crate(runs, tmp_path / "crate", FULL)
    assert str(caught.value) == (
        f"{tmp_path / 'copy'}: is given twice, or is a copy of another run given; "
        f"leave out one of {tmp_path / 'run_1'} and {tmp_path / 'copy'}"
    )


@pytest.mark.parametrize("name", ["comparison.csv", "Manifest-SHA256.txt", "ro-crate-metadata.json"])
def test_a_run_called_like_a_file_of_the_crate_gets_another_folder(tmp_path: Path, name: str) -> None:
    runs = [make_run(tmp_path / name, number=1), make_run(tmp_path / "other", number=2)]
    crate = build_crate(runs, tmp_path / "crate", FULL)
    assert (crate / f"{name}-{runs[0].uuid}" / "run.json").is_file()
    assert (crate / "comparison.csv").is_file()


def test_software_that_is_not_the_same_is_not_called_the_same(tmp_path: Path) -> None:
    """Without a page of the commit all runs name the page of the project; their packages still differ."""

    def run(number: int, version: str) -> RunRecord:
        rank = replace(rank_record(), git=None, packages={"numpy": version})
        return make_run(tmp_path / f"run_{number}", number=number, ranks=(rank,))

    runs = [run(0, "2.0"), run(1, "2.1"), run(2, "2.0")]
    graph = graph_of(build_crate(runs, tmp_path / "crate", FULL))
    instruments = [graph[f"urn:uuid:{one.uuid}"]["instrument"]["@id"] for one in runs]
    assert instruments == [FULL.url, f"{FULL.url}#2", FULL.url]
    packages = [graph[one]["softwareRequirements"]["@id"] for one in instruments]
    assert [one.split("/")[-2] for one in packages] == ["2.0", "2.1", "2.0"]
    assert COMMIT not in str(graph)


@pytest.mark.parametrize("spec", ["1.1", "1.2", "1.3"])
def test_our_own_validator_finds_nothing(tmp_path: Path, spec: Any) -> None:
    crate = build_crate(finalized(tmp_path, 3), tmp_path / "c.zip", replace(FULL, spec=spec))
    report = validate(crate)
    assert [one for one in report.findings if one.severity > Severity.MAY] == []
