"""The listening half: people talk, everything goes wrong, every entry is there once."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.sim.decks import name_of
from tests.sim.lived import shard_lived
from tests.sim.talk.life import Life
from tests.sim.talk.oddities import SELDOM, Oddity
from tests.sim.told import NAME

SHARDS = 2
WANTED = 6
"""How often everything odd has to happen in a shard; what is seldom, once."""
MOST = 5
"""So many seeds are enough for that, or something has become too rare."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_everything_once_and_nothing_back(shard, home, record_property):
    """Whatever networks show and people do, the log is what was said: each once, as it is now.

    What is gone is in no file and never comes back, and of what is private nothing is kept.
    """
    record_property(NAME, shard_lived(Life, shard, home, _rare, MOST))


def _rare(fired: Counter[str]) -> list[str]:
    return [one.name for one in Oddity if fired[name_of(one)] < _wanted(one)]


def _wanted(oddity: Oddity) -> int:
    return 1 if oddity in SELDOM else WANTED


@pytest.mark.timeout(600)
def test_a_flood(home):
    """Ten thousand replies are heard on Mastodon, and on X all that it shows; the rest is told."""
    life = Life(1, home, odd=False)
    life.run_flood(10_000)
