"""Workers that are killed at random, again and again: nothing is posted twice, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import sleep

import pytest

from tests.fleet_world import FleetWorld, fleet_world
from tests.fleet_world.oracle import IdleTime, await_done, check, is_done, resolve, settle

BOTS = 10
WORKERS = 3
ROUNDS = 9
KILLS = 6
"""In each round; more than a hundred in both seeds."""
MOST_BETWEEN = 10
"""The most requests that pass before a worker is killed."""

Note = Callable[[str, object], None]


def kill_one(world: FleetWorld) -> bool:
    """Kill a worker in the middle of its requests, start another one; whether one was killed."""
    aim, idle = world.requests + world.chance.randint(1, MOST_BETWEEN), IdleTime(world)
    while world.requests < aim and not is_done(world):
        idle.skip()
        sleep(0.01)
    worker = world.workers.pop(world.chance.randrange(len(world.workers)))
    killed = worker.kill()
    world.start()
    return killed


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.timeout(600)
def test_killed_again_and_again(seed: int, tmp_path: Path, record_property: Note) -> None:
    """Under kills at any moment each slot ends in one post on each account, or in what is allowed."""
    with fleet_world(tmp_path, seed, most=BOTS) as world:
        world.add_bots(BOTS)
        world.slow_down(0.1)
        kills = 0
        for _ in range(WORKERS):
            world.start().await_start()
        await_done(world)
        for _ in range(ROUNDS):
            world.come_due()
            wanted = kills + KILLS
            while kills < wanted:  # one that had ended by itself does not count
                kills += kill_one(world)
            resolve(world)
        world.slow_down(0)
        settle(world)
        record_property("outcomes", f"{kills} kills: {check(world)}")
    assert kills == ROUNDS * KILLS
