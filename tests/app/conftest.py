"""A harness for each test."""

from __future__ import annotations

import pytest

from bot.store import open_store
from tests.app.harness import OPENED, Harness


@pytest.fixture(autouse=True)
def _closed():
    """Every house's database is closed at the end of the test that made the harness."""
    with OPENED:
        yield


@pytest.fixture
def harness():
    """A bot with one tip, one account and one slot a day, kept in memory."""
    return Harness()


@pytest.fixture
def database(tmp_path):
    """A database in a file, which several threads may use."""
    opened = open_store(tmp_path)
    yield opened
    opened.close()
