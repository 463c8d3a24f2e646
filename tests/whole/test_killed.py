"""Killed at any point, again and again: nothing is posted twice, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.whole.checks import check_all, outcomes, run_until_settled
from tests.whole.killing import Killer, KillPoint
from tests.whole.scenario import open_scenario

KILLS = 27
SCENARIOS = [(1, False), (3, True)]
"""Seeds, and whether the server lacks keys: more than fifty kills in a run."""


Note = Callable[[str, object], None]


@pytest.mark.parametrize(("seed", "without_keys"), SCENARIOS)
@pytest.mark.timeout(400)
def test_killed_again_and_again(
    seed: int, without_keys: bool, tmp_path: Path, record_property: Note
) -> None:
    """Under kills at every point each slot ends in one post, or in an outcome that is shown."""
    with open_scenario(tmp_path, seed, without_keys=without_keys) as scenario:
        killer = Killer(scenario=scenario)
        killer.kill(KILLS)
        run_until_settled(scenario, killer.taken_back)
        check_all(scenario)
        record_property("killed", killer.summary())
        record_property("then", outcomes(scenario))
    assert killer.kills == KILLS
    assert all(
        killer.kill_points[point]
        for point in (KillPoint.INTENDED, KillPoint.UNANSWERED, KillPoint.READING)
    )
