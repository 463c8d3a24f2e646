"""The connection to a PostgreSQL database: its set-up, and its transactions.

Writers are READ COMMITTED and lock the row of their bot first, so that the numbers and cursors of
one bot are without gaps in the order of commits. Readers are REPEATABLE READ: they see one state.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from bot.core.errors import UsageError
from bot.store.backend import clear_errors
from bot.store.postgres.bot_lock import holder_of
from bot.store.postgres.clock import DatabaseClock
from bot.store.postgres.epoch import Epoch
from bot.store.postgres.errors import PLACE, explain, sqlstate
from bot.store.postgres.kept_files import DatabaseFiles
from bot.store.tables import bots
from bot.store.write_queue import WAIT

if TYPE_CHECKING:
    from bot.store.postgres.encryption import KeyFile

URL_FORM = "postgresql://user:password@host:5432/name"
CONNECT_TIMEOUT = 5
"""Seconds that connecting may take."""
IDLE = 1.0
"""Seconds after which an idle connection is tried before it is used again."""
IDLE_TIMEOUT = 30_000
"""Milliseconds for which a process may do nothing within a transaction: one that was stopped must
not hold a bot's row."""
_KEEPALIVE = {
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 35_000,
}
"""Seconds after which a connection without an answer is looked at, again looked at, and how often,
and milliseconds after which what was sent counts as lost: a connection whose other end is gone is
lost after a little more than half a minute."""
_SETTINGS = {
    "lock_timeout": WAIT,
    "idle_in_transaction_session_timeout": IDLE_TIMEOUT,
    "timezone": "UTC",
    "jit": "off",  # to compile a short query takes a hundred times as long as to run it
}
_READ_ONLY = "25006"
"""The SQLSTATE of a write in a transaction that may only read."""


def make_engine(url: str, *, pool_size: int = 32, name: str = "tipsbot") -> Engine:
    """Connections to the database of this address. Nothing is connected yet.

    `name` is what the server calls the client, for its administrator and for other processes.
    Raises UsageError for another kind of address, and where the driver is not installed.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise _wrong_address() from None
    if parsed.drivername not in {"postgresql", "postgres"} or not parsed.database:
        raise _wrong_address()
    if find_spec("psycopg") is None:
        raise _no_driver()
    options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    engine = create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=2 * pool_size,
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT,
            "application_name": name,
            "options": options,
            "prepare_threshold": None,  # PgBouncer may give each transaction another connection
            **_KEEPALIVE,
        },
    )
    _ping_idle(engine)
    return engine


def _ping_idle(engine: Engine) -> None:
    """Try a connection before it is used, unless it was used just now.

    SQLAlchemy's own `pool_pre_ping` tries it each time, which costs a busy worker a tenth of its
    round trips.
    """
    used = "used_at"

    @event.listens_for(engine, "checkin")
    def note(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[used] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ping(
        connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection
    ) -> None:
        if time.monotonic() - record.info.get(used, math.inf) < IDLE:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def _wrong_address() -> UsageError:
    return UsageError(
        "TIPSBOT_DATABASE_URL is no address of a PostgreSQL database", f"write it like {URL_FORM}"
    )


def _no_driver() -> UsageError:
    return UsageError(
        "psycopg, which a PostgreSQL database needs, is not installed",
        "install requirements-fleet.txt in place of requirements.txt",
    )


@dataclass(frozen=True)
class PostgresBackend:
    """`bot.store.backend.Backend` over PostgreSQL."""

    engine: Engine
    #: encrypt what bots keep; None: it is kept in the clear
    keys: KeyFile | None = None
    place: str = field(default=PLACE, init=False)

    @cached_property
    def _epoch(self) -> Epoch:
        epoch = Epoch(self)
        event.listen(self.engine, "connect", lambda *_: epoch.look_soon())
        return epoch

    def epoch(self) -> datetime:
        """Since when the database is this one."""
        return self._epoch.since()

    def is_running(self, bot: str) -> bool:
        """Whether a process runs the bot, on any machine."""
        with self.statement() as connection:
            return holder_of(connection, bot) is not None

    def files(self, bot: str) -> DatabaseFiles:
        """The small files that a bot keeps."""
        return DatabaseFiles(self, bot)

    @cached_property
    def clock(self) -> DatabaseClock:
        """The server's clock. Raises StoreError where the server cannot be asked for it at first.

        It is asked again at once after a new connection was made: that may be to another server.
        """
        clock = DatabaseClock(self._ask_time)
        event.listen(self.engine, "connect", lambda *_: clock.look_soon())
        return clock

    def _ask_time(self) -> datetime:
        with self.statement() as connection:
            told: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return told.astimezone(UTC)

    @cached_property
    def plain(self) -> Engine:
        """The same connections, each of whose statements is a transaction of its own."""
        return self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @cached_property
    def _reader(self) -> Engine:
        return self.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    @contextmanager
    def begin(self, bot: str, *, writing: bool) -> Iterator[Connection]:
        """A transaction; one that writes locks the bot's row."""
        with self.transaction() if writing else self.reading() as connection:
            if writing:
                row = select(bots.c.id).where(bots.c.id == bot)
                connection.execute(row.with_for_update())
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that waits for no bot's writes, committed if nothing is raised."""
        with self.clear_errors(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database, and writes nothing."""
        with self.clear_errors(), self._reader.connect() as connection, connection.begin() as tx:
            with _read_only():
                yield connection
            tx.rollback()

    @contextmanager
    def statement(self) -> Iterator[Connection]:
        """A connection each of whose statements is a transaction of its own."""
        with self.clear_errors(), self.plain.connect() as connection:
            yield connection

    @contextmanager
    def clear_errors(self) -> Iterator[None]:
        """Turn the errors of PostgreSQL into one clear line."""
        with clear_errors(self.place, explain):
            yield


@contextmanager
def _read_only() -> Iterator[None]:
    """A write within a reading transaction is a bug."""
    try:
        yield
    except DBAPIError as error:
        if sqlstate(error) == _READ_ONLY:
            raise RuntimeError("a reading transaction cannot write") from error
        raise
