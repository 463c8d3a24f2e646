"""PostgreSQL that ends in the middle, and connections or networks that are cut: workers outlive all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.fleet_world import FleetWorld
from tests.fleet_world.network import DATABASE
from tests.fleet_world.oracle import await_done, check, settle
from tests.fleet_world.world import KEY, SAME_TEXT
from tests.servers.proxy import Seen
from tests.whole.operator import PATIENCE

Note = Callable[[str, object], None]

TIMES = 2
PAST_ITS_LEASE = timedelta(minutes=4)


def killed(world: FleetWorld) -> None:
    """PostgreSQL is killed, and started again."""
    world.database.postgres.kill()
    world.database.postgres.start()


def restarted(world: FleetWorld) -> None:
    """PostgreSQL is stopped in order, and started again."""
    world.database.postgres.restart()


def cut_off(world: FleetWorld) -> None:
    """Every connection is ended."""
    assert world.database.cut()


@pytest.mark.timeout(900)
def test_the_database_is_lost_in_the_middle(world: FleetWorld, record_property: Note) -> None:
    """Workers go on by themselves when PostgreSQL is back; nothing is posted twice or lost."""
    workers = list(world.workers)
    world.slow_down(0.1)
    for lost in [killed, cut_off, restarted] * TIMES:
        world.come_due()
        world.await_requests(world.chance.randint(1, 20))
        lost(world)
        await_done(world)
    assert all(worker.process.is_alive() for worker in workers)
    settle(world)
    record_property("outcomes", check(world))


class Cutter:
    """Cuts the first worker off from the database at its next post on a network."""

    def __init__(self, world: FleetWorld, network: str) -> None:
        self.worker = world.workers[0]
        self.is_cut = threading.Event()
        self.mend: Callable[[], None] = lambda: None
        self._world = world
        world.traffic[network].on_request = self._cut

    def _cut(self, seen: Seen) -> None:
        if seen.method == "POST" and not self.is_cut.is_set():
            self.mend = self._world.cut(DATABASE, [self.worker])
            self.is_cut.set()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("network", [KEY, SAME_TEXT])
def test_a_worker_is_cut_off_from_the_database(
    linked_alone: FleetWorld, network: str, record_property: Note
) -> None:
    """What it was posting past its lease is there once, and it works again once it is connected."""
    world = linked_alone
    for _ in range(TIMES):
        cutter = Cutter(world, network)
        world.come_due()
        assert cutter.is_cut.wait(PATIENCE)
        world.advance(PAST_ITS_LEASE)
        other = world.start().await_start()
        await_done(world)
        cutter.mend()
        world.workers.remove(other)
        assert other.stop() == 0
        world.come_due()
        await_done(world)
        assert cutter.worker.process.is_alive()
    settle(world)
    record_property("outcomes", check(world))
