"""Opens the database, and the transactions on it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

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
from bot.store.accounts import SqlAccounts, SqlKeyValues
from bot.store.discussion.entry_store import SqlEntryStore
from bot.store.discussion.people import SqlAcknowledgements, SqlPeople
from bot.store.discussion.watched_threads import SqlWatchedThreads
from bot.store.engine import WAIT, WriteQueue, clear_errors, configure, read_only
from bot.store.files.data_files import clear_file_errors, make_directory, make_file
from bot.store.migrate import bring_up_to_date
from bot.store.posting.ledger import SqlLedger
from bot.store.posting.slots import SqlSlots
from bot.store.site.full_text_index import purge, to_purge
from bot.store.site.pages import SqlPages, Within
from bot.store.site.public_entries import SqlPublicEntries
from bot.store.site.webmentions import SqlWebmentions

FILE = "tipsbot.db"

TIDY_WAIT = 500
"""Milliseconds for which `tidy` waits for readers of an older state."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Database:
    """An open database: the store of the bot, and those of its site's pages and webmentions."""

    store: Store
    pages: Pages
    pings: WebmentionStore
    engine: Engine
    connect: Callable[[], AbstractContextManager[Connection]]
    write_queue: WriteQueue

    def tidy(self) -> bool:
        """Purge erased words from the search index and the write-ahead log.

        It waits for nobody where nothing has to be purged. False where somebody wrote, or read an
        older state, meanwhile: try again.
        """
        if self.engine.dialect.name != "sqlite":
            return True
        place = Path(self.engine.url.database or FILE)
        log = place.with_name(f"{place.name}-wal")
        with clear_errors(place):
            with self.engine.connect() as connection:
                stale = to_purge(connection)
            if stale:
                purge(self.connect, stale)
            is_empty = not log.exists() or log.stat().st_size == 0
            return is_empty or self._empty_log()

    def compact(self, most: int | None = None) -> bool:
        """Rewrite the whole file, unless it has more bytes than `most`; whether that was done.

        When SQLite moves rows between pages, copies of them stay in unused parts of the pages, and
        `secure_delete` does not find those again. Writers have to wait meanwhile.
        """
        if self.engine.dialect.name != "sqlite":
            return True
        place = Path(self.engine.url.database or FILE)
        if most is not None and place.stat().st_size > most:
            return False
        with self.write_queue.turn(), clear_errors(place), self._raw() as raw:
            raw.execute("PRAGMA temp_store=FILE")  # not all of it in memory
            try:
                raw.execute("VACUUM")
            finally:
                raw.execute("PRAGMA temp_store=MEMORY")
        return self.tidy()

    def _empty_log(self) -> bool:
        """Write the log into the database and empty it; False if another connection hinders it."""
        with suppress(StoreError), self.write_queue.turn(TIDY_WAIT), self._raw() as raw:
            raw.execute(f"PRAGMA busy_timeout={TIDY_WAIT}")  # others wait for as long
            try:
                (busy, *_) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                raw.execute(f"PRAGMA busy_timeout={WAIT}")
            return not busy
        return False  # other threads wrote all the time

    @contextmanager
    def _raw(self) -> Iterator[sqlite3.Connection]:
        """A connection of the driver itself, without a transaction."""
        with self.engine.connect() as connection:
            yield cast("sqlite3.Connection", connection.connection.driver_connection)

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
    """An empty database that is gone when closed, for a bot that never ran."""
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    configure(engine)
    tables.metadata.create_all(engine)
    store = SqlStore(engine, bot, Path("memory"))
    store.ensure_bot()
    return _database(store, engine)


def open_engine(engine: Engine, data: Path, bot: str) -> Database:
    """The database behind an engine, brought up to date."""
    place = data / FILE
    configure(engine)
    with clear_errors(place), ExitStack() as on_failure:
        on_failure.callback(engine.dispose)
        bring_up_to_date(engine, data)
        store = SqlStore(engine, bot, place)
        store.ensure_bot()
        on_failure.pop_all()
    return _database(store, engine)


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
        self._row = select(tables.bots.c.id).where(tables.bots.c.id == bot)
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
        """A connection in a transaction, committed if it is `writing` and nothing was raised.

        One that is `writing` waits for those before it. Another one that writes raises
        RuntimeError.
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
                if connection.dialect.name != "sqlite":  # which has locked the file by now
                    connection.execute(self._row.with_for_update())
                yield connection
                return
            with read_only():
                yield connection
            tx.rollback()

    def ensure_bot(self) -> None:
        """Make the bot's row if there is none."""
        with self.connect(writing=False) as connection:
            if connection.execute(self._row).first() is not None:
                return
        with self.connect(writing=True) as connection:
            if connection.execute(self._row).first() is None:
                connection.execute(insert(tables.bots).values(id=self.bot))


class SqlUnitOfWork:
    """`core.ports.unit_of_work.UnitOfWork`: one transaction, with each of its stores."""

    def __init__(self, connection: Connection, bot: str) -> None:
        self.slots: Slots = SqlSlots(connection, bot)
        self.ledger: Ledger = SqlLedger(connection, bot)
        self.log: EntryStore = SqlEntryStore(connection, bot)
        self.threads: WatchedThreads = SqlWatchedThreads(connection, bot)
        self.accounts: Accounts = SqlAccounts(connection, bot)
        self.notes: KeyValues = SqlKeyValues(connection, bot)
        self.people: People = SqlPeople(connection, bot)
        self.acknowledgements: Acknowledgements = SqlAcknowledgements(connection, bot)
        self.pages: Pages = SqlPages(Within(connection, bot))
        self._connection = connection
        self._bot = bot

    def public_entries(self, *, unlisted: bool = False) -> PublicEntries:
        """The entries that everybody may read."""
        return SqlPublicEntries(self._connection, self._bot, unlisted=unlisted)
