"""Runs a bot until every delivery is settled, then compares its database with the networks."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from bot.app.posting.reconcile import NOT_LOOKED
from bot.core.model.delivery import UNSETTLED, State
from bot.core.posting.transitions import ASKS
from tests.whole.operator import await_that
from tests.whole.scenario import QUIET, Scenario
from tests.whole.stored_data import StoredDelivery

ROUNDS = 12
PAUSE = timedelta(seconds=200)
"""Longer than a lease and than the longest time between two searches."""
PERIODS = {"minutely": 1, "strict": 1, "abroad": 5}
"""The schedules of the busy file, and their minutes."""
ACCOUNTS = ("site", "mastodon", "x")
MAY_BE_THERE = frozenset({State.POSTED, State.UNSURE, State.RETRACTED})


def run_until_settled(scenario: Scenario, taken_back: set[int]) -> None:
    """Run the bot undisturbed, and decide as its operator, until every delivery is settled.

    `taken_back` are the deliveries that the operator wanted to retract.
    """
    scenario.end_failures()
    scenario.advance(PAUSE)
    _run(scenario)
    scenario.write(QUIET)
    _run_on(scenario)
    check_shown(scenario)
    for one in _unsettled(scenario):
        scenario.asked += 1
        done = scenario.operator.does("resolve", str(one.id), "--retry")
        assert done.code == 0, done.err
    _run_on(scenario)
    for one in scenario.stored.posted():
        if one.id in taken_back:
            done = scenario.operator.does("retract", str(one.id))
            assert done.code == 0, done.err


def _run_on(scenario: Scenario) -> None:
    """Run the bot until only a person can settle the rest."""
    for _ in range(ROUNDS):
        if all(one.reason == ASKS for one in _unsettled(scenario)):
            return
        scenario.advance(PAUSE)
        _run(scenario)


def _run(scenario: Scenario) -> None:
    with scenario.operator.runs() as bot:
        await_that(lambda: not _due(scenario))
        await_that(lambda: set(scenario.people_posts) <= _entries(scenario))
        assert bot.process.poll() is None, bot.output


def _unsettled(scenario: Scenario) -> list[StoredDelivery]:
    return [one for one in scenario.stored.deliveries() if one.state in UNSETTLED]


def _due(scenario: Scenario) -> list[StoredDelivery]:
    """The deliveries that the bot could act on now.

    An account with a valid lease does nothing else, and a delivery that was due before the start
    waits while the bot searches for another post that may exist.
    """
    now = datetime.now(UTC)
    unsettled = _unsettled(scenario)
    leased = {one.account for one in unsettled if one.state is State.SENDING and one.acts_at > now}
    looking = {one.account for one in unsettled if one.state is State.UNSURE and one.acts_at > now}
    held_pages = {one.tip for one in unsettled if one.account == "site"}
    return [
        one
        for one in unsettled
        if one.acts_at <= now and one.account not in leased and one.tip not in held_pages
        if not (one.reason == NOT_LOOKED and one.account in looking)
    ]


def _entries(scenario: Scenario) -> set[tuple[str, str]]:
    return {(account, remote_id) for account, remote_id, _ in scenario.stored.entries()}


def check_all(scenario: Scenario) -> None:
    """Check that nothing was posted twice, lost or damaged."""
    assert scenario.stored.is_intact()
    check_slots(scenario)
    for account in ACCOUNTS:
        check_nothing_twice(scenario, account)
    for one in scenario.stored.deliveries():
        check_outcome(scenario, one)
    heard = [(account, remote_id) for account, remote_id, _ in scenario.stored.entries()]
    assert Counter(heard) == Counter(scenario.people_posts)


def check_slots(scenario: Scenario) -> None:
    """Check that every due slot has an outcome, and every planned one all its deliveries."""
    for schedule, minutes in PERIODS.items():
        slots = scenario.stored.slots(schedule)
        assert len(slots) > 1
        assert {after - before for before, after in pairwise(slots)} == {timedelta(minutes=minutes)}
    for slot, accounts in scenario.stored.planned().items():
        if slot.startswith(tuple(PERIODS)):
            assert accounts >= {"mastodon", "x"}, slot


def check_nothing_twice(scenario: Scenario, account: str) -> None:
    """Check that no delivery made two posts, and that every post has its delivery."""
    made = Counter(text for _, text in scenario.made(account))
    intended = Counter(
        one.text
        for one in scenario.stored.deliveries()
        if one.account == account and one.state in MAY_BE_THERE
    )
    assert max(made.values()) == 1
    assert max(intended.values()) == 1
    assert set(made) <= set(intended)
    assert all(len(ids) == 1 for ids in scenario.watcher.made.values())


def check_outcome(scenario: Scenario, one: StoredDelivery) -> None:
    """Check that a delivery is settled, and that its outcome is true."""
    made = {remote_id for remote_id, text in scenario.made(one.account) if text == one.text}
    if one.state in {State.POSTED, State.RETRACTED}:
        assert made == {one.remote_id}, one
        assert scenario.exists(one.account, one.remote_id or "") == (one.state is State.POSTED), one
    elif one.state in {State.MISSED, State.REFUSED}:
        # A later slot of the same tip may have posted the same text.
        others = {
            other.remote_id for other in scenario.stored.deliveries() if other.text == one.text
        }
        assert made <= others, one
        assert one.key not in scenario.watcher.made, one
        assert one.reason
    else:
        raise AssertionError(f"not settled: {one}")


def check_shown(scenario: Scenario) -> None:
    """Check that every delivery that waits for a person is shown, and does not exist."""
    unsettled = _unsettled(scenario)
    waiting = {one["delivery"]: one for one in scenario.operator.status()["waiting"]}
    assert set(waiting) == {one.id for one in unsettled}
    for one in unsettled:
        shown = waiting[one.id]
        assert (shown["state"], shown["reason"]) == ("unsure", ASKS), shown
        assert one.text not in dict(scenario.made(one.account)).values()


def outcomes(scenario: Scenario) -> str:
    """The outcomes of all deliveries, for people."""
    states = Counter(one.state.value for one in scenario.stored.deliveries())
    tried = Counter(min(one.attempt, 3) for one in scenario.stored.deliveries())
    parts = [f"{number} {state}" for state, number in sorted(states.items())]
    again = f"{tried[2]} sent twice, {tried[3]} more often"
    asked = f"{scenario.asked} asked of the operator"
    return ", ".join([*parts, again, asked, f"{len(scenario.people_posts)} replies heard"])
