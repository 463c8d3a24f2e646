"""Opening the database, and transactions over it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, insert, select
from sqlalchemy.pool import StaticPool

from bot.core.errors import StoreError
from bot.core.ports.account_store import Accounts, KeyValues
from bot.core.ports.discussion_store import EntryStore, PublicEntries, WatchedThreads
from bot.core.ports.people_store import Acknowledgements, People
from bot.core.ports.posting_store import Ledger, Slots
from bot.core.ports.site_store import Pages, WebmentionStore
from bot.core.ports.unit_of_work import Store, UnitOfWork
from bot.store import tables
from bot.store.accounts import SqlAccounts
from bot.store.discussion.acknowledgements import SqlAcknowledgements
from bot.store.discussion.log import SqlEntryStore
from bot.store.discussion.people import SqlPeople
from bot.store.discussion.watched_threads import SqlWatchedThreads
from bot.store.engine import WAIT, clear_errors, make_ours, read_only
from bot.store.files.data_files import clear_file_errors, make_file
from bot.store.files.process_lock import make_directory
from bot.store.key_values import SqlKeyValues
from bot.store.migrate import bring_up_to_date
from bot.store.posting.ledger import SqlLedger
from bot.store.posting.slots import SqlSlots
from bot.store.site.full_text_index import purge, to_purge
from bot.store.site.pages import SqlPages, Within
from bot.store.site.public_entries import SqlPublicEntries
from bot.store.site.webmentions import SqlWebmentions
from bot.store.write_queue import WriteQueue

FILE = "tipsbot.db"

TIDY_WAIT = 500
"""Milliseconds for which tidying waits until nobody reads an older state."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Database:
    """An open database: the bot's memory, and that of its site and of what it was told."""

    store: Store
    pages: Pages
    pings: WebmentionStore
    engine: Engine
    connect: Callable[[], AbstractContextManager[Connection]]
    write_queue: WriteQueue

    def tidy(self) -> bool:
        """Purge erased words from where they linger: the search index, the write-ahead log.

        Where nothing can linger nobody has to wait for it. False where somebody was writing, or
        reading an older state, meanwhile: try again.
        """
        if self.engine.dialect.name != "sqlite":
            return True
        place = Path(self.engine.url.database or FILE)
        with clear_errors(place):
            with self.engine.connect() as looking:
                stale = to_purge(looking)
            if stale:
                purge(self.connect, stale)
            return not _has_log(place) or self._empty_log()

    def compact(self, most: int | None = None) -> bool:
        """Write the whole file anew, unless it has more bytes than `most`; whether that was done.

        When SQLite moves rows between pages, copies of them stay in parts of the pages that are not
        in use, and `secure_delete` does not find those again. Who writes meanwhile has to wait.
        """
        if self.engine.dialect.name != "sqlite":
            return True
        place = Path(self.engine.url.database or FILE)
        if most is not None and place.stat().st_size > most:
            return False
        with self.write_queue.turn(), clear_errors(place), self.engine.connect() as one:
            raw = one.connection.driver_connection
            if isinstance(raw, sqlite3.Connection):
                raw.execute("PRAGMA temp_store=FILE")  # not all of it in memory
                try:
                    raw.execute("VACUUM")
                finally:
                    raw.execute("PRAGMA temp_store=MEMORY")
        return self.tidy()

    def _empty_log(self) -> bool:
        """Write the log into the database and empty it; whether nobody was in the way."""
        with suppress(StoreError), self.write_queue.turn(TIDY_WAIT):
            return self._empty_log_now()
        return False  # other threads wrote all the time

    def _empty_log_now(self) -> bool:
        with self.engine.connect() as one:
            raw = one.connection.driver_connection
            if not isinstance(raw, sqlite3.Connection):
                return True
            raw.execute(f"PRAGMA busy_timeout={TIDY_WAIT}")  # whoever writes waits as long
            try:
                (busy, *_) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                raw.execute(f"PRAGMA busy_timeout={WAIT}")
            return not busy

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def open_store(data: Path, bot: str = "bot") -> Database:
    """Open (or make) the database in the directory `data` for the bot of this id.

    Raises StoreError when the directory cannot be used or the database is newer than the code.
    """
    make_directory(data)
    with clear_file_errors(data / FILE):
        make_file(data / FILE)
    engine = create_engine(f"sqlite:///{data / FILE}", pool_size=32, max_overflow=64)
    return open_engine(engine, data, bot)


def has_store(data: Path) -> bool:
    """Whether there is a database in this directory."""
    return (data / FILE).exists()


def open_memory(bot: str = "bot") -> Database:
    """An empty database that is gone when closed, to look at a bot that never ran."""
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    make_ours(engine)
    tables.metadata.create_all(engine)
    store = SqlStore(engine, bot, Path("memory"))
    store.ensure_bot()
    return _database(store, engine)


def open_engine(engine: Engine, data: Path, bot: str) -> Database:
    """The database behind an engine, brought up to date."""
    place = data / FILE
    make_ours(engine)
    with clear_errors(place), ExitStack() as on_failure:
        on_failure.callback(engine.dispose)
        bring_up_to_date(engine, data)
        store = SqlStore(engine, bot, place)
        store.ensure_bot()
        on_failure.pop_all()
    return _database(store, engine)


def _has_log(place: Path) -> bool:
    """Whether anything was written since the write-ahead log was emptied last."""
    log = place.with_name(f"{place.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _database(store: SqlStore, engine: Engine) -> Database:
    return Database(
        store=store,
        pages=SqlPages(store),
        pings=SqlWebmentions(store),
        engine=engine,
        connect=partial(store.connect, writing=True),
        write_queue=store.write_queue,
    )


class SqlStore:
    """`core.ports.unit_of_work.Store` over SQLAlchemy Core."""

    def __init__(self, engine: Engine, bot: str, place: Path) -> None:
        self._reader = engine.execution_options(writing=False)
        self._writer = engine.execution_options(writing=True)
        self._place = place
        self.bot = bot
        self.write_queue = WriteQueue(place)

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """A consistent view. Raises RuntimeError where something is written in it."""
        with self.connect(writing=False) as connection:
            yield SqlUnitOfWork(connection, self.bot)

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        """All or nothing, under the bot's write lock."""
        with self.connect(writing=True) as connection:
            yield SqlUnitOfWork(connection, self.bot)

    @contextmanager
    def connect(self, *, writing: bool) -> Iterator[Connection]:
        """A connection in a transaction, committed when `writing` and nothing was raised.

        One that is `writing` waits for those before it. Raises RuntimeError where a transaction
        writes that is not `writing`.
        """
        engine = self._writer if writing else self._reader
        turn = self.write_queue.turn() if writing else nullcontext()
        with (
            turn,
            clear_errors(self._place),
            engine.connect() as connection,
            connection.begin() as tx,
        ):
            if writing:
                self._hold(connection)
                yield connection
                return
            with read_only():
                yield connection
            tx.rollback()

    def _hold(self, connection: Connection) -> None:
        """Hold the bot's row; SQLite holds the whole file since BEGIN IMMEDIATE."""
        if connection.dialect.name != "sqlite":
            row = select(tables.bots.c.id).where(tables.bots.c.id == self.bot)
            connection.execute(row.with_for_update())

    def ensure_bot(self) -> None:
        """Make the bot's row if it is not there."""
        mine = select(tables.bots.c.id).where(tables.bots.c.id == self.bot)
        with self.connect(writing=False) as connection:
            if connection.execute(mine).first() is not None:
                return
        with self.connect(writing=True) as connection:
            if connection.execute(mine).first() is None:
                connection.execute(insert(tables.bots).values(id=self.bot))


class SqlUnitOfWork:
    """`core.ports.unit_of_work.Tx`: one transaction, seen through each of the memory's doors."""

    def __init__(self, connection: Connection, bot: str) -> None:
        self.slots: Slots = SqlSlots(connection, bot)
        self.ledger: Ledger = SqlLedger(connection, bot)
        self.log: EntryStore = SqlEntryStore(connection, bot)
        self.threads: WatchedThreads = SqlWatchedThreads(connection, bot)
        self.public_entries: PublicEntries = SqlPublicEntries(connection, bot)
        self.accounts: Accounts = SqlAccounts(connection, bot)
        self.notes: KeyValues = SqlKeyValues(connection, bot)
        self.people: People = SqlPeople(connection, bot)
        self.acknowledgements: Acknowledgements = SqlAcknowledgements(connection, bot)
        self.pages: Pages = SqlPages(Within(connection, bot))
