"""Workers on machines whose clocks are ten minutes off, one to each side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fleet_world import fleet_world
from tests.fleet_world.oracle import await_done, check, settle
from tests.whole.fleet.conftest import BOTS

Note = Callable[[str, object], None]

OFF = timedelta(minutes=10)


@pytest.mark.timeout(600)
def test_clocks_twenty_minutes_apart(tmp_path: Path, record_property: Note) -> None:
    """Nobody posts early, takes a claim of the other, or looks for its post: each is sent once."""
    with fleet_world(tmp_path, most=BOTS) as world:
        world.add_bots(BOTS)
        for off in (OFF, -OFF):
            world.start(off=off).await_start()
        await_done(world)
        world.slow_down(0.05)
        for _ in range(4):
            world.come_due()
            await_done(world)
        early = world.database.rows("SELECT * FROM delivery WHERE posted_at < due")
        assert not early
        settle(world)
        outcomes = check(world)
    record_property("outcomes", outcomes)
    assert "0 sent more than once, 0 claims" in outcomes
