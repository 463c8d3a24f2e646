"""A database of a bot, and the transactions on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, select

from bot.core.fleet.bot import Quotas
from bot.core.ports.account_store import Accounts, KeyValues
from bot.core.ports.discussion_store import EntryStore, PublicEntries, WatchedThreads
from bot.core.ports.kept_files import KeptFiles
from bot.core.ports.people_store import Acknowledgements, People
from bot.core.ports.pictures import PictureStore
from bot.core.ports.platform import Clock
from bot.core.ports.posting_store import Ledger, Slots
from bot.core.ports.site_store import Pages, WebmentionStore
from bot.core.ports.unit_of_work import Store, UnitOfWork
from bot.store import tables
from bot.store.accounts import SqlAccounts, SqlKeyValues
from bot.store.backend import Backend
from bot.store.discussion.entry_store import SqlEntryStore
from bot.store.discussion.people import SqlAcknowledgements, SqlPeople
from bot.store.discussion.watched_threads import SqlWatchedThreads
from bot.store.posting.ledger import SqlLedger
from bot.store.posting.pictures import SqlPictures
from bot.store.posting.slots import SqlSlots
from bot.store.rows import upserting
from bot.store.site.pages import SqlPages, Within
from bot.store.site.public_entries import SqlPublicEntries
from bot.store.site.webmentions import SqlWebmentions
from bot.store.sqlite.cleanup import SqliteCleanup
from bot.store.sqlite.engine import SqliteBackend
from bot.store.write_queue import WriteQueue

FILE = "tipsbot.db"


class Cleanup(Protocol):
    """Removes erased words from the files of a database."""

    def tidy(self) -> bool:
        """Remove them where that is quick; False where somebody hinders it: try again."""

    def compact(self, most: int | None = None) -> bool:
        """Remove every copy, unless the database has more bytes than `most`; whether it did."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Database:
    """An open database: the store of the bot, and those of its site's pages and webmentions."""

    store: Store
    pages: Pages
    pings: WebmentionStore
    engine: Engine
    connect: Callable[[], AbstractContextManager[Connection]]
    write_queue: WriteQueue
    #: None: PostgreSQL, which keeps copies of erased words until its own vacuum and after it
    cleanup: Cleanup | None
    #: the clock that all machines share which use the database; None: they are one machine
    clock: Clock | None
    files: KeptFiles
    #: whether a process runs the bot by `tipsbot run`
    is_running: Callable[[], bool]
    #: since when the database is the one that it is now; None: it cannot tell
    epoch: Callable[[], datetime | None]

    @property
    def keeps_copies(self) -> bool:
        """Whether copies of erased words stay in files that this process cannot clean."""
        return self.cleanup is None

    def tidy(self) -> bool:
        """Remove erased words from the files; whether that was done.

        It never is on PostgreSQL. Elsewhere False means: try again.
        """
        return self.cleanup is not None and self.cleanup.tidy()

    def compact(self, most: int | None = None) -> bool:
        """Remove every copy of them, unless the database has more than `most` bytes; whether so."""
        return self.cleanup is not None and self.cleanup.compact(most)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def database_on(backend: Backend, bot: str, file: Path | None = None) -> Database:
    """The database of one bot, whose row is made when there is none."""
    store = SqlStore(backend, bot)
    store.ensure_bot()
    cleanup = None
    if isinstance(backend, SqliteBackend):
        cleanup = SqliteCleanup(
            backend=backend, file=file or Path(FILE), bot=bot, write_queue=store.write_queue
        )
    return Database(
        store=store,
        pages=SqlPages(store),
        pings=SqlWebmentions(store),
        engine=backend.engine,
        connect=partial(store.connect, writing=True),
        write_queue=store.write_queue,
        cleanup=cleanup,
        clock=backend.clock,
        files=backend.files(bot),
        is_running=partial(backend.is_running, bot),
        epoch=backend.epoch,
    )


class SqlStore:
    """`core.ports.unit_of_work.Store` over SQLAlchemy Core."""

    def __init__(self, backend: Backend, bot: str) -> None:
        self._backend = backend
        self.bot = bot
        self.write_queue = WriteQueue(backend.place)

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
        turn = self.write_queue.turn() if writing else nullcontext()
        with turn, self._backend.begin(self.bot, writing=writing) as connection:
            yield connection

    def ensure_bot(self) -> None:
        """Make the bot's row if there is none; several processes may do so at once."""
        row = select(tables.bots.c.id).where(tables.bots.c.id == self.bot)
        with self.connect(writing=False) as connection:
            if connection.execute(row).first() is not None:
                return
        with self.connect(writing=True) as connection:
            new = upserting(connection, tables.bots).values(id=self.bot)
            connection.execute(new.on_conflict_do_nothing())


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
        self.pictures: PictureStore = SqlPictures(connection, bot)
        self._connection = connection
        self._bot = bot

    def quotas(self) -> Quotas:
        """The limits of a bot of a fleet."""
        if self._connection.dialect.name == "sqlite":
            return Quotas()
        from bot.store.fleet.bots import quotas_of  # noqa: PLC0415 - few have such a database

        return quotas_of(self._connection, self._bot)

    def public_entries(self, *, unlisted: bool = False) -> PublicEntries:
        """The entries that everybody may read."""
        return SqlPublicEntries(self._connection, self._bot, unlisted=unlisted)
