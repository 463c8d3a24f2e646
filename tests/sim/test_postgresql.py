"""Some seeds on PostgreSQL: what is promised does not depend on the database."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.sim.fault_choice import fault_name
from tests.sim.faults import HostFault
from tests.sim.figures import NAME
from tests.sim.listening.simulation import ListeningSimulation
from tests.sim.posting import PostingSimulation
from tests.sim.seeds import run_seed, run_shard

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(1500)]

SHARD = 5
OF_THE_DATABASE = (
    HostFault.DISK_FULL,
    HostFault.LOCKED,
    HostFault.RESTORED,
    HostFault.KILLED_BEFORE_COMMIT,
    HostFault.KILLED_AFTER_COMMIT,
)


def test_never_twice_never_lost(home, new_postgres_url, record_property):
    """Under every fault each slot is posted at most once, and its outcome is shown."""

    def make(seed, folder):
        return PostingSimulation(seed, folder, 1, new_postgres_url())

    record_property(NAME, run_shard(make, SHARD, home, _rare, most=5))


def _rare(fired: Counter[str]) -> list[str]:
    return [one.name for one in OF_THE_DATABASE if not fired[fault_name(one)]]


def test_everything_once_and_nothing_back(home, postgres_url):
    """Under disturbances the log holds each message once, in its newest version."""
    run_seed(ListeningSimulation(5000, home, days=0.1, database_url=postgres_url))
