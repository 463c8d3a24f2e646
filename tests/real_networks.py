"""Networks that run their own software, where that is installed: one of each for a test process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.bluesky_network import Network, missing, running_network


@pytest.fixture(scope="session")
def bluesky_network() -> Iterator[Network]:
    """Bluesky: a directory, a server and the network behind it."""
    if why := missing():
        pytest.skip(why)
    with running_network() as running:
        yield running
