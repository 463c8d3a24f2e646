"""The network between the workers and one platform is cut: the others' posts go on.

The workers and the platforms are processes of one machine here; what is cut is a proxy between them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from tests.fleet_world import FleetWorld
from tests.fleet_world.oracle import check, due, is_planned, resolve, settle
from tests.fleet_world.world import KEY, LONG, NONE, SAME_TEXT
from tests.whole.operator import await_that

Note = Callable[[str, object], None]


def vanishing(world: FleetWorld, network: str) -> Callable[[], None]:
    """Packets vanish: nobody gets an answer, or a refusal. Returns what mends it."""
    world.traffic[network].cut()
    return world.traffic[network].mend


def refusing(world: FleetWorld, network: str) -> Callable[[], None]:
    """Connections are refused. Returns what mends it."""
    world.proxies[network].refuse()
    return world.proxies[network].accept


@pytest.mark.timeout(900)
@pytest.mark.parametrize("cut", [vanishing, refusing])
def test_a_platform_is_cut_off(
    world: FleetWorld,
    cut: Callable[[FleetWorld, str], Callable[[], None]],
    record_property: Note,
) -> None:
    """While a platform cannot be reached all other posts are sent; its own follow, each once."""
    world.slow_down(0.05)
    for network in (KEY, NONE, SAME_TEXT):
        world.come_due()
        world.await_requests(world.chance.randint(1, 10))
        mend = cut(world, network)
        await_that(partial(is_done_but_for, world, network), LONG)
        mend()
        resolve(world)
    settle(world)
    record_property("outcomes", check(world))


def is_done_but_for(world: FleetWorld, network: str) -> bool:
    """Whether nothing else is due than posts on one network."""
    return is_planned(world) and all(one["account"].startswith(network) for one in due(world))
