"""Seeds: three days each, in which everything goes wrong that can; never twice, never lost."""

from __future__ import annotations

import shutil
import time
from collections import Counter

import pytest

from tests.sim.decks import every_fault
from tests.sim.life import Life
from tests.sim.lived import lived
from tests.sim.told import NAME, told

SHARDS = 4
WANTED = 100
"""How often every fault has to fire in one run of all shards."""
SHARE = -(-WANTED // SHARDS)
MOST = 14
"""So many seeds are enough for a shard's share, or a fault has become too rare."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_never_twice_never_lost(shard, home, record_property):
    """Whatever goes wrong, each slot is posted once at most, and comes to an end that is shown."""
    fired: Counter[str] = Counter()
    faulted, seeds, began = 0, 0, time.process_time()
    while min((fired[name] for name in every_fault()), default=0) < SHARE:
        rare = [name for name in every_fault() if fired[name] < SHARE]
        assert seeds < MOST, f"too rare after {seeds} seeds: {rare}"
        life = Life(shard * 1000 + seeds, home / str(seeds))
        life.home.mkdir()
        fired += lived(life)
        faulted, seeds = faulted + life.much, seeds + 1
        shutil.rmtree(life.home)
    took = time.process_time() - began
    record_property(NAME, told(Life.what, seeds, faulted, took, fired))
