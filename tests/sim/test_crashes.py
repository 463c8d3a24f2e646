"""Killed at every single moment: one post, or one that is shown as unsure."""

from __future__ import annotations

import pytest

from tests.sim.crashes import Slot

PLATFORMS = ("site", "mastodon", "island", "x")
CASES = [
    pytest.param("site", False, marks=pytest.mark.quick),
    *((name, lost) for name in PLATFORMS[1:] for lost in (False, True)),
]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("account", "lost"), CASES)
def test_killed_at_every_moment(account, lost, home):
    """A process that dies before or after any commit or request leaves nothing twice and nothing lost."""
    slot = Slot(account, home, lost)
    moments = list(slot.moments())
    assert len(moments) > 10
    for moment in moments:
        slot.live(moment)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("account", PLATFORMS)
def test_killed_again_while_it_recovers(account, home):
    """Neither does one that dies once more, wherever its recovery has come to."""
    lives, slot = 0, Slot(account, home)
    for first in slot.turning_points():
        for second in slot.turning_points(first):
            slot.live(first, second)
            lives += 1
    assert lives > 20
