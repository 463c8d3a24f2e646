"""An empty fleet on a real PostgreSQL."""

from __future__ import annotations

from contextlib import closing

import pytest

from bot.store import open_server
from tests.bootstrap.fleet.workers.samples import Fleet


@pytest.fixture
def fleet(postgres_url):
    """An empty fleet."""
    with closing(open_server(postgres_url)) as server:
        yield Fleet(server)
