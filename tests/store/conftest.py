"""Databases for tests: in a file and on PostgreSQL, as a running bot has it, and in memory."""

from __future__ import annotations

from contextlib import closing

import pytest

from bot.store import open_memory, open_store
from tests.databases import POSTGRESQL


@pytest.fixture(params=["file", "memory", POSTGRESQL])
def database(request, tmp_path):
    """An empty database."""
    if request.param == "memory":
        new = open_memory()
    else:
        on_postgres = request.param == "postgresql"
        url = request.getfixturevalue("postgres_url") if on_postgres else None
        new = open_store(tmp_path, "bot", url)
    with closing(new):
        yield new


@pytest.fixture
def store(database):
    """The bot's memory."""
    return database.store


@pytest.fixture
def tx(store):
    """A transaction that may write."""
    with store.writing() as open_tx:
        yield open_tx
