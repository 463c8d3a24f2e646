"""Killed in the middle of a sending and started again: it looks at once, and rests for no lease."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.model.delivery import State
from tests.whole.books import Written
from tests.whole.operator import PATIENCE, await_that
from tests.whole.reckoning import ACCOUNTS, check_nothing_twice, check_outcome, leave_alone
from tests.whole.trap import Moment, Snare
from tests.whole.world import BUSY, World, world


def kill_while_it_posts(around: World, moment: Moment) -> list[Written]:
    """Kill a bot at its next post to another server; returns what it claimed."""
    is_dead = threading.Event()
    bot = around.operator.starts()

    def kill() -> None:
        bot.process.kill()
        bot.process.wait(PATIENCE)
        is_dead.set()

    try:
        await_that(lambda: "stop with Ctrl-C" in bot.output)
        around.trap.lay(Snare(method="POST", moment=moment, action=kill))
        around.later(timedelta(minutes=1))
        assert is_dead.wait(PATIENCE), bot.output
    finally:
        bot.kill()
    left = around.books.sending()
    assert left
    return left


def look_for(around: World, left: list[Written]) -> list[Written]:
    """Start the bot again, and let it look for each of them; returns what it knows then."""
    with around.operator.runs():
        await_that(lambda: all(map(is_looked_for, now(around, left))))
    return now(around, left)


def now(around: World, left: list[Written]) -> list[Written]:
    """The same deliveries as they stand."""
    ids = {one.id for one in left}
    return [one for one in around.books.deliveries() if one.id in ids]


def is_looked_for(one: Written) -> bool:
    """Whether a look has said something of it."""
    return one.state is State.POSTED or one.reason == "not found; looking again"


def settle(around: World) -> None:
    """Leave the bot alone; then nothing is there twice, and every outcome is the truth."""
    leave_alone(around, set())
    for account in ACCOUNTS:
        if around.made(account):
            check_nothing_twice(around, account)
    for one in around.books.deliveries():
        check_outcome(around, one)


@pytest.fixture
def around(tmp_path: Path):
    """A world without trouble."""
    with world(tmp_path, seed=3) as made:
        made.heal()
        made.write(BUSY)
        yield made


@pytest.mark.parametrize("moment", Moment)
def test_a_killed_bot_looks_as_soon_as_it_is_started_again(around: World, moment: Moment) -> None:
    """With no time passing, the next start looks for what was being sent, and posts nothing twice."""
    look_for(around, kill_while_it_posts(around, moment))
    settle(around)


@pytest.mark.timeout(400)
def test_killed_every_few_seconds(around: World) -> None:
    """A bot that never lives for as long as a lease lasts still settles what it left each time."""
    for _ in range(4):
        found = look_for(around, kill_while_it_posts(around, Moment.DONE))
        assert State.POSTED in {one.state for one in found}
    settle(around)
