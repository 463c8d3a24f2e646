"""Leaving a bot alone until all is settled, and then holding its books against the networks."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from bot.app.posting.reconcile import NOT_LOOKED
from bot.core.model.delivery import UNSETTLED, State
from bot.core.posting.reconciliation import ASKS
from tests.whole.books import Written
from tests.whole.operator import await_that
from tests.whole.world import QUIET, World

ROUNDS = 12
PAUSE = timedelta(seconds=200)
"""Longer than a claim is held, and than the longest time between two looks."""
PERIODS = {"minutely": 1, "strict": 1, "abroad": 5}
"""The schedules of the busy file, and their minutes."""
ACCOUNTS = ("site", "mastodon", "x")
MAY_BE_THERE = frozenset({State.POSTED, State.UNSURE, State.RETRACTED})


def leave_alone(world: World, taken_back: set[int]) -> None:
    """Let the bot run undisturbed, on and off, and answer what it asks, until all is settled."""
    world.heal()
    world.later(PAUSE)
    _run(world)
    world.write(QUIET)
    _run_on(world)
    check_shown(world)
    for one in _unsettled(world):
        world.asked += 1
        done = world.operator.does("resolve", str(one.id), "--retry")
        assert done.code == 0, done.err
    _run_on(world)
    for one in world.books.posted():
        if one.id in taken_back:
            done = world.operator.does("retract", str(one.id))
            assert done.code == 0, done.err


def _run_on(world: World) -> None:
    """Until nothing is left that the bot can do by itself."""
    for _ in range(ROUNDS):
        if all(one.reason == ASKS for one in _unsettled(world)):
            return
        world.later(PAUSE)
        _run(world)


def _run(world: World) -> None:
    with world.operator.runs() as bot:
        await_that(lambda: not _due(world))
        await_that(lambda: set(world.said) <= _heard(world))
        assert bot.process.poll() is None, bot.output


def _unsettled(world: World) -> list[Written]:
    return [one for one in world.books.deliveries() if one.state in UNSETTLED]


def _due(world: World) -> list[Written]:
    """What the bot could act on now.

    An account with a claim that stands does nothing else; and what came due before the start waits
    while another post, which may be there, is looked for.
    """
    now = datetime.now(UTC)
    unsettled = _unsettled(world)
    held = {one.account for one in unsettled if one.state is State.SENDING and one.acts_at > now}
    looking = {one.account for one in unsettled if one.state is State.UNSURE and one.acts_at > now}
    held_pages = {one.tip for one in unsettled if one.account == "site"}
    return [
        one
        for one in unsettled
        if one.acts_at <= now and one.account not in held and one.tip not in held_pages
        if not (one.reason == NOT_LOOKED and one.account in looking)
    ]


def _heard(world: World) -> set[tuple[str, str]]:
    return {(account, remote_id) for account, remote_id, _ in world.books.heard()}


def reckon(world: World) -> None:
    """Nothing twice, nothing lost, nothing broken."""
    assert world.books.is_sound()
    check_slots(world)
    for account in ACCOUNTS:
        check_nothing_twice(world, account)
    for one in world.books.deliveries():
        check_outcome(world, one)
    heard = [(account, remote_id) for account, remote_id, _ in world.books.heard()]
    assert Counter(heard) == Counter(world.said)


def check_slots(world: World) -> None:
    """Every slot that came due has an outcome, and one that was planned has all its deliveries."""
    for schedule, minutes in PERIODS.items():
        slots = world.books.slots(schedule)
        assert len(slots) > 1
        assert {after - before for before, after in pairwise(slots)} == {timedelta(minutes=minutes)}
    for slot, accounts in world.books.planned().items():
        if slot.startswith(tuple(PERIODS)):
            assert accounts >= {"mastodon", "x"}, slot


def check_nothing_twice(world: World, account: str) -> None:
    """No delivery ever made two posts, and no post is without its delivery."""
    made = Counter(text for _, text in world.made(account))
    meant = Counter(
        one.text
        for one in world.books.deliveries()
        if one.account == account and one.state in MAY_BE_THERE
    )
    assert max(made.values()) == 1
    assert max(meant.values()) == 1
    assert set(made) <= set(meant)
    assert all(len(ids) == 1 for ids in world.trap.made.values())


def check_outcome(world: World, one: Written) -> None:
    """A delivery is settled, and its outcome is the truth."""
    made = {remote_id for remote_id, text in world.made(one.account) if text == one.text}
    if one.state in {State.POSTED, State.RETRACTED}:
        assert made == {one.remote_id}, one
        assert world.stands(one.account, one.remote_id or "") == (one.state is State.POSTED), one
    elif one.state in {State.MISSED, State.REFUSED}:
        # Its words may have come again with a later slot of the same tip.
        others = {other.remote_id for other in world.books.deliveries() if other.text == one.text}
        assert made <= others, one
        assert one.key not in world.trap.made, one
        assert one.reason
    else:
        raise AssertionError(f"not settled: {one}")


def check_shown(world: World) -> None:
    """What only a person can tell is shown to the operator, and it is not there."""
    unsettled = _unsettled(world)
    waiting = {one["delivery"]: one for one in world.operator.status()["waiting"]}
    assert set(waiting) == {one.id for one in unsettled}
    for one in unsettled:
        shown = waiting[one.id]
        assert (shown["state"], shown["reason"]) == ("unsure", ASKS), shown
        assert one.text not in dict(world.made(one.account)).values()


def ended(world: World) -> str:
    """How the deliveries ended, for people."""
    states = Counter(one.state.value for one in world.books.deliveries())
    tried = Counter(min(one.attempt, 3) for one in world.books.deliveries())
    parts = [f"{number} {state}" for state, number in sorted(states.items())]
    again = f"{tried[2]} sent twice, {tried[3]} more often"
    asked = f"{world.asked} asked of the operator"
    return ", ".join([*parts, again, asked, f"{len(world.said)} replies heard"])
