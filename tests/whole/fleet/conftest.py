"""Fleets for the tests of this folder; each one has a PostgreSQL and platform servers of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fleet_world import FleetWorld, fleet_world
from tests.fleet_world.oracle import await_done

BOTS = 10

Note = Callable[[str, object], None]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[FleetWorld]:
    """A fleet of ten bots with an account on every network, and two workers that know these."""
    with _fleet(tmp_path, bots=BOTS, workers=2) as made:
        yield made


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[FleetWorld]:
    """A fleet of one bot with an account on every network, and one worker that knows these."""
    with _fleet(tmp_path, bots=1, workers=1) as made:
        yield made


@pytest.fixture
def linked(tmp_path: Path, record_property: Note) -> Iterator[FleetWorld]:
    """The same as `world`, with links that can be cut; it notes which kind of network it has."""
    with _fleet(tmp_path, bots=BOTS, workers=2, is_linked=True) as made:
        record_property("network", made.links.kind)
        yield made


@pytest.fixture
def linked_alone(tmp_path: Path, record_property: Note) -> Iterator[FleetWorld]:
    """The same as `alone`, with links that can be cut; it notes which kind of network it has."""
    with _fleet(tmp_path, bots=1, workers=1, is_linked=True) as made:
        record_property("network", made.links.kind)
        yield made


@contextmanager
def _fleet(home: Path, *, bots: int, workers: int, is_linked: bool = False) -> Iterator[FleetWorld]:
    with fleet_world(home, most=bots, is_linked=is_linked) as made:
        made.add_bots(bots)
        for _ in range(workers):
            made.start().await_start()
        await_done(made)
        yield made
