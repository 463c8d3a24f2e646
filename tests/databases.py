"""The databases that tests run on: SQLite, and a real PostgreSQL where it is installed.

A test that takes `database_url` runs on both. Its variant on PostgreSQL has the marker
`postgresql`, and is long unless the test or its file is marked quick (see `tiers.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.bootstrap.migrate_database import migrate_database
from tests.servers.postgres import NOT_INSTALLED, Postgres, binaries, running_postgres

POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgresql)
"""The parameter of a variant on PostgreSQL."""
TEMPLATE = "migrated"


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
    postgres.copy("template1", TEMPLATE)
    migrate_database(Path(), {"TIPSBOT_DATABASE_URL": postgres.url(TEMPLATE)}, finish=False)
    return TEMPLATE


@pytest.fixture
def postgres_url(postgres: Postgres, postgres_template: str) -> Iterator[str]:
    """The address of a new database with the tables of this version."""
    with postgres.database(postgres_template) as url:
        yield url
