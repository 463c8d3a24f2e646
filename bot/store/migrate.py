"""Brings a database up to date: an old one by numbered migrations, a new one at once."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from bot.core.errors import StoreError
from bot.store.files.data_files import clear_file_errors, make_file
from bot.store.tables import metadata

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0007"
"""The newest migration; a test compares it with the folder. Alembic, which is heavy, is loaded only
for a database that is older than this."""

_VERSION_TABLE = """
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)
"""
"""Alembic's own table, as it makes it."""


def bring_up_to_date(engine: Engine, data: Path) -> None:
    """Make a new database or migrate an old one. Raises StoreError for one of a newer version."""
    found = version(engine)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise StoreError(
            f"the database in {data} was written by a newer tipsbot (schema {found}, ours {HEAD})",
            "install that version again, or restore the backup from before it",
        )
    with _alone(data):
        found = version(engine)
        if found is None:
            _make(engine)
        elif found != HEAD:
            upgrade(engine)


def version(engine: Engine) -> str | None:
    """The database's schema version, or None where it has none yet."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return None if found is None else str(found)


def _make(engine: Engine) -> None:
    """Make a database as it would be after all migrations; a test compares the two.

    Without Alembic, whose ten megabytes a running bot would keep until its end.
    """
    with engine.execution_options(writing=True).begin() as connection:
        metadata.create_all(connection)
        connection.execute(text(_VERSION_TABLE))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing, all of them on an empty database."""
    from alembic import command  # noqa: PLC0415 - heavy, and rarely needed
    from alembic.config import Config  # noqa: PLC0415 - heavy, and rarely needed

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.execution_options(writing=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Two commands that start at once on a new directory migrate one after the other."""
    path = data / "migrate.lock"
    with clear_file_errors(path):
        make_file(path)
        file = path.open("r+b")
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
