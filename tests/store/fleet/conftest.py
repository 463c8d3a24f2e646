"""The fleet's store on a real PostgreSQL."""

from __future__ import annotations

from contextlib import closing

import pytest

from bot.store import open_server
from bot.store.fleet import SqlFleetStore


@pytest.fixture
def fleet(postgres_url):
    """An empty fleet."""
    with closing(open_server(postgres_url)) as server:
        yield SqlFleetStore(server.backend)
