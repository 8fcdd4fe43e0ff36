"""Trackio: databases of the real package, finished and while a run writes."""

import sqlite3
from pathlib import Path

import pytest

from prov4ml_packager.importers.imported import UnreadableRun
from prov4ml_packager.importers.run_import import import_runs
from prov4ml_packager.record import RunRecord
from tests.importers.trackers.logged import CONFIG, NUMBERS
from tests.importers.trackers.real_runs import bytes_of, imported, records, series_of


@pytest.fixture(scope="module")
def runs(trackio_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[RunRecord]:
    return list(records(trackio_folder, tmp_path_factory.mktemp("out")).values())


def test_every_number_has_its_step_and_its_bits(runs: list[RunRecord]) -> None:
    expected = {name: [(step, value.hex()) for step, value in points] for name, points in NUMBERS.items()}
    expected["loss"].append((1, (7.0).hex()))
    for run in runs:
        found = {
            metric: [(step, value) for step, _, value in points]
            for (context, metric, origin), points in series_of(run).items()
            if context is None and origin is None
        }
        assert found == expected


def test_times_are_those_of_the_rows(trackio_folder: Path, runs: list[RunRecord]) -> None:
    from datetime import datetime

    (path,) = trackio_folder.glob("*.db")
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    rows = connection.execute("SELECT run_name, timestamp FROM metrics WHERE step = 0").fetchall()
    connection.close()
    for name, stamp in rows:
        run = next(one for one in runs if one.name == name)
        time = datetime.fromisoformat(stamp)
        whole = int(time.timestamp()) * 10**9 + time.microsecond * 1000
        assert series_of(run)[None, "loss", None][0][1] == whole


def test_identity_and_configuration(runs: list[RunRecord]) -> None:
    assert sorted(str(run.name) for run in runs) == ["run 0", "run 1"]
    for run in runs:
        assert run.experiment == "myprojü"
        assert {one.key: one.value for one in run.parameters} == CONFIG
        assert run.tags == {"trackio.group": "g"}
        assert {one.key: one.value for one in run.final_metrics} == {"text": "last words", "list": [1, 2]}


def test_media_and_artifacts(runs: list[RunRecord]) -> None:
    run = next(one for one in runs if one.name == "run 0")
    files = {one.name: one for one in run.artifacts}
    assert set(files) == {"image/50.png", "table/50.json", "words/50.md", "net/weights.bin"}
    contents = {name: bytes_of(run, str(one.file.path)) for name, one in files.items()}
    assert contents["image/50.png"].startswith(b"\x89PNG")
    assert contents["table/50.json"] == b'[{"a": 1}]'
    assert contents["words/50.md"].decode() == "# hi ü"
    assert contents["net/weights.bin"] == b"abc"
    assert files["net/weights.bin"].is_model
    assert files["image/50.png"].attributes["trackio.caption"] == "dark"


def test_what_does_not_come_over_is_told(trackio_folder: Path, tmp_path: Path) -> None:
    for one in imported(trackio_folder, tmp_path):
        assert one.lost == (
            "how the run ended: Trackio does not keep it; it counts as finished",
            "1 value: histogram, no number",
            "1 value: list, no number; the last of a key is a final metric",
            "2 values: text, no number; the last of a key is a final metric",
        )


def test_the_source_is_as_it_was(trackio_folder: Path, tmp_path: Path) -> None:
    def state() -> dict[str, tuple[int, int]]:
        return {str(one): (one.stat().st_size, one.stat().st_mtime_ns) for one in trackio_folder.rglob("*")}

    before = state()
    imported(trackio_folder, tmp_path)
    assert state() == before


class TestDamage:
    """Databases that no Trackio of today wrote."""

    @staticmethod
    def a_database(folder: Path, *statements: str) -> Path:
        path = folder / "p.db"
        connection = sqlite3.connect(path)
        connection.executescript("".join(statements))
        connection.close()
        return path

    def test_the_first_versions_had_no_run_ids(self, tmp_path: Path) -> None:
        path = self.a_database(
            tmp_path,
            """CREATE TABLE metrics (id INTEGER PRIMARY KEY, timestamp TEXT, run_name TEXT, step INTEGER,
                metrics TEXT);
            INSERT INTO metrics VALUES (1, '2025-07-01T10:00:00', 'a', 0, '{"m": 0.5}');
            INSERT INTO metrics VALUES (2, '2025-07-01T10:00:01', 'b', 0, '{"m": 0.25}');""",
        )
        assert [one.run.run_id for one in imported(path, tmp_path / "out")] == ["a", "b"]

    def test_a_damaged_project_does_not_hide_the_others(self, tmp_path: Path) -> None:
        statements = """CREATE TABLE metrics (run_id, timestamp, run_name, step, metrics);
            INSERT INTO metrics VALUES ('r', '2025-07-01T10:00:00', 'a', 0, '{"m": 0.5}');"""
        good = self.a_database(tmp_path, statements)
        (tmp_path / "broken.db").write_bytes(good.read_bytes().replace(b"CREATE TABLE", b"CREATE TABBY"))
        bad, run = import_runs(tmp_path, tmp_path / "out")
        assert isinstance(bad, UnreadableRun)
        assert bad.name == str(tmp_path / "broken.db")
        assert bad.reason.startswith("cannot be read (malformed database schema")
        assert not isinstance(run, UnreadableRun)

    def test_rows_of_any_content(self, tmp_path: Path) -> None:
        path = self.a_database(
            tmp_path,
            """CREATE TABLE metrics (run_id, timestamp, run_name, step, metrics);
            INSERT INTO metrics VALUES ('r', '2025-07-01T10:00:00', 'a', 0, '{"m": 0.5}'),
            ('r', 'yesterday', 'a', 0, '{"m": 1}'), ('r', '2025-07-01T10:00:00', 'a', 'x', '{"m": 1}'),
            ('r', '2025-07-01T10:00:00', 'a', 1, '[1]'), ('r', '2025-07-01T10:00:00', 'a', 1, '{'),
            ('r', '2025-07-01T10:00:00', 'a', 1, NULL),
            ('r', '2025-07-01T10:00:00', 'a', 2,
             '{"i": {"_type": "trackio.image", "file_path": "../../etc/passwd"}}');""",
        )
        (tmp_path / "media").mkdir()
        (one,) = imported(path, tmp_path / "out")
        assert [(series.metric, series.count) for series in one.run.series] == [("m", 1)]
        assert "5 rows: no JSON object with a time and a step" in one.lost
        assert "i of step 2: ../../etc/passwd is not in the folder media" in one.lost
        assert [artifact.file.path for artifact in one.run.artifacts] == [None]
