"""A strict X on loopback and the adapter for its bot account, both at noon."""

from __future__ import annotations

import pytest

from tests.clock import FakeClock
from tests.platforms.x.samples import NOON, adapter
from tests.servers.x import XServer


@pytest.fixture
def clock():
    """A clock at noon."""
    return FakeClock(NOON)


@pytest.fixture
def x(clock):
    """A strict X by that clock."""
    with XServer(now=clock.now, wall=clock.now) as server:
        yield server


@pytest.fixture
def bot(x, clock):
    """The adapter for X's bot account."""
    return adapter(x, clock)
