"""A kill at every point: one post, or one that is shown as unsure."""

from __future__ import annotations

import pytest

from tests.sim.crash_points import CrashPoints

PLATFORMS = ("site", "mastodon", "island", "bluesky", "threads", "x")
UPLOADING = ("mastodon", "bluesky", "x")
"""Those that a picture is uploaded to, beside the island, which is a Mastodon, too."""
CASES = [
    pytest.param("site", False, marks=pytest.mark.quick),
    *((name, lost) for name in PLATFORMS[1:] for lost in (False, True)),
]


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("account", "lost"), CASES)
def test_killed_at_every_point(account, lost, home):
    """A kill before or after any commit or request loses no post and makes none twice."""
    points = CrashPoints(account, home, lost, pictured=account in UPLOADING and not lost)
    all_points = list(points.all_points())
    assert len(all_points) > 10
    for point in all_points:
        points.run(point)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("account", PLATFORMS)
def test_killed_again_while_it_recovers(account, home):
    """Neither does a second kill in the recovery: at every other point of it, by turns."""
    runs, points = 0, CrashPoints(account, home)
    for at, first in enumerate(points.points_with_effect()):
        for second in [*points.points_with_effect(first)][at % 2 :: 2]:
            points.run(first, second)
            runs += 1
    assert runs > 10
