"""How many bots a sync may stop before it asks."""

from __future__ import annotations

import pytest

from bot.core.fleet.stop_guard import are_too_many


@pytest.mark.parametrize(
    ("stopping", "active", "expected"),
    [
        (0, 0, False),
        (1, 1, False),
        (5, 5, False),
        (6, 6, True),
        (6, 119, True),
        (6, 120, False),
        (6, 121, False),
        (50, 1000, False),
        (51, 1000, True),
    ],
)
def test_a_few_or_a_small_share_may_stop(stopping, active, expected):
    """Only more than five bots that are also more than 5 % are too many."""
    assert are_too_many(stopping, active) is expected
