"""PostgreSQL that ends in the middle, and connections that are cut: workers outlive both."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fleet_world import FleetWorld
from tests.fleet_world.oracle import await_done, check, settle
from tests.fleet_world.world import EVERY

Note = Callable[[str, object], None]

TIMES = 6


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


@pytest.mark.timeout(600)
@pytest.mark.parametrize("lost", [killed, restarted, cut_off])
def test_the_database_is_lost_in_the_middle(
    world: FleetWorld, lost: Callable[[FleetWorld], None], record_property: Note
) -> None:
    """Workers go on by themselves when PostgreSQL is back; nothing is posted twice or lost."""
    workers = list(world.workers)
    world.slow_down(0.1)
    for _ in range(TIMES):
        world.advance(EVERY)
        world.await_requests(world.chance.randint(1, 30))
        lost(world)
        await_done(world)
    assert all(worker.process.is_alive() for worker in workers)
    settle(world)
    record_property("outcomes", check(world))
