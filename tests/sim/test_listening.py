"""The listening half: under every disturbance each entry is there once."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.sim.fault_choice import fault_name
from tests.sim.figures import NAME
from tests.sim.listening.disturbances import ONCE_A_RUN, Disturbance
from tests.sim.listening.simulation import ListeningSimulation
from tests.sim.seeds import run_shard

SHARDS = 2
WANTED = 3
"""How often each disturbance has to happen in a shard; those of ONCE_A_RUN once."""
MOST = 5
"""The most seeds of a shard; if they do not suffice, a disturbance has become too rare."""


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_everything_once_and_nothing_back(shard, home, record_property):
    """Under every disturbance the log holds each message once, in its newest version.

    Deleted messages are in no file and never come back; nothing private is stored.
    """
    record_property(NAME, run_shard(ListeningSimulation, shard, home, _rare, MOST))


def _rare(fired: Counter[str]) -> list[str]:
    return [one.name for one in Disturbance if fired[fault_name(one)] < _wanted(one)]


def _wanted(oddity: Disturbance) -> int:
    return 1 if oddity in ONCE_A_RUN else WANTED


@pytest.mark.timeout(900)
def test_a_flood(home):
    """Of very many replies the bot reads all on Mastodon, and on X those shown; it reports the rest."""
    life = ListeningSimulation(1, home, disturbed=False)
    life.run_flood(3000)
