"""SQLite databases of other programs, opened so that nothing in or beside them changes.

A database may be in use by the run that writes it, may have been left by a killed one, and may be hostile.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..errors import PackagerError
from .sources import open_source

_MAGIC = b"SQLite format 3\0"
_WRITE_AHEAD = 2
_COPY_ATTEMPTS = 3
_ROWS = 4096
# SQLite quotes what is damaged in its messages, which may be no UTF-8.
_DAMAGE = (sqlite3.Error, OverflowError, UnicodeDecodeError)


def is_database(path: Path) -> bool:
    """Tell whether a file is an SQLite database, by its first bytes; never raises."""
    try:
        with open_source(path.resolve()) as stream:
            return stream.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


class Database:
    """An open database; only its real tables are read, never a view, a virtual table or a trigger.

    Attributes:
        path: the file.
        tables: the columns of each table.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        connection.text_factory = lambda data: data.decode("utf-8", "backslashreplace")
        for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON"):
            connection.execute(f"PRAGMA {pragma}")
        self.tables: dict[str, tuple[str, ...]] = {}
        self._ordered: set[str] = set()
        # A virtual table has no root page. What a generated column computes is the file's own code.
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND rootpage > 0"
        for name, statement in connection.execute(query).fetchall():
            columns = connection.execute(f"PRAGMA table_xinfo({_quoted(name)})").fetchall()
            self.tables[name] = tuple(column[1] for column in columns if column[6] == 0)
            if "without rowid" not in " ".join(str(statement).lower().split()):
                self._ordered.add(name)

    def select(
        self, table: str, columns: tuple[str, ...], where: Mapping[str, object] | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """Yield rows in the order in which they were written.

        Args:
            table: its name; a table that is not there has no rows.
            columns: their names; one that is not there is None in every row.
            where: values that columns must have; a column that is not there matches nothing.

        Raises:
            PackagerError: the database is damaged.
        """
        known = self.tables.get(table, ())
        where = where or {}
        if not known or any(column not in known for column in where):
            return
        chosen = ", ".join(_quoted(column) if column in known else "NULL" for column in columns)
        conditions = " AND ".join(f"{_quoted(column)} IS ?" for column in where)
        query = f"SELECT {chosen} FROM {_quoted(table)}"
        query += f" WHERE {conditions}" if where else ""
        query += " ORDER BY rowid" if table in self._ordered else ""
        try:
            with closing(self._connection.execute(query, tuple(where.values()))) as cursor:
                while rows := cursor.fetchmany(_ROWS):
                    yield from rows
        except _DAMAGE as error:
            raise PackagerError(
                f"cannot be read ({error})", path=self.path, place=f"table {table}"
            ) from error

    def distinct(self, table: str, column: str) -> list[Any]:
        """Return the different values of a column, sorted; none if it is not there.

        Raises:
            PackagerError: the database is damaged.
        """
        if column not in self.tables.get(table, ()):
            return []
        query = f"SELECT DISTINCT {_quoted(column)} FROM {_quoted(table)} ORDER BY 1"
        try:
            return [value for (value,) in self._connection.execute(query).fetchall()]
        except _DAMAGE as error:
            raise PackagerError(
                f"cannot be read ({error})", path=self.path, place=f"table {table}"
            ) from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def open_database(path: Path) -> Iterator[Database]:
    """Open a database for reading and close it again.

    A database that its program has open is read under SQLite's own locks. One that was left by a killed
    program (a journal or a write-ahead log with nobody at it) is copied first, since making it whole means
    writing; the copy is made whole and read.

    Raises:
        PackagerError: it is no SQLite database or cannot be read.
    """
    try:
        real = path.resolve(strict=True)
        with open_source(real) as stream:
            header = stream.read(20)
    except OSError as error:
        raise PackagerError(f"cannot be read ({error.strerror or error})", path=path) from error
    if len(header) < 20 or not header.startswith(_MAGIC):
        raise PackagerError("is no SQLite database", path=path)
    log, journal = Path(f"{real}-wal"), Path(f"{real}-journal")
    is_live = os.path.exists(f"{real}-shm")
    with tempfile.TemporaryDirectory(prefix="prov4ml-") as folder:
        if header[18] == _WRITE_AHEAD or header[19] == _WRITE_AHEAD:
            if not _has_content(log):
                address = _address(real, "mode=ro&immutable=1")  # nobody writes, and no -shm is made
            elif is_live:
                address = _address(real, "mode=ro")
            else:
                address = _address(_copied(real, log, Path(folder)), "mode=rw")
        elif _has_content(journal) and _is_hot(journal):
            address = _address(_copied(real, journal, Path(folder)), "mode=rw")
        else:
            address = _address(real, "mode=ro")
        with closing(_connection(address, path)) as connection:
            try:
                database = Database(path, connection)
            except _DAMAGE as error:
                raise PackagerError(f"cannot be read ({error})", path=path) from error
            yield database


def _connection(address: str, path: Path) -> sqlite3.Connection:
    try:
        return sqlite3.connect(address, uri=True, timeout=30)
    except sqlite3.Error as error:
        raise PackagerError(f"cannot be read ({error})", path=path) from error


def _address(path: Path, options: str) -> str:
    return f"file:{quote(os.fspath(path))}?{options}"


def _has_content(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def _is_hot(journal: Path) -> bool:
    # A journal that ended well is emptied, or its first bytes are zeros (https://www.sqlite.org/lockingv3.html).
    try:
        with open_source(journal) as stream:
            return any(stream.read(8))
    except OSError:
        return False


def _copied(path: Path, companion: Path, folder: Path) -> Path:
    """Copy a database with its log or journal, both of the same instant."""
    for _ in range(_COPY_ATTEMPTS):
        before = _state(path), _state(companion)
        for one in (path, companion):
            try:
                with open_source(one) as reader, (folder / one.name).open("wb") as writer:
                    shutil.copyfileobj(reader, writer, 1 << 20)
            except OSError as error:
                raise PackagerError(f"cannot be copied ({error.strerror or error})", path=one) from error
        if before == (_state(path), _state(companion)):
            return folder / path.name
    raise PackagerError(
        "is being written all the time", path=path, hint="import it when the run has ended, or import a copy"
    )


def _state(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return (-1, -1)
    return (status.st_size, status.st_mtime_ns)
