"""Migrations: numbered, only added, and they add up to the schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text

from bot.core.errors import StoreError
from bot.store import open_store
from bot.store.migrate import HEAD, MIGRATIONS, upgrade, version
from bot.store.tables import metadata
from tests.clock import MONDAY


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[Engine]:
    """A database that went through every migration."""
    engine = create_engine(f"sqlite:///{tmp_path / 'migrated.db'}")
    with engine.begin() as connection:
        upgrade(connection)
    yield engine
    engine.dispose()


def statements(engine: Engine) -> dict[str, str | None]:
    """The statement that made each table and index, by its name."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master"))
        return {name: sql and re.sub(r"\s*([(),])\s*|\s+", r"\1 ", sql) for name, sql in rows}


def _is_ours(name: str | None, kind: str, _: object) -> bool:
    """Whether it is none of the tables that SQLite keeps for the index of words."""
    return kind != "table" or not (name or "").startswith("entry_words")


def test_migrations_add_up_to_the_schema(migrated: Engine) -> None:
    """A database made by the migrations is exactly the schema that the code works with."""
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _is_ours})
        assert compare_metadata(context, metadata) == []


def test_a_new_database_is_a_migrated_one(migrated: Engine, tmp_path: Path) -> None:
    """A database made at once is to the letter what the migrations make, its version included."""
    database = open_store(tmp_path)
    assert statements(database.engine) == statements(migrated)
    assert version(database.engine) == version(migrated) == HEAD
    database.close()


def test_head_is_the_newest_migration() -> None:
    """The version that the code knows is the newest file in the folder, and there is one line of them."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def made_by_a_newer(data: Path, oldest: str) -> None:
    """A database of a newer version, which names the oldest version that can work with it."""
    open_store(data).close()
    engine = create_engine(f"sqlite:///{data / 'tipsbot.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text("UPDATE compatibility SET oldest = :oldest"), {"oldest": oldest})
    engine.dispose()


def test_a_newer_database_that_is_compatible_is_used(tmp_path: Path) -> None:
    """A database that was only extended by a newer version is used, and keeps its version."""
    made_by_a_newer(tmp_path, oldest=HEAD)
    database = open_store(tmp_path)
    with database.store.writing() as tx:
        tx.notes.put("tips file", "wrong", MONDAY)
    assert version(database.engine) == "9999"
    database.close()


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    """A database written by a newer version is refused with one clear line, and not touched."""
    made_by_a_newer(tmp_path, oldest="9999")
    with pytest.raises(StoreError, match="newer tipsbot"):
        open_store(tmp_path)
