"""Databases for tests: one in a file, as a running bot has it, and one in memory, as a preview has."""

from __future__ import annotations

import pytest

from bot.store import open_memory, open_store


@pytest.fixture(params=["file", "memory"])
def database(request, tmp_path):
    """An empty database."""
    opened = open_store(tmp_path) if request.param == "file" else open_memory()
    yield opened
    opened.close()


@pytest.fixture
def store(database):
    """The bot's memory."""
    return database.store


@pytest.fixture
def tx(store):
    """A transaction that may write."""
    with store.writing() as open_tx:
        yield open_tx
