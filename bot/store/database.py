"""Opens the database, and the transactions on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import Connection, Engine, create_engine, select
from sqlalchemy.pool import StaticPool

from bot.core.errors import StoreError
from bot.core.fleet.bot import Quotas
from bot.core.ports.account_store import Accounts, KeyValues
from bot.core.ports.discussion_store import EntryStore, PublicEntries, WatchedThreads
from bot.core.ports.kept_files import KeptFiles
from bot.core.ports.people_store import Acknowledgements, People
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
from bot.store.files.data_files import clear_file_errors, make_directory, make_file
from bot.store.files.kept_files import DirectoryFiles
from bot.store.files.moved import require_not_moved
from bot.store.migrate import (
    HEAD,
    bring_postgres_up_to_date,
    bring_up_to_date,
    require_current,
    version,
)
from bot.store.posting.ledger import SqlLedger
from bot.store.posting.slots import SqlSlots
from bot.store.rows import upserting
from bot.store.site.pages import SqlPages, Within
from bot.store.site.public_entries import SqlPublicEntries
from bot.store.site.webmentions import SqlWebmentions
from bot.store.sqlite.cleanup import SqliteCleanup
from bot.store.sqlite.engine import SqliteBackend, configure
from bot.store.write_queue import WriteQueue

if TYPE_CHECKING:
    from bot.store.postgres.engine import PostgresBackend

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
    #: None: PostgreSQL, whose files only its own vacuum cleans
    cleanup: Cleanup | None
    #: the clock that all machines share which use the database; None: they are one machine
    clock: Clock | None
    files: KeptFiles

    def tidy(self) -> bool:
        """Remove erased words from the files where this process can; False: try again."""
        return self.cleanup is None or self.cleanup.tidy()

    def compact(self, most: int | None = None) -> bool:
        """Remove every copy of them, unless the database has more than `most` bytes."""
        return self.cleanup is not None and self.cleanup.compact(most)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def open_store(
    data: Path, bot: str = "bot", url: str | None = None, key_file: Path | None = None
) -> Database:
    """Open the database for the bot of this id: that of a URL, or else one in the directory `data`.

    The one in the directory is made and migrated. What the bot keeps in the other is encrypted
    under the keys in `key_file`, if there is one. Raises StoreError when the directory or the
    server cannot be used, or where the code and the database's schema do not go together.
    """
    if url is not None:
        return _open_postgres(url, bot, key_file)
    require_not_moved(data)
    return open_file(data, bot)


def open_file(data: Path, bot: str) -> Database:
    """The same for the database in the directory, also for one that was moved to a fleet."""
    backend = _sqlite(data)
    with backend.clear_errors(), ExitStack() as on_failure:
        on_failure.callback(backend.engine.dispose)
        bring_up_to_date(backend.engine, data)
        database = _database(backend, bot, data / FILE)
        on_failure.pop_all()
    return database


def migrate_sqlite(data: Path) -> tuple[str | None, str]:
    """Bring the database in this directory up to date; its versions before and after."""
    backend = _sqlite(data)
    with backend.clear_errors(), _closing(backend.engine) as engine:
        found = version(engine)
        bring_up_to_date(engine, data)
        return found, version(engine) or HEAD


def migrate_postgres(
    url: str, also: Callable[[Connection], object] = lambda _: None
) -> tuple[str | None, str]:
    """The same for the database of this URL; `also` migrates what others keep in it."""
    backend = _postgres(url)
    with backend.clear_errors(), _closing(backend.engine) as engine:
        return bring_postgres_up_to_date(engine, also)


@contextmanager
def _closing(engine: Engine) -> Iterator[Engine]:
    """Close every connection at the end."""
    try:
        yield engine
    finally:
        engine.dispose()


def _sqlite(data: Path) -> SqliteBackend:
    """The database in this directory, made when there is none."""
    make_directory(data)
    with clear_file_errors(data / FILE):
        make_file(data / FILE)
    engine = create_engine(f"sqlite:///{data / FILE}", pool_size=32, max_overflow=64)
    configure(engine)
    return SqliteBackend(engine, str(data / FILE), data)


def _open_postgres(url: str, bot: str, key_file: Path | None) -> Database:
    server = open_server(url, key_file)
    try:
        return server.database(bot)
    except BaseException:
        server.close()
        raise


@dataclass(frozen=True, slots=True)
class DatabaseServer:
    """An open PostgreSQL database of any number of bots, which share its connections."""

    backend: PostgresBackend

    def database(self, bot: str) -> Database:
        """The database of one bot; closing it closes it for all."""
        return _database(self.backend, bot)

    def store(self, bot: str) -> Store:
        """The store of one bot, which need not be there, for reading."""
        return SqlStore(self.backend, bot)

    def close(self) -> None:
        """Close every connection."""
        self.backend.engine.dispose()


def open_server(url: str, key_file: Path | None = None, *, connections: int = 32) -> DatabaseServer:
    """Open the PostgreSQL database of this URL, with about so many connections at most.

    Raises StoreError where it cannot be reached, or has another schema than this code.
    """
    backend = _postgres(url, key_file, connections)
    with backend.clear_errors(), ExitStack() as on_failure:
        on_failure.callback(backend.engine.dispose)
        require_current(backend.engine)
        on_failure.pop_all()
    return DatabaseServer(backend)


def _postgres(url: str, key_file: Path | None = None, connections: int = 32) -> PostgresBackend:
    """The database at this URL; nothing is connected yet."""
    from bot.store.postgres.engine import PostgresBackend, make_engine  # noqa: PLC0415 - the driver is an extra

    engine = make_engine(url, pool_size=connections)
    if key_file is None:
        return PostgresBackend(engine)
    from bot.store.postgres.encryption import KeyFile  # noqa: PLC0415 - few have one

    return PostgresBackend(engine, KeyFile(key_file))


def read_kept(
    name: str, data: Path, bot: str | None, url: str | None = None, key_file: Path | None = None
) -> bytes | None:
    """A file that a bot keeps, while its database is not open; None where it keeps none.

    Where the bot is not known (None), it is the only one whose database has a file of this name.
    """
    if url is None:
        return DirectoryFiles(data).read(name)
    from bot.store.postgres.kept_files import only_bot_with  # noqa: PLC0415 - few have such a database

    backend = _postgres(url, key_file)
    with _closing(backend.engine):
        bot = bot or only_bot_with(backend, name)
        return None if bot is None else backend.files(bot).read(name)


def encrypt_anew(url: str, key_file: Path) -> Iterator[StoreError | None]:
    """Encrypt every file that a bot of this database keeps, under the newest key.

    Gives None for each that was done, and the error for each that no key decrypts.
    """
    from bot.store.postgres import kept_files  # noqa: PLC0415 - few have such a database
    from bot.store.postgres.encryption import KeyFile  # noqa: PLC0415 - the same

    backend = _postgres(url, key_file)
    with _closing(backend.engine):
        yield from kept_files.encrypt_anew(backend, KeyFile(key_file))


def has_store(data: Path, url: str | None = None) -> bool:
    """Whether there is a database: in this directory, or at this URL."""
    return url is not None or (data / FILE).exists()


def open_memory(bot: str = "bot") -> Database:
    """An empty database that is gone when closed, for a bot that never ran."""
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    configure(engine)
    tables.metadata.create_all(engine)
    return _database(SqliteBackend(engine, "memory"), bot)


def _database(backend: Backend, bot: str, file: Path | None = None) -> Database:
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
