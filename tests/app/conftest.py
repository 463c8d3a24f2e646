"""A house for each test."""

from __future__ import annotations

import pytest

from bot.store import open_store
from tests.app.house import House


@pytest.fixture
def house():
    """A bot with one tip, one account and one slot a day, kept in memory."""
    made = House()
    yield made
    made.database.close()


@pytest.fixture
def database(tmp_path):
    """A database in a file, which several threads may use."""
    opened = open_store(tmp_path)
    yield opened
    opened.close()
