"""A Mastodon server on loopback, a proxy in front of it, and the adapter for its bot account."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.clock import FakeClock
from tests.platforms.mastodon.samples import adapter
from tests.servers.mastodon import mastodon_server
from tests.servers.proxy import proxy


@pytest.fixture(scope="module")
def running():
    """A server for all tests of a file."""
    with mastodon_server() as server:
        yield server


@pytest.fixture
def server(running):
    """The server, without any post."""
    running.reset()
    return running


@pytest.fixture
def line(server):
    """A proxy in front of the server."""
    with proxy(server.url) as between:
        yield between


@pytest.fixture
def clock():
    """A clock that stands at the present."""
    return FakeClock(datetime.now(UTC))


@pytest.fixture
def bot(server, line, clock):
    """The adapter, behind the proxy."""
    return adapter(line.url, server.token, clock)
