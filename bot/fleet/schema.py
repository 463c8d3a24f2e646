"""Procrastinate's own tables, made and migrated inside `tipsbot migrate`.

Procrastinate ships its schema as a whole and as SQL files that are run in the order of their names,
`VERSION_NUMBER_pre_WHAT.sql` before its new release is started and `..._post_...` once no worker
of an older release is left. Which of them have run, the database has to remember itself.

The caller begins the transaction, sees to it that nobody else migrates, and commits.
"""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, inspect, text

from bot.core.errors import StoreError

MIGRATIONS = Path(SchemaManager.get_migrations_path())

_TABLE = """
CREATE TABLE IF NOT EXISTS procrastinate_migration (
    name TEXT PRIMARY KEY,
    at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now()
)
"""


def expand(connection: Connection, migrations: Path = MIGRATIONS) -> list[str]:
    """Make the tables, or run the missing migrations that workers of the last release can bear.

    Returns the names of those that it ran; none for a new database, which is made as it would be
    after all of them. A `post` migration is run where a missing `pre` one comes after it.
    """
    inspector = inspect(connection)
    is_new = not inspector.has_table("procrastinate_jobs")
    if not is_new and not inspector.has_table("procrastinate_migration"):
        raise StoreError(
            "PostgreSQL has tables of Procrastinate that tipsbot did not make",
            "give tipsbot a database of its own",
        )
    connection.execute(text(_TABLE))
    if is_new:
        _execute(connection, SchemaManager.get_schema())
        _note(connection, (path.name for path in _files(migrations)))
        return []
    missing = _missing(connection, migrations)
    last = max((at for at, path in enumerate(missing, 1) if "_pre_" in path.name), default=0)
    return _run(connection, missing[:last])


def contract(connection: Connection, migrations: Path = MIGRATIONS) -> list[str]:
    """Run every missing migration, once no older worker is left; returns their names."""
    return _run(connection, _missing(connection, migrations))


def _files(migrations: Path) -> list[Path]:
    return sorted(migrations.glob("*.sql"), key=lambda path: path.name)


def _missing(connection: Connection, migrations: Path) -> list[Path]:
    ran = set(connection.scalars(text("SELECT name FROM procrastinate_migration")))
    return [path for path in _files(migrations) if path.name not in ran]


def _run(connection: Connection, paths: list[Path]) -> list[str]:
    for path in paths:
        _execute(connection, path.read_text(encoding="utf-8"))
        _note(connection, [path.name])
    return [path.name for path in paths]


def _note(connection: Connection, names: Iterable[str]) -> None:
    insert = text("INSERT INTO procrastinate_migration (name) VALUES (:name)")
    connection.execute(insert, [{"name": name} for name in names])


def _execute(connection: Connection, sql: str) -> None:
    """Run a file of statements as it stands: the driver's cursor looks for no parameters in it."""
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(sql)
