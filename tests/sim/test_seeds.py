"""Seeds of three days with every fault: no post is made twice, and none is lost."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.sim.fault_choice import every_fault
from tests.sim.figures import NAME
from tests.sim.posting import PostingSimulation
from tests.sim.seeds import run_shard

SHARDS = 2
WANTED = 10
"""How often every fault has to fire in one run of all shards."""
SHARE = -(-WANTED // SHARDS)
MOST = 10
"""The most seeds of a shard; if they do not suffice, a fault has become too rare."""


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_never_twice_never_lost(shard, home, record_property):
    """Under every fault each slot is posted at most once, and its outcome is shown."""
    record_property(NAME, run_shard(PostingSimulation, shard, home, _rare, MOST))


def _rare(fired: Counter[str]) -> list[str]:
    return [name for name in every_fault() if fired[name] < SHARE]
