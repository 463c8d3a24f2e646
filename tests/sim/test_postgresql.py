"""Some seeds on PostgreSQL: what is promised does not depend on the database."""

from __future__ import annotations

import pytest

from tests.sim.listening.simulation import ListeningSimulation
from tests.sim.posting import PostingSimulation
from tests.sim.seeds import run_seed

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(600)]


@pytest.mark.parametrize("seed", [5000, 5001])
def test_never_twice_never_lost(seed, home, postgres_url):
    """Under every fault each slot is posted at most once, in the spring and in the autumn."""
    run_seed(PostingSimulation(seed, home, days=1, database_url=postgres_url))


def test_everything_once_and_nothing_back(home, postgres_url):
    """Under every disturbance the log holds each message once, in its newest version."""
    run_seed(ListeningSimulation(5000, home, days=0.25, database_url=postgres_url))
