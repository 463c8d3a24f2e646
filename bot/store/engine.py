"""The connection to a database: its set-up, the order of writes, and its errors in plain words."""

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from json import JSONDecodeError
from pathlib import Path
from threading import Event, Lock, Thread, current_thread
from time import monotonic, sleep

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.core.errors import StoreError

WAIT = 10_000
"""Milliseconds for which a connection waits while another one writes."""
_RETRY = 0.01
"""Seconds between two attempts to make the write-ahead log of a new database."""

PRAGMAS = (
    f"busy_timeout={WAIT}",
    "synchronous=FULL",  # what is about to be sent must survive a power cut, or it is sent twice
    "secure_delete=ON",  # deleted words are overwritten
    "temp_store=MEMORY",
)


@dataclass(frozen=True, eq=False, slots=True)
class _Turn:
    """The turn of one thread to write; `came` is set when no other is before it."""

    thread: Thread = field(default_factory=current_thread)
    came: Event = field(default_factory=Event)


class WriteQueue:
    """Lets one thread write at a time, first come, first served.

    SQLite's waiting writers poll, so that the newest may be first and others wait for many
    seconds. Only writers of other processes are waited for like that.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self._turns: deque[_Turn] = deque()  # the first one writes, the others wait
        self._lock = Lock()

    def __len__(self) -> int:
        """The number of threads that write or wait for their turn."""
        return len(self._turns)

    @contextmanager
    def turn(self, within: int = WAIT) -> Iterator[None]:
        """Wait for this thread's turn, and keep it until the end of the block.

        Raises StoreError where it does not come `within` this number of milliseconds, and at once
        where the thread is writing already, since that turn would never end.
        """
        mine = _Turn()
        try:
            self._enter(mine)
            if not mine.came.wait(within / 1000):
                raise StoreError(
                    f"{self._place}: busy: other writes took {within / 1000:g} s",
                    "try again; if it happens again, check its disk",
                )
            yield
        finally:
            self._leave(mine)

    def _enter(self, mine: _Turn) -> None:
        with self._lock:
            if self._turns and self._turns[0].thread is mine.thread:
                raise StoreError(f"{self._place}: a write within a write", "please report this")
            self._turns.append(mine)
            self._turns[0].came.set()

    def _leave(self, mine: _Turn) -> None:
        with self._lock:
            if mine in self._turns:
                self._turns.remove(mine)
            if self._turns:
                self._turns[0].came.set()


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


@contextmanager
def read_only() -> Iterator[None]:
    """Tell a write within a reading transaction, a bug, from a read-only file.

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
    """Turn the errors of the database driver into one clear line."""
    try:
        yield
    except DBAPIError as error:
        raise _store_error(place, str(error.orig)) from error
    except sqlite3.Error as error:
        raise _store_error(place, str(error)) from error
    except PoolTimeoutError as error:
        raise _store_error(place, "database is busy (connection pool exhausted)") from error
    except ValueError as error:
        if not _is_of_a_row(error):
            raise
        raise _store_error(place, "a row is malformed") from None


_KNOWN = {
    "full": "free some space on its disk; nothing was lost",
    "locked": "another program holds it; try again",
    "exhausted": "try again; if it happens again, restart the bot",
    "readonly": "change its owner or mode",
    "unable to open": "change the owner or mode of its directory, or set TIPSBOT_DATA",
    "malformed": "restore it from a backup",
    "not a database": "move it away or restore it from a backup",
    "disk I/O": "check its disk: it cannot be read or written",
}
_QUOTING = ("Could not decode", "malformed database schema", "database schema")
"""Beginnings of messages that quote the database, and so possibly people's words."""

_READERS = ("sqlalchemy", "pydantic", "json", "enum", "_strptime")
"""Modules whose ValueErrors mean that a row holds a wrong value."""


def _is_of_a_row(error: ValueError) -> bool:
    """Whether a row could not be read; the message of such an error quotes that row."""
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
