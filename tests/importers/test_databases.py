"""SQLite databases of other programs: in use, left by a killed program, hostile; never touched."""

import multiprocessing
import os
import signal
import sqlite3
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from prov4ml_packager.errors import PackagerError
from prov4ml_packager.importers.databases import is_database, open_database


def _hold(path: str, journal: str, ready: Connection) -> None:
    """Commit one row, leave a second one uncommitted or in the log, and wait to be killed."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode = {journal}")
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("CREATE TABLE t (a)")
    connection.execute("INSERT INTO t VALUES ('committed')")
    if journal == "DELETE":
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO t VALUES (?)", [("x" * 1000,)] * 2000)  # spills to the file
    ready.send(True)
    signal.pause()


def held(path: Path, journal: str) -> multiprocessing.Process:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_hold, args=(str(path), journal, theirs))
    process.start()
    assert ours.poll(60)
    return process


def rows(path: Path) -> list[object]:
    with open_database(path) as database:
        return [value for (value,) in database.select("t", ("a",))]


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        one.name: (one.stat().st_mtime_ns, one.read_bytes())
        for one in folder.iterdir()
        if not one.name.endswith("-shm")  # the locks of whoever reads
    }


@pytest.mark.parametrize("end", ["live", "killed"])
def test_a_database_with_a_write_ahead_log(tmp_path: Path, end: str) -> None:
    path = tmp_path / "a.db"
    process = held(path, "WAL")
    try:
        if end == "killed":
            process.kill()
            process.join()
            (tmp_path / "a.db-shm").unlink()  # as after a copy to another machine
        before = state(tmp_path)
        assert "a.db-wal" in before
        assert rows(path) == ["committed"]
        assert state(tmp_path) == before
        assert (tmp_path / "a.db-shm").exists() == (end == "live")
    finally:
        process.kill()
        process.join()


def test_a_killed_transaction_is_rolled_back_in_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    process = held(path, "DELETE")
    process.kill()
    process.join()
    before = state(tmp_path)
    assert "a.db-journal" in before
    assert rows(path) == ["committed"]
    assert state(tmp_path) == before


def test_a_closed_database_in_write_ahead_mode_gets_no_files_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    connection = sqlite3.connect(path)
    connection.executescript("PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1);")
    connection.close()
    assert rows(path) == [1]
    assert os.listdir(tmp_path) == ["a.db"]


def test_only_real_tables_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    connection = sqlite3.connect(path)
    connection.executescript(
        """CREATE TABLE t (a, b AS (a || '!'), "quoted ""name");
        CREATE VIEW v AS SELECT 1 AS a;
        CREATE VIRTUAL TABLE f USING fts5(a);
        INSERT INTO t VALUES (x'ff', NULL);"""
    )
    connection.close()
    with open_database(path) as database:
        assert database.tables["t"] == ("a", 'quoted "name')
        assert not {"v", "f"} & set(database.tables)
        assert list(database.select("v", ("a",))) == []
        assert list(database.select("t", ("a", "not there"))) == [(b"\xff", None)]
        assert list(database.select("t", ("a",), {"not there": 1})) == []
        assert database.distinct("t", 'quoted "name') == [None]


def test_text_that_is_no_utf_8_is_readable(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    connection = sqlite3.connect(path)
    connection.executescript("CREATE TABLE t (a); INSERT INTO t VALUES (CAST(x'41ff42' AS TEXT));")
    connection.close()
    assert rows(path) == ["A\\xffB"]


def _no_database(path: Path) -> None:
    path.write_text("hello, this is a text of some length")


def _cut(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.executescript("CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(50000));")
    connection.close()
    path.write_bytes(path.read_bytes()[:3000])


def _damaged_schema(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.executescript("CREATE TABLE t (a)")
    connection.close()
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE t", b"CREATE TABL\xff t"))


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_no_database, "is no SQLite database"),
        (_cut, "cannot be read \\(.*malformed"),
        (_damaged_schema, "cannot be read"),
        (_folder, "cannot be read"),
        (_pipe, "cannot be read \\(.*not a regular file"),
    ],
)
def test_what_is_no_database_gives_one_line(
    tmp_path: Path, make: Callable[[Path], None], reason: str
) -> None:
    path = tmp_path / "a.db"
    make(path)
    with pytest.raises(PackagerError, match=f"^{path}.*{reason}"):
        rows(path)


def test_is_database_never_raises(tmp_path: Path) -> None:
    assert not is_database(tmp_path)
    assert not is_database(tmp_path / "none")
    (tmp_path / "empty").touch()
    assert not is_database(tmp_path / "empty")
