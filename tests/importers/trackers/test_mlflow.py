"""MLflow: what the real package wrote and reads, compared with what is imported; both stores."""

import json
import shutil
import sqlite3
import uuid
from pathlib import Path
from typing import Any

import pytest

from prov4ml_packager.cli.main import run as run_command
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.finalize import finalize
from prov4ml_packager.importers.imported import UnreadableRun
from prov4ml_packager.importers.mlflow.locations import find_in
from prov4ml_packager.importers.run_import import import_runs
from prov4ml_packager.reader import read_run
from prov4ml_packager.record import RunRecord
from prov4ml_validators import validate
from tests.importers.trackers.logged import PARAMETERS, typed
from tests.importers.trackers.real_runs import bytes_of, imported, records, series_of

LARGEST = (1.7976931348623157e308).hex()
STATUSES = {"FINISHED": "finished", "FAILED": "failed", "KILLED": "failed", "RUNNING": "unfinished"}


@pytest.fixture(scope="module", params=["mlflow_folder", "mlflow_database"])
def store(request: pytest.FixtureRequest) -> Path:
    return Path(request.getfixturevalue(request.param))


@pytest.fixture(scope="module")
def told(store: Path) -> dict[str, Any]:
    return json.loads((store.parent / "told.json").read_text())


@pytest.fixture(scope="module")
def runs(store: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, RunRecord]:
    return records(store, tmp_path_factory.mktemp("runs"))


def by_name(runs: dict[str, RunRecord], name: str) -> RunRecord:
    return next(run for run in runs.values() if run.name == name)


def test_every_run_that_is_not_deleted_is_imported(told: dict[str, Any], runs: dict[str, RunRecord]) -> None:
    assert set(runs) == set(told)
    for run_id, one in told.items():
        run = runs[run_id]
        assert (run.experiment, run.name) == (one["experiment"], one["name"])
        assert run.uuid == str(uuid.UUID(run_id))
        assert run.start == one["start"] * 10**6
        assert run.status == STATUSES[one["status"]]
        if one["end"] is not None:
            assert run.end == one["end"] * 10**6


def test_every_point_has_the_bits_that_mlflow_reads(told: dict[str, Any], runs: dict[str, RunRecord]) -> None:
    for run_id, one in told.items():
        expected = {
            (None, key, None): [(step, time * 10**6, value) for step, time, value in points]
            for key, points in one["metrics"].items()
        }
        assert series_of(runs[run_id]) == expected
    assert sum(len(one["metrics"]) for one in told.values()) == 4


def test_points_are_those_that_were_logged(store: Path, runs: dict[str, RunRecord]) -> None:
    odd = series_of(by_name(runs, "parent ü"))[None, "val/odd name", None]
    values = [value for _, _, value in odd]
    if store.is_dir():
        expected = [value.hex() for value in (0.1 + 0.2, 1 / 3, -0.0, 5e-324, 1e300, 2.0**53 + 2)]
        assert values == [*expected, "nan", "inf", "-inf"]
    else:  # SQLite keeps no sign of zero, and MLflow writes infinities as the largest numbers
        expected = [value.hex() for value in (0.1 + 0.2, 1 / 3, 0.0, 5e-324, 1e300, 2.0**53 + 2)]
        assert values == [*expected, "nan", LARGEST, "-" + LARGEST]
    assert [step for step, _, _ in odd] == list(range(9))


def test_infinities_that_mlflow_replaced_are_told(store: Path, tmp_path: Path) -> None:
    lost = [line for one in imported(store, tmp_path) for line in one.lost]
    told = [line for line in lost if "infinities" in line]
    assert told == (
        []
        if store.is_dir()
        else [
            "2 values of metric val/odd name are ±1.7976931348623157e308, which is how MLflow's SQL store "
            "writes infinities; they are kept as stored"
        ]
    )


def test_parameters_have_the_types_that_their_texts_tell(
    told: dict[str, Any], runs: dict[str, RunRecord]
) -> None:
    run = by_name(runs, "parent ü")
    assert {one.key: typed(one.value) for one in run.parameters} == {
        key: typed(value) for key, value in PARAMETERS.items()
    }
    written = next(one["params"] for one in told.values() if one["name"] == "parent ü")
    assert {one.key: str(one.value) for one in run.parameters} == written


def test_tags_user_and_nesting(told: dict[str, Any], runs: dict[str, RunRecord]) -> None:
    for run_id, one in told.items():
        tags = runs[run_id].tags
        assert {key: tags[key] for key in one["tags"]} == one["tags"]
        assert runs[run_id].ranks[0].user == one["tags"]["mlflow.user"]
    parent, child = by_name(runs, "parent ü"), by_name(runs, "child")
    tags = child.tags
    assert uuid.UUID(str(tags["mlflow.parentRunId"])) == uuid.UUID(parent.uuid)
    assert tags["experiment.team"] == "vision"
    assert child.imported is not None
    assert child.imported.parent == parent.uuid


def test_nesting_is_in_the_document(runs: dict[str, RunRecord], tmp_path: Path) -> None:
    parent, child = by_name(runs, "parent ü"), by_name(runs, "child")
    copy = tmp_path / "child"
    shutil.copytree(child.directory, copy)
    finalize(copy)
    document = copy / "packaged" / "prov.json"
    activity = json.loads(document.read_text())["activity"]["run"]
    assert activity["dcterms:isPartOf"] == {"$": f"urn:uuid:{parent.uuid}#run", "type": "xsd:anyURI"}
    assert [one for one in validate(document).findings if one.severity.name == "MUST"] == []


def test_artifacts_and_models(runs: dict[str, RunRecord]) -> None:
    run = by_name(runs, "parent ü")
    files = {one.name: one for one in run.artifacts}
    assert set(files) == {"a.txt", "plots/deep/a.txt", "plots/deep/b ü.txt", "net"}
    assert files["net"].is_model
    assert files["net"].file.files == 2
    assert files["plots/deep/a.txt"].file.path == "artifacts/plots/deep/a.txt"
    path = files["plots/deep/b ü.txt"].file.path
    assert path is not None
    assert bytes_of(run, path) == b"beta"
    assert bytes_of(run, f"{files['net'].file.path}/weights.bin") == bytes(range(256))
    (model,) = (one for run in runs.values() for one in run.artifacts if one.name == "resnet")
    assert (model.is_model, model.file.files) == (True, 2)
    assert model.attributes["model_type"] == "classifier"
    assert model.attributes["param.depth"] == "50"


def test_datasets(runs: dict[str, RunRecord]) -> None:
    (dataset,) = by_name(runs, "parent ü").datasets
    assert dataset.label == "my data"
    assert dataset.info["mlflow.data.context"] == "training"
    assert dataset.info["origin"] == "lab"
    assert json.loads(str(dataset.info["profile"]))["features_shape"] == [2, 3]
    assert len(str(dataset.info["digest"])) == 8


def test_a_stopped_run_failed_and_says_so(runs: dict[str, RunRecord]) -> None:
    error = by_name(runs, "stopped").error
    assert error is not None
    assert (error.type, error.message) == ("KILLED", "MLflow's status of the run is KILLED")


def test_the_source_is_as_it_was(store: Path, tmp_path: Path) -> None:
    def state() -> dict[str, tuple[int, int]]:
        return {str(one): (one.stat().st_size, one.stat().st_mtime_ns) for one in store.parent.rglob("*")}

    before = state()
    imported(store, tmp_path)
    assert state() == before


def test_one_experiment_one_run_and_the_working_folder(store: Path, tmp_path: Path) -> None:
    everything = {one.run.run_id for one in imported(store, tmp_path / "all")}
    assert {one.run.run_id for one in imported(store.parent, tmp_path / "folder")} == everything
    if store.is_dir():
        experiment = next(one.parent for one in store.glob("*/meta.yaml") if "name: exp/" in one.read_text())
        part = {one.run.run_id for one in imported(experiment, tmp_path / "experiment")}
        assert len(part) == 4
        (single,) = imported(experiment / min(part), tmp_path / "single")
        assert single.run.run_id == min(part)
        assert single.run.experiment == "exp/ü one"


def test_a_moved_store_keeps_its_artifacts(store: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    shutil.copytree(store.parent, moved)
    names = {
        one.name
        for run in records(moved / store.name, tmp_path / "runs").values()
        for one in run.artifacts
        if one.file.path is not None
    }
    assert {"a.txt", "net", "resnet", "plots/deep/a.txt"} <= names


class TestDamage:
    """Stores that no MLflow wrote."""

    @staticmethod
    def a_run(folder: Path, run_id: str, **fields: str) -> Path:
        experiment = folder / "0"
        run = experiment / run_id
        (run / "metrics").mkdir(parents=True)
        (run / "tags").mkdir()
        (experiment / "meta.yaml").write_text("artifact_location: x\nexperiment_id: '0'\nname: e\n")
        meta = {"run_id": run_id, "start_time": "1600000000000", "status": "3", **fields}
        (run / "meta.yaml").write_text("".join(f"{key}: {value}\n" for key, value in meta.items()))
        return run

    def test_a_torn_line_and_lines_that_are_no_points(self, tmp_path: Path) -> None:
        run = self.a_run(tmp_path, "a" * 32)
        (run / "metrics" / "loss").write_text(
            "1600000000001 0.5 1\nx y z\n1600000000002 0.25 2\n1600000000003 0.1"
        )
        (one,) = imported(tmp_path, tmp_path / "out")
        assert [point[2] for point in next(iter(series_of(read_run(one.directory)).values()))] == [
            (0.5).hex(),
            (0.25).hex(),
        ]
        assert one.lost == ("2 lines of metric loss, the first is line 2: the last one has no end",)

    def test_seconds_and_missing_steps_of_early_versions(self, tmp_path: Path) -> None:
        run = self.a_run(tmp_path, "a" * 32)
        (run / "metrics" / "loss").write_text("1540000000 0.5\n")
        (one,) = imported(tmp_path, tmp_path / "out")
        assert list(series_of(read_run(one.directory)).values()) == [
            [(0, 1_540_000_000 * 10**9, (0.5).hex())]
        ]

    def test_a_point_with_a_step_is_in_milliseconds_however_few(self, tmp_path: Path) -> None:
        run = self.a_run(tmp_path, "a" * 32)
        (run / "metrics" / "loss").write_text("0 0.5 0\n7 0.25 1\n10000000000 0.125 2\n")
        (one,) = imported(tmp_path, tmp_path / "out")
        times = [point[1] for point in next(iter(series_of(read_run(one.directory)).values()))]
        assert times == [0, 7 * 10**6, 10**16]

    def test_a_dataset_of_a_metric_is_its_source(self, tmp_path: Path) -> None:
        run = self.a_run(tmp_path, "a" * 32)
        (run / "metrics" / "acc").write_text("1600000000001 0.5 7 my data d81b\n")
        (one,) = imported(tmp_path, tmp_path / "out")
        assert series_of(read_run(one.directory)) == {
            (None, "acc", "my data@d81b"): [(7, 1_600_000_000_001 * 10**6, (0.5).hex())]
        }

    def test_a_cycle_of_parents_is_cut_and_told(self, tmp_path: Path) -> None:
        first, second = "a" * 32, "b" * 32
        for run_id, parent in ((first, second), (second, first)):
            (self.a_run(tmp_path, run_id) / "tags" / "mlflow.parentRunId").write_text(parent)
        runs = imported(tmp_path, tmp_path / "out")
        assert [one.lost for one in runs] == [
            (f"its parent {second}: the run would be its own ancestor",),
            (f"its parent {first}: the run would be its own ancestor",),
        ]
        assert all("mlflow.parentRunId" not in one.run.tags for one in runs)

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "meta.yaml is empty or no mapping"),
            ("a: [", "meta.yaml is no plain YAML: while parsing"),
            ("a: !!python/object/apply:os.system ['touch hacked']", "meta.yaml is no plain YAML: could not"),
            ("a: 1", "meta.yaml names no run_id"),
        ],
    )
    def test_a_damaged_run_does_not_hide_the_others(self, tmp_path: Path, text: str, reason: str) -> None:
        self.a_run(tmp_path, "a" * 32)
        (self.a_run(tmp_path, "b" * 32) / "meta.yaml").write_text(text)
        good, bad = import_runs(tmp_path, tmp_path / "out")
        assert isinstance(bad, UnreadableRun)
        assert bad.name == str(tmp_path / "0" / ("b" * 32))
        assert bad.reason.startswith(reason)
        assert not isinstance(good, UnreadableRun)
        assert not Path("hacked").exists()

    @pytest.mark.parametrize(
        "location", ["/etc", "file:///etc", "file:///etc/../etc", "../../etc", "mlflow-artifacts:/../etc"]
    )
    def test_a_location_outside_the_store_is_not_read(self, tmp_path: Path, location: str) -> None:
        store = tmp_path / "store"
        self.a_run(store, "a" * 32, artifact_uri=location)
        (one,) = imported(store, tmp_path / "out")
        assert one.run.artifacts == ()
        assert find_in(store, location) is None

    def test_a_link_among_artifacts_is_not_followed(self, tmp_path: Path) -> None:
        run = self.a_run(tmp_path / "store", "a" * 32)
        (tmp_path / "secret").write_text("secret")
        (run / "artifacts").mkdir()
        (run / "artifacts" / "ours.txt").write_text("ours")
        (run / "artifacts" / "link.txt").symlink_to(tmp_path / "secret")
        model = run / "artifacts" / "net"
        model.mkdir()
        (model / "MLmodel").write_text("flavors: {}\n")
        (model / "data").symlink_to(tmp_path)
        (one,) = imported(tmp_path / "store", tmp_path / "out")
        assert [artifact.name for artifact in one.run.artifacts] == ["net", "ours.txt"]
        assert one.lost == (
            "link.txt: it is a link, which an import does not follow",
            "net/data: it is a link, which an import does not follow",
        )
        assert "secret" not in "".join(
            path.read_text(errors="replace") for path in one.directory.rglob("*") if path.is_file()
        )

    def test_artifacts_on_another_machine_are_told_and_not_fetched(self, tmp_path: Path) -> None:
        self.a_run(tmp_path, "a" * 32, artifact_uri="s3://bucket/0/a/artifacts")
        (one,) = imported(tmp_path, tmp_path / "out")
        assert one.lost == ("its artifacts are at s3://bucket/0/a/artifacts; nothing is fetched",)


def test_deleted_runs_are_said(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["import", str(store), "-o", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().err == (
        f"prov4ml-pack: note: {store}: 1 deleted run is left out; MLflow can restore them\n"
    )


@pytest.mark.parametrize("kind", ["run", "experiment"])
def test_a_store_with_deleted_runs_only_says_so(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / ".trash" / "0" if kind == "experiment" else tmp_path / "0"
    (folder / ("a" * 32)).mkdir(parents=True)
    (folder / "meta.yaml").write_text("artifact_location: x\nexperiment_id: '0'\nname: e\n")
    stage = "deleted" if kind == "run" else "active"
    (folder / ("a" * 32) / "meta.yaml").write_text(f"run_id: {'a' * 32}\nlifecycle_stage: {stage}\n")
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "meta.yaml").write_text("artifact_location: x\nexperiment_id: '1'\nname: f\n")
    with pytest.raises(PackagerError) as refused:
        list(import_runs(tmp_path, tmp_path / "out"))
    assert str(refused.value) == (
        f"{tmp_path}: holds no run of MLflow; 1 deleted run is left out; MLflow can restore them"
    )


class TestHostileDatabase:
    """SQLite files that no MLflow wrote."""

    SCHEMA = """
        CREATE TABLE experiments (experiment_id INTEGER, name TEXT, lifecycle_stage TEXT);
        CREATE TABLE runs (run_uuid TEXT, status, start_time, end_time, lifecycle_stage, artifact_uri,
            experiment_id);
        CREATE TABLE params (key, value, run_uuid);
        CREATE TABLE tags (key, value, run_uuid);
        INSERT INTO experiments VALUES (1, 'e', 'active');
        INSERT INTO runs VALUES ('r', 'FINISHED', 1600000000000, NULL, 'active', '/etc', 1);
    """
    METRICS = "CREATE TABLE metrics (key, value, timestamp, run_uuid, step, is_nan);"

    def a_database(self, folder: Path, *statements: str) -> Path:
        path = folder / "mlflow.db"
        connection = sqlite3.connect(path)
        connection.executescript(self.SCHEMA + "".join(statements))
        connection.close()
        return path

    def test_values_of_any_type(self, tmp_path: Path) -> None:
        rows = """INSERT INTO metrics VALUES
            ('m', 0.5, 1600000000001, 'r', 1, 0), ('m', 'text', 1600000000001, 'r', 1, 0),
            ('m', 0.25, 'late', 'r', 1, 0), ('m', 0.25, 1600000000001, 'r', 1.5, 0),
            ('m', x'00', 1600000000001, 'r', 1, 0), ('m', 0, 1600000000002, 'r', NULL, 1);
            INSERT INTO params VALUES (x'ff41', NULL, 'r');"""
        (one,) = imported(self.a_database(tmp_path, self.METRICS, rows), tmp_path / "out")
        assert list(series_of(read_run(one.directory)).values()) == [
            [(1, 1_600_000_000_001 * 10**6, (0.5).hex()), (0, 1_600_000_000_002 * 10**6, "nan")]
        ]
        assert "4 rows of metric m: value, time or step is no number" in one.lost

    def test_an_experiment_without_artifacts_lost_none(self, tmp_path: Path) -> None:
        artifacts = tmp_path / "mlruns" / "1" / "r" / "artifacts"
        place = f"UPDATE runs SET artifact_uri = '{artifacts}';"
        path = self.a_database(tmp_path, self.METRICS, place)
        (one,) = imported(path, tmp_path / "out")
        assert one.lost == (
            f"artifacts, if it logged any: {artifacts} is not in the store; put them into a folder mlruns in"
            " it",
        )
        (tmp_path / "mlruns").mkdir()
        (one,) = imported(path, tmp_path / "out2")
        assert one.lost == ()

    def test_one_value_and_one_row_are_no_plural(self, tmp_path: Path) -> None:
        rows = """INSERT INTO metrics VALUES ('m', 'text', 1600000000001, 'r', 1, 0),
            ('m', -1.7976931348623157e308, 1600000000001, 'r', 1, 0);"""
        (one,) = imported(self.a_database(tmp_path, self.METRICS, rows), tmp_path / "out")
        assert one.lost[:2] == (
            "1 row of metric m: value, time or step is no number",
            "1 value of metric m is ±1.7976931348623157e308, which is how MLflow's SQL store writes"
            " infinities; it is kept as stored",
        )

    def test_a_view_in_place_of_a_table_is_not_run(self, tmp_path: Path) -> None:
        view = """CREATE VIEW metrics AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
            SELECT 'm' AS key, i AS value, i AS timestamp, 'r' AS run_uuid, i AS step, 0 AS is_nan FROM n;"""
        path = self.a_database(tmp_path, view)
        with pytest.raises(Exception, match="is nothing that can be imported"):
            list(import_runs(path, tmp_path / "out"))
        with pytest.raises(Exception, match="is no database of MLflow: it has no table of runs"):
            list(import_runs(path, tmp_path / "out", importer="mlflow"))

    def test_a_damaged_page_gives_one_line(self, tmp_path: Path) -> None:
        rows = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
            INSERT INTO metrics SELECT 'm', i, 1600000000001, 'r', i, 0 FROM n;"""
        path = self.a_database(tmp_path, self.METRICS, rows)
        data = bytearray(path.read_bytes())
        data[-8192:] = b"\xff" * 8192
        path.write_bytes(data)
        (bad,) = import_runs(path, tmp_path / "out")
        assert isinstance(bad, UnreadableRun)
        assert bad.name == "r"
        assert "table metrics: cannot be read (database disk image is malformed)" in bad.reason
