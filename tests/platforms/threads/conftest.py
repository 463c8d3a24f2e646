"""A strict Threads on loopback, and the adapter for its bot, both at noon."""

from __future__ import annotations

import pytest

from tests.clock import FakeClock
from tests.platforms.threads.samples import NOON, adapter, prepared
from tests.servers.threads import ThreadsServer


@pytest.fixture
def clock():
    """A clock at noon."""
    return FakeClock(NOON)


@pytest.fixture
def server(clock):
    """A strict server by that clock."""
    with ThreadsServer(now=clock.now) as running:
        yield running


@pytest.fixture
def bot(server, clock):
    """The adapter for the server's bot."""
    return adapter(server, clock)


@pytest.fixture
def ann(server):
    """A person who is no tester of the app."""
    return server.add_person("ann", "Ann")


@pytest.fixture
def tip(bot):
    """The id of a post of the bot."""
    return bot.publish(prepared(bot)).remote_id
