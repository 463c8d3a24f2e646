"""Brings a database up to date: an old one by numbered migrations, a new one at once.

A file of SQLite is brought up to date when it is opened. On PostgreSQL, where older processes may
still run, only `tipsbot migrate` does that.
"""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, delete, insert, inspect, select, text

from bot.core.errors import StoreError
from bot.store.files.data_files import alone
from bot.store.tables import compatibility, metadata

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = max(file.name[:4] for file in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))
"""The newest migration. Alembic, which is heavy, is loaded only for a database that is older."""
OLDEST = "0008"
"""The oldest version of the schema whose code can work with a database of the newest one: what it
reads is there, and what it writes is enough. A migration that breaks that raises it."""

_LOCK = 0x74697073
"""The number of PostgreSQL's advisory lock under which one process at a time migrates."""

_VERSION_TABLE = """
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)
"""
"""Alembic's own table, as it makes it."""


def bring_up_to_date(engine: Engine, data: Path) -> None:
    """Make a new database in this directory or migrate an old one.

    Raises StoreError for one of a newer version that this code cannot work with.
    """
    found = version(engine)
    if _is_usable(engine, found, f"the database in {data}"):
        return
    with alone(data), engine.execution_options(writing=True).begin() as connection:
        _migrate(connection)


def require_current(engine: Engine) -> None:
    """Raise StoreError for a PostgreSQL database that this code cannot work with."""
    found = version(engine)
    if found is None:
        raise StoreError("the PostgreSQL database has no tables of tipsbot", _MIGRATE)
    if not _is_usable(engine, found, "the PostgreSQL database"):
        raise StoreError(
            f"the PostgreSQL database has schema {found}, this version needs {HEAD}", _MIGRATE
        )


_MIGRATE = "run `tipsbot migrate`"


def bring_postgres_up_to_date(
    engine: Engine, also: Callable[[Connection], object]
) -> tuple[str | None, str]:
    """Make or migrate the tables of a PostgreSQL database; the versions before and after.

    `also` migrates what others keep in it, in the same transaction. Processes of older versions
    that can work with the new schema may go on meanwhile. Raises StoreError for a database of a
    newer version that this code cannot work with.
    """
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        found = _version(connection)
        if not _is_usable(engine, found, "the PostgreSQL database"):
            _migrate(connection)
        also(connection)
    return found, max(found or HEAD, HEAD)


def version(engine: Engine) -> str | None:
    """The database's schema version, or None where it has none yet."""
    with engine.connect() as connection:
        return _version(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def _is_usable(engine: Engine, found: str | None, place: str) -> bool:
    """Whether nothing is to be done; raises StoreError for a version that is too new."""
    if found is None or found < HEAD:
        return False
    if found > HEAD:
        with engine.connect() as connection:
            oldest = connection.scalar(select(compatibility.c.oldest)) or found
        if oldest > HEAD:
            raise StoreError(
                f"{place} was written by a newer tipsbot (schema {found}, ours {HEAD})",
                "install that version again, or restore the backup from before it",
            )
    return True


def _migrate(connection: Connection) -> None:
    """Do what another process may have done meanwhile, too."""
    found = _version(connection)
    if found is None:
        _make(connection)
    elif found < HEAD:
        upgrade(connection)


def _make(connection: Connection) -> None:
    """Make a database as it would be after all migrations; a test compares the two.

    Without Alembic, whose ten megabytes a running bot would keep until its end.
    """
    _schema(connection.dialect.name).create_all(connection)
    connection.execute(text(_VERSION_TABLE))
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
    _note_oldest(connection)


def _schema(dialect: str) -> MetaData:
    """Every table of a database of this dialect."""
    if dialect == "sqlite":
        return metadata
    from bot.store.postgres.tables import whole_schema  # noqa: PLC0415 - few have such a database

    return whole_schema()


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing, all of them on an empty database."""
    from alembic import command  # noqa: PLC0415 - heavy, and rarely needed
    from alembic.config import Config  # noqa: PLC0415 - heavy, and rarely needed

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    _note_oldest(connection)


def _note_oldest(connection: Connection) -> None:
    connection.execute(delete(compatibility))
    connection.execute(insert(compatibility).values(oldest=OLDEST))
