"""Migrations: numbered, only added, and they add up to the schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, create_engine, text

from bot.core.errors import StoreError
from bot.store import Database, migrate_postgres, open_store
from bot.store.migrate import HEAD, MIGRATIONS, upgrade, version
from bot.store.postgres.engine import make_engine
from bot.store.postgres.tables import whole_schema
from bot.store.tables import metadata
from tests.clock import MONDAY
from tests.servers.postgres import Postgres, database_name

Opening = Callable[[], Database]


@pytest.fixture
def migrated(
    request: pytest.FixtureRequest, tmp_path: Path, database_url: str | None
) -> Iterator[Engine]:
    """A database that went through every migration."""
    if database_url is None:
        engine = create_engine(f"sqlite:///{tmp_path / 'migrated.db'}")
    else:
        engine = make_engine(request.getfixturevalue("empty_url"))
    with engine.begin() as connection:
        upgrade(connection)
    yield engine
    engine.dispose()


@pytest.fixture
def empty_url(postgres: Postgres) -> Iterator[str]:
    """The address of a PostgreSQL database without tables."""
    with postgres.database() as url:
        yield url


def schema_of(connection: Connection) -> MetaData:
    """The tables that the code works with on this database."""
    return metadata if connection.dialect.name == "sqlite" else whole_schema()


def statements(engine: Engine) -> dict[str, str | None]:
    """The statement that made each table and index of SQLite, by its name."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master"))
        return {name: sql and re.sub(r"\s*([(),])\s*|\s+", r"\1 ", sql) for name, sql in rows}


def _is_ours(name: str | None, kind: str, _: object) -> bool:
    """Whether it is none of the tables that SQLite keeps for the index of words."""
    return kind != "table" or not (name or "").startswith("entry_words")


@pytest.mark.quick
def test_migrations_add_up_to_the_schema(migrated: Engine) -> None:
    """A database made by the migrations is exactly the schema that the code works with."""
    with migrated.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        options = {"include_name": _is_ours} if is_sqlite else {}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, schema_of(connection)) == []


@pytest.mark.quick
def test_a_new_database_is_a_migrated_one(
    migrated: Engine, opened: Database, database_url: str | None, request: pytest.FixtureRequest
) -> None:
    """A database made at once is to the letter what the migrations make, its version included."""
    if database_url is None:
        assert statements(opened.engine) == statements(migrated)
    else:
        server = request.getfixturevalue("postgres")
        of_migrations = server.schema(database_name(request.getfixturevalue("empty_url")))
        with server.database() as made:
            migrate_postgres(made)
            assert server.schema(database_name(made)) == of_migrations
    assert version(opened.engine) == version(migrated) == HEAD


def test_head_is_the_newest_migration() -> None:
    """The version that the code knows is the newest file in the folder, and there is one line of them."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def update_by_a_newer(database: Database, oldest: str) -> None:
    """A newer version migrates the database, and names the oldest that can work with it."""
    with database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text("UPDATE compatibility SET oldest = :oldest"), {"oldest": oldest})
    database.close()


def test_a_newer_database_that_is_compatible_is_used(open_database: Opening) -> None:
    """A database that was only extended by a newer version is used, and keeps its version."""
    update_by_a_newer(open_database(), oldest=HEAD)
    database = open_database()
    with database.store.writing() as tx:
        tx.notes.put("tips file", "wrong", MONDAY)
    assert version(database.engine) == "9999"


def test_a_newer_database_is_left_alone(open_database: Opening) -> None:
    """A database written by a newer version is refused with one clear line, and not touched."""
    update_by_a_newer(open_database(), oldest="9999")
    with pytest.raises(StoreError, match="newer tipsbot"):
        open_database()


@pytest.mark.postgresql
@pytest.mark.quick
def test_only_the_command_makes_tables_on_postgresql(empty_url: str, tmp_path: Path) -> None:
    """A bot that finds no tables says which command makes them, and makes none itself."""
    with pytest.raises(StoreError, match="no tables of tipsbot; run `tipsbot migrate`"):
        open_store(tmp_path, "bot", empty_url)
    assert migrate_postgres(empty_url) == (None, HEAD)
    assert migrate_postgres(empty_url) == (HEAD, HEAD)
    open_store(tmp_path, "bot", empty_url).close()


@pytest.mark.postgresql
def test_several_who_migrate_at_once(empty_url: str) -> None:
    """Of several commands that migrate at once one does it, and the others find it done."""
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(migrate_postgres, [empty_url] * 4))
    assert sorted(found, key=str) == [(HEAD, HEAD)] * 3 + [(None, HEAD)]
