"""The network between the workers and one platform is cut: the others' posts go on.

The workers and the platforms are processes of one machine here; what is cut is a proxy between them.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fleet_world import FleetWorld
from tests.fleet_world.oracle import await_done, check, due, settle
from tests.fleet_world.world import EVERY, KEY, NONE, SAME_TEXT
from tests.whole.operator import await_that

Note = Callable[[str, object], None]

LONG = 120.0


def vanishing(world: FleetWorld, network: str) -> Callable[[], None]:
    """Packets vanish: nobody gets an answer, or a refusal. Returns what mends it."""
    world.traffic[network].cut()
    return world.traffic[network].mend


def refusing(world: FleetWorld, network: str) -> Callable[[], None]:
    """Connections are refused. Returns what mends it."""
    world.proxies[network].refuse()
    return world.proxies[network].accept


@pytest.mark.timeout(600)
@pytest.mark.parametrize("network", [KEY, NONE, SAME_TEXT])
@pytest.mark.parametrize("cut", [vanishing, refusing])
def test_a_platform_is_cut_off(
    world: FleetWorld,
    cut: Callable[[FleetWorld, str], Callable[[], None]],
    network: str,
    record_property: Note,
) -> None:
    """While a platform cannot be reached all other posts are sent; its own follow, each once."""
    world.slow_down(0.05)
    for _ in range(2):
        world.advance(EVERY)
        world.await_requests(world.chance.randint(1, 10))
        mend = cut(world, network)
        await_that(lambda: all(one["account"].startswith(network) for one in due(world)), LONG)
        mend()
        await_done(world)
    settle(world)
    record_property("outcomes", check(world))
