"""How a database is connected to, and what it says when it cannot be used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from pathlib import Path
from time import monotonic, sleep

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.core.errors import StoreError

WAIT = 10_000
"""Milliseconds for which a connection waits while another one writes."""
_BLINK = 0.01
"""Seconds between two tries to make the write-ahead log of a new database."""

PRAGMAS = (
    f"busy_timeout={WAIT}",
    "synchronous=FULL",  # an intent must survive a power cut, or it could be posted twice
    "secure_delete=ON",  # what people delete is overwritten, not only unlinked
    "temp_store=MEMORY",
)


def make_ours(engine: Engine) -> None:
    """Set how this engine connects and begins; another engine in the process is not touched."""
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    event.listen(engine, "checkin", _on_checkin)


def _on_connect(connection: object, record: ConnectionPoolEntry) -> None:  # noqa: ARG001 - the event's own signature
    """Set up each SQLite connection; leave BEGIN to us."""
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        _have_log(connection)


def _have_log(connection: sqlite3.Connection) -> None:
    """Have a write-ahead log. Of two who make it at once SQLite turns one away without a wait."""
    until = monotonic() + WAIT / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
            sleep(_BLINK)
        else:
            return


def _on_begin(connection: Connection) -> None:
    """Begin SQLite transactions with the lock that they need, at once; a reading one cannot write.

    One that reads first and writes later fails without a wait when another wrote meanwhile.
    """
    if connection.dialect.name == "sqlite":
        writing = connection.get_execution_options().get("writing")
        if writing is False:
            connection.exec_driver_sql("PRAGMA query_only=ON")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _on_checkin(connection: object, record: ConnectionPoolEntry) -> None:  # noqa: ARG001 - the event's own signature
    """Let the next user of the connection write again."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA query_only=OFF")


@contextmanager
def read_only() -> Iterator[None]:
    """Tell a write within a reading transaction, a mistake in the program, from a read-only file.

    SQLite has codes of its own for files and directories that cannot be written.
    """
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_READONLY:
            raise RuntimeError("a reading transaction cannot write") from error
        raise


@contextmanager
def clear_errors(place: Path) -> Iterator[None]:
    """Turn what the database driver raises into one clear line."""
    try:
        yield
    except DBAPIError as error:
        raise _store_error(place, str(error.orig)) from error
    except sqlite3.Error as error:
        raise _store_error(place, str(error)) from error
    except PoolTimeoutError as error:
        raise _store_error(place, "too much is asked of it at once: locked") from error
    except ValueError as error:
        if not _is_of_a_row(error):
            raise
        raise _store_error(place, "a row is malformed") from None


_KNOWN = {
    "full": "free some space on its disk; nothing was lost",
    "locked": "another program holds it; try again",
    "readonly": "change its owner or mode",
    "unable to open": "change the owner or mode of its directory, or set TIPSBOT_DATA",
    "malformed": "restore it from a backup",
    "not a database": "move it away or restore it from a backup",
    "disk I/O": "look at its disk: it cannot be read or written",
}
_QUOTING = ("Could not decode", "malformed database schema", "database schema")
"""How messages begin that quote what stands in the database: people's words, too."""

_READERS = ("sqlalchemy", "pydantic", "json", "enum", "_strptime")
"""Whose mistakes about a value are those of a row that holds something else than it should."""


def _is_of_a_row(error: ValueError) -> bool:
    """Whether a row could not be read; what such an error says quotes that row."""
    if isinstance(error, (ValidationError, UnicodeError, JSONDecodeError)):
        return True
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    module = str(trace.tb_frame.f_globals.get("__name__", "")) if trace is not None else ""
    return module.partition(".")[0] in _READERS


def _store_error(place: Path, detail: str) -> StoreError:
    if detail.startswith(_QUOTING):
        detail = "database disk image is malformed"
    todo = next(
        (todo for word, todo in _KNOWN.items() if word in detail), "see docs/troubleshooting.md"
    )
    return StoreError(f"{place}: {detail}", todo)
