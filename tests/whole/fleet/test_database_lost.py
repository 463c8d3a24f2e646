"""PostgreSQL that ends in the middle, and connections that are cut: workers outlive both."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fleet_world import FleetWorld
from tests.fleet_world.oracle import await_done, check, settle

Note = Callable[[str, object], None]

TIMES = 2


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
