"""Migrations: numbered, only added, and they add up to the schema."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from bot.core.errors import StoreError
from bot.store import open_store
from bot.store.migrate import HEAD, MIGRATIONS
from bot.store.tables import metadata


def test_migrations_add_up_to_the_schema(tmp_path: Path) -> None:
    """A database made by the migrations is exactly the schema that the code works with."""
    database = open_store(tmp_path)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        differences = compare_metadata(context, metadata)
    database.close()
    assert differences == []


def test_head_is_the_newest_migration() -> None:
    """The version that the code knows is the newest file in the folder, and there is one line of them."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    """A database written by a newer version is refused with one clear line, and not touched."""
    open_store(tmp_path).close()
    engine = create_engine(f"sqlite:///{tmp_path / 'tipsbot.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreError, match="newer tipsbot"):
        open_store(tmp_path)
