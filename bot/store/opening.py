"""Opens, migrates and locks the database of a bot: a file, or one on a PostgreSQL server.

What only PostgreSQL needs is imported where it is used: its driver is an extra, and few have it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import StaticPool

from bot.core.errors import StoreError
from bot.core.ports.unit_of_work import Store
from bot.store import tables
from bot.store.database import FILE, Database, SqlStore, database_on
from bot.store.files.data_files import clear_file_errors, make_directory, make_file
from bot.store.files.kept_files import DirectoryFiles
from bot.store.files.moved import require_not_moved
from bot.store.files.process_lock import DataLock
from bot.store.migrate import (
    HEAD,
    bring_postgres_up_to_date,
    bring_up_to_date,
    require_current,
    require_not_outdated,
    version,
)
from bot.store.sqlite.engine import SqliteBackend, configure

if TYPE_CHECKING:
    from bot.store.postgres.engine import PostgresBackend


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
        database = database_on(backend, bot, data / FILE)
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
        found = bring_postgres_up_to_date(engine, also)
        backend.epoch()  # that of a new database begins before anything is due
        return found


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
        return database_on(self.backend, bot)

    def store(self, bot: str) -> Store:
        """The store of one bot, which need not be there, for reading."""
        return SqlStore(self.backend, bot)

    def require_not_outdated(self) -> None:
        """Raise Outdated where a newer version changed the tables under this running process."""
        with self.backend.statement() as connection:
            require_not_outdated(connection)

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


class RunLock(Protocol):
    """Held while a bot runs, from entering to leaving it; both may raise StoreError."""

    def __enter__(self) -> object:
        """Take it. Raises StoreError where another process has it."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release it."""

    def check(self) -> None:
        """Raise StoreError where it is not held any more."""


def run_locks(data: Path, bot: str, url: str | None) -> list[RunLock]:
    """The locks of a running bot: on its data directory, and before that on itself at a URL.

    A bot on PostgreSQL writes files in the directory, too: two bots would mix their event logs.
    """
    if url is None:
        return [DataLock(data)]
    from bot.store.postgres.bot_lock import BotLock, own_name  # noqa: PLC0415 - few have such a database
    from bot.store.postgres.engine import PostgresBackend, make_engine  # noqa: PLC0415 - the same

    backend = PostgresBackend(make_engine(url, pool_size=1, name=own_name()))
    return [BotLock(backend, bot), DataLock(data)]


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
    return database_on(SqliteBackend(engine, "memory"), bot)
