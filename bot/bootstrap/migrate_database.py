"""Brings a database up to date: that of TIPSBOT_DATABASE_URL, or else that of a data directory."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection

from bot.bootstrap.settings.environment import environment
from bot.store import migrate_postgres, migrate_sqlite


def migrate_database(
    file: Path, variables: Mapping[str, str], *, finish: bool
) -> tuple[str | None, str]:
    """The versions of its schema before (None: it had no tables) and after. Raises StoreError.

    `finish` says that no process of an older version is left.
    """
    environ = environment(file, variables)
    if environ.database_url is None:
        return migrate_sqlite(environ.data)
    from bot.fleet import schema

    def migrate_queue(connection: Connection) -> None:
        schema.expand(connection)
        if finish:
            schema.contract(connection)

    return migrate_postgres(environ.database_url, migrate_queue)
