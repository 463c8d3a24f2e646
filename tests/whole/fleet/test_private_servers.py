"""Workers that keep to public servers, and bots whose servers turn out to be in a private network."""

from __future__ import annotations

from pathlib import Path
from typing import LiteralString

import pytest

from tests.fleet_world import FleetWorld, fleet_world
from tests.fleet_world.bots import SITE
from tests.fleet_world.world import LONG
from tests.whole.operator import await_that

BOTS = 2
TODO = "use a public server, or set TIPSBOT_ALLOW_PRIVATE_SERVERS=1"
_DELIVERIES: LiteralString = "SELECT account, state, attempt, reason FROM delivery"


def is_tried(world: FleetWorld) -> bool:
    """Whether every site has its page, and every other post was tried."""
    deliveries = world.database.rows(_DELIVERIES)
    sites = [one["state"] == "posted" for one in deliveries if one["account"] == SITE.name]
    others = [one["reason"] is not None for one in deliveries if one["account"] != SITE.name]
    return len(sites) == BOTS and len(others) == 3 * BOTS and all(sites + others)


@pytest.mark.timeout(300)
def test_nothing_is_sent_to_a_private_server(tmp_path: Path) -> None:
    """It is judged when a post is sent, not at the sync alone: the post waits, and says what to do."""
    with fleet_world(tmp_path, most=BOTS) as world:
        world.add_bots(BOTS)
        world.allows_private = False
        world.start().await_start()
        world.come_due()
        await_that(lambda: is_tried(world), LONG)
        waiting = [one for one in world.database.rows(_DELIVERIES) if one["account"] != SITE.name]
        assert all(TODO in one["reason"] and one["state"] == "planned" for one in waiting)
        assert world.requests == 0
        assert world.database.rows("SELECT * FROM fleet_host") == []
