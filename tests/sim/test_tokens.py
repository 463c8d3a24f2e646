"""A token of Threads is refreshed before it ends, also by a bot that is seldom up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.sim.posting import HOUR, PostingSimulation
from tests.sim.threads import SimulatedThreads

STOPS = 5
STOPPED = timedelta(weeks=3)


@pytest.mark.timeout(900)
def test_a_token_never_ends(home):
    """The bot posts for more than a hundred days, of which it is up for some hours, on one token."""
    simulation = PostingSimulation(
        0, home, host_faults=False, request_faults=False, accounts=("threads",), pictured=0
    )
    threads = simulation.networks["threads"]
    assert isinstance(threads, SimulatedThreads)
    threads.let_tokens_end()
    with simulation._environment():
        simulation._write_file()
        simulation._start()
        for _ in range(STOPS):
            _post_for(simulation, 3 * HOUR)
            simulation._stop()
            simulation.time.to(simulation.time.true + STOPPED)
            simulation._start()
        _post_for(simulation, 3 * HOUR)
        simulation._stop()
    assert threads.token.ends_at < simulation.time.true - timedelta(days=45)


def _post_for(simulation: PostingSimulation, span: timedelta) -> None:
    """Let the bot run; each hour has its post."""
    threads, until = simulation.networks["threads"], simulation.time.true + span
    before = len(threads.ids())
    simulation._run_until(lambda: until)
    assert len(threads.ids()) - before >= span // HOUR
