"""The database of the simulated bot: a file of SQLite, or a database on a PostgreSQL server.

Each is read by the invariants, copied and put back, and names the errors of its driver.
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from sqlalchemy.exc import OperationalError

from bot.store.database import FILE


class BotDatabase(ABC):
    """What the simulation needs of the bot's database."""

    #: the environment variables by which the bot finds it
    variables: Mapping[str, str] = {}

    @abstractmethod
    def query(self, query: str, *given: Any) -> list[Any]:
        """Read committed rows over a connection of its own; moments are text, as SQLite has them."""

    @abstractmethod
    def close(self) -> None:
        """Close that connection."""

    @abstractmethod
    def back_up(self) -> int:
        """Copy it while the bot runs; the number of the copy."""

    @abstractmethod
    def restore(self, number: int) -> None:
        """Put a copy back while no bot runs."""

    @abstractmethod
    def speed_up(self, connection: Any) -> None:
        """Set up a new connection of the bot: the simulation has no power cuts."""

    @abstractmethod
    def begins_write(self, statement: str) -> bool:
        """Whether this statement takes the write lock."""

    @abstractmethod
    def full(self) -> Exception:
        """The error of a full disk."""

    @abstractmethod
    def locked(self) -> Exception:
        """The error of a write lock that another program holds."""


class SqliteFile(BotDatabase):
    """The database in a data directory."""

    def __init__(self, data: Path, *pragmas: str) -> None:
        self._data = data
        self._pragmas = pragmas
        self._reader: sqlite3.Connection | None = None
        self._backups: list[Path] = []

    def query(self, query: str, *given: Any) -> list[Any]:
        """Read committed rows."""
        if self._reader is None:
            self._reader = sqlite3.connect(self._data / FILE, isolation_level=None)
        return self._reader.execute(query, given).fetchall()

    def close(self) -> None:
        """Close the connection that reads."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def back_up(self) -> int:
        """Copy it with SQLite's backup API, beside the data directory."""
        backup = self._data.parent / f"backup-{len(self._backups)}.db"
        source, target = sqlite3.connect(self._data / FILE), sqlite3.connect(backup)
        source.backup(target)
        source.close()
        target.close()
        self._backups.append(backup)
        return len(self._backups) - 1

    def restore(self, number: int) -> None:
        """Restore a backup as docs/run.md says."""
        for rest in ("-wal", "-shm"):
            (self._data / f"{FILE}{rest}").unlink(missing_ok=True)
        # Replaced, not overwritten: a killed process still has the old file open.
        fresh = self._data / "fresh.db"
        fresh.write_bytes(self._backups[number].read_bytes())
        fresh.replace(self._data / FILE)

    def speed_up(self, connection: Any) -> None:
        """Set the pragmas."""
        for pragma in self._pragmas:
            connection.execute(f"PRAGMA {pragma}")

    def begins_write(self, statement: str) -> bool:
        """Whether this statement takes the write lock."""
        return statement == "BEGIN IMMEDIATE"

    def full(self) -> Exception:
        """The error of a full disk."""
        return _wrapped(sqlite3.OperationalError("database or disk is full"))

    def locked(self) -> Exception:
        """The error of a write lock that another program holds."""
        return _wrapped(sqlite3.OperationalError("database is locked"))


class PostgresDatabase(BotDatabase):
    """A database on a server, which the test has made."""

    def __init__(self, url: str) -> None:
        self.variables = {"TIPSBOT_DATABASE_URL": url}
        self._url = url
        self._reader: psycopg.Connection | None = None
        self._backups: list[dict[str, bytes]] = []
        with psycopg.connect(url) as connection:
            connection.execute(JSON_EXTRACT)

    def query(self, query: str, *given: Any) -> list[Any]:
        """Read committed rows."""
        found = self._connection().execute(query.replace("?", "%s").encode(), given)
        return [tuple(map(_as_stored, row)) for row in found]

    def close(self) -> None:
        """Close the connection that reads."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def back_up(self) -> int:
        """Copy the rows of every table, in one state."""
        connection = self._connection()
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            self._backups.append({table: _rows(connection, table) for table in self._tables()})
        return len(self._backups) - 1

    def restore(self, number: int) -> None:
        """Put the rows of every table back."""
        connection, backup = self._connection(), self._backups[number]
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute(_of("TRUNCATE {}", *backup))
            for table, rows in backup.items():
                with cursor.copy(_of("COPY {} FROM STDIN", table)) as copy:
                    copy.write(rows)

    def speed_up(self, connection: Any) -> None:
        """The server of the tests waits for no disk."""

    def begins_write(self, statement: str) -> bool:
        """Whether this statement locks the bot's row."""
        return statement.endswith("FOR UPDATE")

    def full(self) -> Exception:
        """The error of a full disk."""
        return _wrapped(psycopg.errors.DiskFull("could not extend file"))

    def locked(self) -> Exception:
        """The error of a lock that another process holds for too long."""
        return _wrapped(psycopg.errors.LockNotAvailable("canceling statement due to lock timeout"))

    def _connection(self) -> psycopg.Connection:
        if self._reader is None:
            self._reader = psycopg.connect(self._url, autocommit=True)
        return self._reader

    def _tables(self) -> Sequence[str]:
        found = self._connection().execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        )
        return [name for (name,) in found]


JSON_EXTRACT = """
CREATE OR REPLACE FUNCTION json_extract(value text, path text) RETURNS text LANGUAGE sql
AS 'SELECT value::json ->> substr(path, 3)'
"""
"""SQLite's function, for the queries of the invariants: one field of an object, as '$.field'."""


def _rows(connection: psycopg.Connection, table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(_of("COPY {} TO STDOUT", table)) as copy:
        return b"".join(bytes(piece) for piece in copy)


def _of(statement: LiteralString, *tables: str) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, tables))
    return sql.SQL(statement).format(names)


def _as_stored(value: Any) -> Any:
    """A value as SQLite would return it."""
    is_moment = isinstance(value, datetime)
    return value.isoformat(sep=" ", timespec="microseconds") if is_moment else value


def _wrapped(error: Exception) -> OperationalError:
    """The error as SQLAlchemy raises it."""
    return OperationalError(None, None, error)
