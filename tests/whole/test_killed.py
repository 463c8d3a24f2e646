"""Killed at any moment, again and again: nothing is posted twice, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.whole.killing import Killer, Where
from tests.whole.reckoning import ended, leave_alone, reckon
from tests.whole.world import world

KILLS = 27
WORLDS = [(1, False), (3, True)]
"""Seeds, and whether the server forgets keys: more than fifty kills in a run."""


Note = Callable[[str, object], None]


@pytest.mark.parametrize(("seed", "forgetful"), WORLDS)
@pytest.mark.timeout(400)
def test_killed_again_and_again(
    seed: int, forgetful: bool, tmp_path: Path, record_property: Note
) -> None:
    """Killed while it starts, posts, listens and looks, each slot ends in one post or in plain sight."""
    with world(tmp_path, seed, forgetful=forgetful) as around:
        killer = Killer(world=around)
        killer.kill(KILLS)
        leave_alone(around, killer.taken_back)
        reckon(around)
        record_property("killed", killer.told())
        record_property("then", ended(around))
    assert killer.kills == KILLS
    assert all(killer.fell[where] for where in (Where.INTENDED, Where.UNANSWERED, Where.READING))
