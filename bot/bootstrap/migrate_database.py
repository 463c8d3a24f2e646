"""Brings a database up to date: that of TIPSBOT_DATABASE_URL, or else that of a data directory."""

from collections.abc import Mapping
from pathlib import Path

from bot.bootstrap.settings.environment import environment
from bot.store import migrate_postgres, migrate_sqlite


def migrate_database(file: Path, variables: Mapping[str, str]) -> tuple[str | None, str]:
    """The versions of its schema before (None: it had no tables) and after. Raises StoreError."""
    environ = environment(file, variables)
    if environ.database_url is None:
        return migrate_sqlite(environ.data)
    return migrate_postgres(environ.database_url)
