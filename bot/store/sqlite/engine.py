"""The connection to an SQLite database: its set-up, and its errors in plain words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.core.errors import StoreError
from bot.core.ports.kept_files import KeptFiles
from bot.store.backend import clear_errors
from bot.store.files.kept_files import DirectoryFiles, MemoryFiles
from bot.store.write_queue import WAIT

_RETRY = 0.01
"""Seconds between two attempts to make the write-ahead log of a new database."""

PRAGMAS = (
    f"busy_timeout={WAIT}",
    "synchronous=FULL",  # what is about to be sent must survive a power cut, or it is sent twice
    "secure_delete=ON",  # deleted words are overwritten
    "temp_store=MEMORY",
)


def configure(engine: Engine) -> None:
    """Set how this engine connects and begins; other engines are not affected."""
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    event.listen(engine, "checkin", _on_checkin)


def _on_connect(connection: object, record: ConnectionPoolEntry) -> None:  # noqa: ARG001 - the event's own signature
    """Set up each SQLite connection; leave BEGIN to us."""
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        _use_write_ahead_log(connection)


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Of two connections that make the log at once SQLite refuses one without a wait."""
    until = monotonic() + WAIT / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
            sleep(_RETRY)
        else:
            return


def _on_begin(connection: Connection) -> None:
    """Begin SQLite transactions with the lock that they need; a reading one cannot write.

    One that reads first and writes later fails without a wait if another wrote in between.
    """
    if connection.dialect.name == "sqlite":
        writing = connection.get_execution_options().get("writing")
        if writing is False:
            connection.exec_driver_sql("PRAGMA query_only=ON")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _on_checkin(connection: object, record: ConnectionPoolEntry) -> None:  # noqa: ARG001 - the event's own signature
    """Let the next transaction on the connection write again."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA query_only=OFF")


@dataclass(frozen=True, slots=True)
class SqliteBackend:
    """`bot.store.backend.Backend` over a file, or over a database in memory."""

    engine: Engine
    place: str
    #: the data directory; None: a database in memory
    data: Path | None = None
    #: one machine uses the file, and its clock is the clock
    clock: None = None

    def files(self, bot: str) -> KeptFiles:  # noqa: ARG002 - a directory is one bot's
        """The small files in the data directory."""
        return MemoryFiles() if self.data is None else DirectoryFiles(self.data)

    @contextmanager
    def begin(self, bot: str, *, writing: bool) -> Iterator[Connection]:  # noqa: ARG002 - a write locks the whole file
        """A transaction; one that writes locks the file."""
        engine = self.engine.execution_options(writing=writing)
        with self.clear_errors(), engine.connect() as connection, connection.begin() as tx:
            if writing:
                yield connection
                return
            with _read_only():
                yield connection
            tx.rollback()

    @contextmanager
    def clear_errors(self) -> Iterator[None]:
        """Turn the errors of SQLite into one clear line."""
        try:
            with clear_errors(self.place, lambda error: self._explain(str(error.orig))):
                yield
        except sqlite3.Error as error:
            raise self._explain(str(error)) from error

    def _explain(self, detail: str) -> StoreError:
        if detail.startswith(_QUOTING):
            detail = "database disk image is malformed"
        todo = next(
            (todo for word, todo in _KNOWN.items() if word in detail), "see docs/troubleshooting.md"
        )
        return StoreError(f"{self.place}: {detail}", todo)


@contextmanager
def _read_only() -> Iterator[None]:
    """Tell a write within a reading transaction, a bug, from a read-only file.

    SQLite has codes of its own for files and directories that cannot be written.
    """
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_READONLY:
            raise RuntimeError("a reading transaction cannot write") from error
        raise


_KNOWN = {
    "full": "free some space on its disk; nothing was lost",
    "locked": "another program holds it; try again",
    "readonly": "change its owner or mode",
    "unable to open": "change the owner or mode of its directory, or set TIPSBOT_DATA",
    "malformed": "restore it from a backup",
    "not a database": "move it away or restore it from a backup",
    "disk I/O": "check its disk: it cannot be read or written",
}
_QUOTING = ("Could not decode", "malformed database schema", "database schema")
"""Beginnings of messages that quote the database, and so possibly people's words."""
