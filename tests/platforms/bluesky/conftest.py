"""A strict Bluesky on loopback, and the adapter for its bot, both at noon."""

from __future__ import annotations

import pytest

from tests.clock import FakeClock
from tests.platforms.bluesky.samples import NOON, adapter
from tests.servers.bluesky import BlueskyServer


@pytest.fixture
def clock():
    """A clock at noon."""
    return FakeClock(NOON)


@pytest.fixture
def server(clock):
    """A strict server by that clock."""
    with BlueskyServer(now=clock.now) as running:
        yield running


@pytest.fixture
def bot(server, clock):
    """The adapter for the server's bot."""
    return adapter(server, clock)


@pytest.fixture
def ann(server):
    """A person."""
    return server.add_person("ann.test", "Ann")


@pytest.fixture
def tip(bot):
    """The address of a post of the bot."""
    from tests.platforms.bluesky.samples import POST

    return bot.publish(POST).remote_id
