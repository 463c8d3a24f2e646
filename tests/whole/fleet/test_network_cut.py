"""The network between the workers and one platform is cut: the others' posts go on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from tests.fleet_world import FleetWorld
from tests.fleet_world.network import why_none
from tests.fleet_world.oracle import check, due, is_planned, resolve, settle
from tests.fleet_world.world import KEY, LONG, NONE, SAME_TEXT
from tests.whole.operator import await_that

Note = Callable[[str, object], None]


def vanishing(world: FleetWorld, network: str) -> Callable[[], None]:
    """Packets vanish: nobody gets an answer, or a refusal. Returns what mends it."""
    return world.cut(network, world.workers)


def vanishing_for_one(world: FleetWorld, network: str) -> Callable[[], None]:
    """Packets of one worker vanish, and the other one has an answer to each. Returns what mends it."""
    if (reason := why_none()) is not None:
        pytest.skip(f"a platform is cut off from all workers at once here: {reason}")
    return world.cut(network, [world.chance.choice(world.workers)])


def refusing(world: FleetWorld, network: str) -> Callable[[], None]:
    """Connections are refused. Returns what mends it."""
    world.proxies[network].refuse()
    return world.proxies[network].accept


@pytest.mark.timeout(900)
@pytest.mark.parametrize("cut", [vanishing, vanishing_for_one, refusing])
def test_a_platform_is_cut_off(
    linked: FleetWorld,
    cut: Callable[[FleetWorld, str], Callable[[], None]],
    record_property: Note,
) -> None:
    """While a platform cannot be reached all other posts are sent; its own follow, each once."""
    linked.slow_down(0.05)
    for network in (KEY, NONE, SAME_TEXT):
        linked.come_due()
        linked.await_requests(linked.chance.randint(1, 10))
        mend = cut(linked, network)
        await_that(partial(is_done_but_for, linked, network), LONG)
        mend()
        resolve(linked)
    settle(linked)
    record_property("outcomes", check(linked))


def is_done_but_for(world: FleetWorld, network: str) -> bool:
    """Whether nothing else is due than posts on one network."""
    return is_planned(world) and all(one["account"].startswith(network) for one in due(world))
