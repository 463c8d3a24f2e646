"""Fleets for the tests of this folder; each one has a PostgreSQL and platform servers of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet_world import FleetWorld, fleet_world
from tests.fleet_world.oracle import await_done

BOTS = 10


@pytest.fixture
def world(tmp_path: Path) -> Iterator[FleetWorld]:
    """A fleet of ten bots with an account on every network, and two workers that know these."""
    with fleet_world(tmp_path, most=BOTS) as made:
        made.add_bots(BOTS)
        for _ in range(2):
            made.start().await_start()
        await_done(made)
        yield made


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[FleetWorld]:
    """A fleet of one bot with an account on every network, and one worker that knows these."""
    with fleet_world(tmp_path, most=1) as made:
        made.add_bots(1)
        made.start().await_start()
        await_done(made)
        yield made
