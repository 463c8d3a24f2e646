"""The databases that tests run on: SQLite, and a real PostgreSQL where it is installed.

A test whose database comes from a fixture of this file runs on both. Its variant on PostgreSQL has
the marker `postgresql`, and is long unless the test or its file is marked quick (see `tiers.py`).
A test of something that only SQLite has is marked `sqlite_only`, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from bot.bootstrap.migrate_database import migrate_database
from bot.store import Database, open_memory, open_store
from tests.servers.postgres import NOT_INSTALLED, Postgres, binaries, running_postgres

POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgresql)
"""The parameter of a variant on PostgreSQL."""
TEMPLATE = "migrated"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the variants on PostgreSQL of tests that only SQLite can pass."""
    out = [item for item in items if _is_impossible(item)]
    items[:] = [item for item in items if item not in out]
    config.hook.pytest_deselected(items=out)


def _is_impossible(item: pytest.Item) -> bool:
    return all(item.get_closest_marker(name) for name in ("postgresql", "sqlite_only"))


# The server.


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server of this process, for all of its tests; a test that harms a server starts another."""
    if (found := binaries()) is None:
        pytest.skip(NOT_INSTALLED)
    with running_postgres(found) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a database with the tables of this version, and nothing in them."""
    return make_template(postgres)


def make_template(server: Postgres) -> str:
    """Make a database with the tables of this version; its name."""
    server.copy("template1", TEMPLATE)
    migrate_database(Path(), {"TIPSBOT_DATABASE_URL": server.url(TEMPLATE)}, finish=False)
    return TEMPLATE


@pytest.fixture
def new_postgres_url(postgres: Postgres, postgres_template: str) -> Iterator[Callable[[], str]]:
    """Make a database with the tables of this version; its address. All are dropped in the end."""
    with ExitStack() as made:
        yield lambda: made.enter_context(postgres.database(postgres_template))


@pytest.fixture
def postgres_url(new_postgres_url: Callable[[], str]) -> str:
    """The address of a new database with the tables of this version."""
    return new_postgres_url()


# A test's own database.


@pytest.fixture(params=["sqlite", POSTGRESQL])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """The address of a new PostgreSQL database; None: SQLite, in the test's directory."""
    on_postgres = request.param == "postgresql"
    return request.getfixturevalue("postgres_url") if on_postgres else None


@pytest.fixture
def open_database(tmp_path: Path, database_url: str | None) -> Iterator[Callable[..., Database]]:
    """Open the test's database for a bot, as often as it likes; all are closed in the end."""
    with ExitStack() as opened:

        def open_database(bot: str = "bot") -> Database:
            return opened.enter_context(closing(open_store(tmp_path, bot, database_url)))

        yield open_database


@pytest.fixture
def opened(open_database: Callable[..., Database]) -> Database:
    """An empty database, which several threads may use."""
    return open_database()


@pytest.fixture(params=["memory", POSTGRESQL])
def new_database(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[], Database]]:
    """Make an empty database, each time another one; all are closed in the end."""
    on_postgres = request.param == "postgresql"
    make_url = request.getfixturevalue("new_postgres_url") if on_postgres else None
    with ExitStack() as opened:

        def new_database() -> Database:
            new = open_memory() if make_url is None else open_store(tmp_path, "bot", make_url())
            return opened.enter_context(closing(new))

        yield new_database
