"""After a kill during a post the next start searches at once, without waiting for the lease."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.model.delivery import State
from tests.whole.checks import ACCOUNTS, check_nothing_twice, check_outcome, run_until_settled
from tests.whole.operator import PATIENCE, await_that
from tests.whole.request_watcher import RequestPhase, Trigger
from tests.whole.scenario import BUSY, Scenario, open_scenario
from tests.whole.stored_data import StoredDelivery


def kill_while_it_posts(scenario: Scenario, phase: RequestPhase) -> list[StoredDelivery]:
    """Kill a bot at its next post on a network; returns the deliveries that it had claimed."""
    is_dead = threading.Event()
    bot = scenario.operator.starts()

    def kill() -> None:
        bot.process.kill()
        bot.process.wait(PATIENCE)
        is_dead.set()

    try:
        await_that(lambda: "stop with Ctrl-C" in bot.output)
        scenario.watcher.set_trigger(Trigger(method="POST", phase=phase, action=kill))
        scenario.advance(timedelta(minutes=1))
        assert is_dead.wait(PATIENCE), bot.output
    finally:
        bot.kill()
    left = scenario.stored.sending()
    assert left
    return left


def look_for(scenario: Scenario, left: list[StoredDelivery]) -> list[StoredDelivery]:
    """Start the bot again and let it search for each of them; returns their new states."""
    with scenario.operator.runs():
        await_that(lambda: all(map(is_looked_for, now(scenario, left))))
    return now(scenario, left)


def now(scenario: Scenario, left: list[StoredDelivery]) -> list[StoredDelivery]:
    """The current state of the same deliveries."""
    ids = {one.id for one in left}
    return [one for one in scenario.stored.deliveries() if one.id in ids]


def is_looked_for(one: StoredDelivery) -> bool:
    """Whether a search has changed it."""
    return one.state is State.POSTED or one.reason == "not found; looking again"


def settle(scenario: Scenario) -> None:
    """Run the bot until all is settled; then nothing exists twice, and every outcome is true."""
    run_until_settled(scenario, set())
    for account in ACCOUNTS:
        if scenario.made(account):
            check_nothing_twice(scenario, account)
    for one in scenario.stored.deliveries():
        check_outcome(scenario, one)


@pytest.fixture
def scenario(tmp_path: Path):
    """A scenario without failures."""
    with open_scenario(tmp_path, seed=3) as made:
        made.end_failures()
        made.write(BUSY)
        yield made


@pytest.mark.parametrize("phase", RequestPhase)
def test_a_killed_bot_looks_as_soon_as_it_is_started_again(
    scenario: Scenario, phase: RequestPhase
) -> None:
    """The next start searches at once for posts under way, and posts nothing twice."""
    look_for(scenario, kill_while_it_posts(scenario, phase))
    settle(scenario)


@pytest.mark.timeout(400)
def test_killed_every_few_seconds(scenario: Scenario) -> None:
    """A bot that is always killed within its lease still settles its deliveries."""
    for _ in range(4):
        found = look_for(scenario, kill_while_it_posts(scenario, RequestPhase.CARRIED_OUT))
        assert State.POSTED in {one.state for one in found}
    settle(scenario)
