"""A worker that is frozen past its lease and woken: another one does its work meanwhile.

Nothing is there twice, on any network. Where a repeated post makes a second one, and its absence cannot
be proven, the delivery is unsure instead, and a person decides.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.fleet_world import FleetWorld
from tests.fleet_world.oracle import await_done, check, resolve, settle
from tests.fleet_world.world import KEY, NONE, SAME_TEXT
from tests.servers.proxy import Seen
from tests.whole.operator import PATIENCE

Note = Callable[[str, object], None]

PAST_ITS_LEASE = timedelta(minutes=4)


class Freezer:
    """Freezes the first worker at its next post on a network, and holds that until `may_go`."""

    def __init__(self, world: FleetWorld, network: str) -> None:
        self.worker = world.workers[0]
        self.is_frozen = threading.Event()
        self.may_go = threading.Event()
        world.traffic[network].on_request = self._freeze

    def _freeze(self, seen: Seen) -> None:
        if seen.method == "POST" and not self.is_frozen.is_set():
            self.worker.freeze()
            self.is_frozen.set()
            self.may_go.wait(8 * PATIENCE)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("network", [KEY, NONE, SAME_TEXT])
def test_frozen_in_the_middle_of_a_post(
    alone: FleetWorld, network: str, record_property: Note
) -> None:
    """Whenever the request of a frozen worker arrives, it makes no second post."""
    for arrives in ("before", "between", "after"):
        freezer = Freezer(alone, network)
        alone.come_due()
        assert freezer.is_frozen.wait(PATIENCE)
        if arrives == "before":
            freezer.may_go.set()
        alone.advance(PAST_ITS_LEASE)
        other = alone.start().await_start()
        await_done(alone)
        if arrives == "between":
            freezer.may_go.set()
        for _ in range(2):
            alone.advance(PAST_ITS_LEASE)
            await_done(alone)
        freezer.may_go.set()
        freezer.worker.wake()
        await_done(alone)
        assert freezer.worker.process.is_alive()
        alone.workers.remove(other)
        assert other.stop() == 0
        resolve(alone)
    settle(alone)
    record_property("outcomes", check(alone))


@pytest.mark.timeout(600)
def test_frozen_again_and_again(world: FleetWorld, record_property: Note) -> None:
    """Workers that are frozen at any moment, past their leases, post each slot once."""
    world.slow_down(0.1)
    for _ in range(8):
        world.come_due()
        world.await_requests(world.chance.randint(1, 20))
        worker = world.chance.choice(world.workers)
        worker.freeze()
        world.advance(PAST_ITS_LEASE)
        await_done(world)
        worker.wake()
        await_done(world)
    assert all(worker.process.is_alive() for worker in world.workers)
    settle(world)
    record_property("outcomes", check(world))
