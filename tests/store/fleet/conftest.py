"""The fleet's store on a real PostgreSQL."""

from __future__ import annotations

from contextlib import closing

import pytest

from bot.store.fleet import open_fleet


@pytest.fixture
def fleet(postgres_url):
    """An empty fleet."""
    with closing(open_fleet(postgres_url)) as opened:
        yield opened
