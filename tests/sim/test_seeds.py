"""Seeds: three days each, in which everything goes wrong that can; never twice, never lost."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.sim.decks import every_fault
from tests.sim.life import Life
from tests.sim.lived import shard_lived
from tests.sim.told import NAME

SHARDS = 2
WANTED = 25
"""How often every fault has to fire in one run of all shards."""
SHARE = -(-WANTED // SHARDS)
MOST = 10
"""So many seeds are enough for a shard's share, or a fault has become too rare."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_never_twice_never_lost(shard, home, record_property):
    """Whatever goes wrong, each slot is posted once at most, and comes to an end that is shown."""
    record_property(NAME, shard_lived(Life, shard, home, _rare, MOST))


def _rare(fired: Counter[str]) -> list[str]:
    return [name for name in every_fault() if fired[name] < SHARE]
