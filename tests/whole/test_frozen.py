"""Frozen in the middle of its work and woken later; and several bots that begin at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from time import sleep

import pytest

from bot.core.model.delivery import State
from tests.whole.books import Written
from tests.whole.operator import PATIENCE, Bot, await_that, free_port
from tests.whole.reckoning import PERIODS, leave_alone, reckon
from tests.whole.trap import Moment, Snare
from tests.whole.world import BUSY, QUIET, World, world

PAST_ITS_LEASE = timedelta(minutes=5)
TIP = "hand-1"


@dataclass
class Freezer:
    """Freezes a process at its request, and keeps the request on the line until it is let go."""

    bot: Bot
    is_frozen: threading.Event = field(default_factory=threading.Event)
    may_go: threading.Event = field(default_factory=threading.Event)

    def freeze(self) -> None:
        """Stand still, both."""
        self.bot.process.send_signal(signal.SIGSTOP)
        self.is_frozen.set()
        self.may_go.wait(4 * PATIENCE)

    def wake(self) -> None:
        """Let the process go on; its clock says how late it is."""
        self.bot.process.send_signal(signal.SIGCONT)


@contextmanager
def frozen(around: World, bot: Bot) -> Iterator[Freezer]:
    """A process that stands still with a post on the line; whatever happens, it ends."""
    freezer = Freezer(bot)
    around.trap.lay(Snare(method="POST", moment=Moment.LATE, action=freezer.freeze))
    try:
        assert freezer.is_frozen.wait(PATIENCE), bot.output
        yield freezer
    finally:
        freezer.may_go.set()
        bot.kill()


@pytest.fixture
def around(tmp_path: Path) -> Iterator[World]:
    """A world without trouble, whose bot knows its networks."""
    with world(tmp_path, seed=5) as made:
        made.heal()
        made.write(QUIET)
        with made.operator.runs() as bot:
            await_that(lambda: bot.output.count('"learned"') == 3)
        yield made


def only(around: World, account: str) -> Written:
    """The one delivery there."""
    (one,) = [one for one in around.books.deliveries() if one.account == account]
    return one


def look_once(around: World, account: str) -> None:
    """Another bot finds the claim of the dead, as it seems, and looks for the post in vain."""
    around.later(PAST_ITS_LEASE)
    with around.operator.runs():
        await_that(lambda: only(around, account).reason == "not found; looking again")


def run_until_posted(around: World, account: str) -> None:
    """It goes on until the post is there."""
    around.later(PAST_ITS_LEASE)
    with around.operator.runs():
        await_that(lambda: only(around, account).state is State.POSTED)


@pytest.mark.parametrize("account", ["mastodon", "x"])
def test_a_request_that_arrives_after_another_has_sent_it_again(
    around: World, account: str
) -> None:
    """A command wakes up when a bot has done its work: its late request makes no second post."""
    command = around.operator.begins("post", TIP, "--to", account)
    with frozen(around, command) as freezer:
        look_once(around, account)
        run_until_posted(around, account)
        freezer.wake()
        freezer.may_go.set()
        assert command.wait() == 0
    assert f"{account}: posted" in command.output
    (made,) = around.made(account)
    assert (only(around, account).remote_id, only(around, account).attempt) == (made[0], 2)
    assert not around.operator.status()["paused"]


def test_a_request_that_arrives_between_two_looks(around: World) -> None:
    """A post that appears after a look has not found it is found by the next, and not sent again."""
    command = around.operator.begins("post", TIP, "--to", "mastodon")
    with frozen(around, command) as freezer:
        look_once(around, "mastodon")
        freezer.may_go.set()
        await_that(lambda: around.made("mastodon"))
        run_until_posted(around, "mastodon")
        freezer.wake()
        assert command.wait() == 0
    (made,) = around.made("mastodon")
    assert (only(around, "mastodon").remote_id, only(around, "mastodon").attempt) == (made[0], 1)


def test_a_frozen_bot_keeps_others_out_and_goes_on(around: World) -> None:
    """No second bot begins while one is frozen; woken past its lease, it takes the late answer."""
    around.write(BUSY)
    with around.operator.runs():
        await_that(lambda: PERIODS.keys() <= around.books.begun())
    around.later(timedelta(minutes=2))
    bot = around.operator.starts()
    with frozen(around, bot) as freezer:
        around.later(PAST_ITS_LEASE)
        second = around.operator.does("run")
        assert second.code == 2
        assert "in use by a running bot" in second.err
        assert [one for one in around.operator.status()["waiting"] if one["state"] == "sending"]
        freezer.wake()
        freezer.may_go.set()
        await_that(lambda: not around.books.sending())
        assert bot.stop() == 0
    leave_alone(around, set())
    reckon(around)


def test_frozen_again_and_again(around: World) -> None:
    """A machine that sleeps and wakes, at any moment and on bad lines, posts each slot once."""
    around.write(BUSY)
    around.trap.spoils = 15
    with around.operator.runs() as bot:
        for _ in range(8):
            sleep(around.chance.uniform(0.2, 2.2))
            bot.process.send_signal(signal.SIGSTOP)
            around.chat()
            around.later(timedelta(seconds=around.chance.choice([20, 70, 200, 400])))
            bot.process.send_signal(signal.SIGCONT)
    leave_alone(around, set())
    reckon(around)


def test_told_to_stop_while_frozen(tmp_path: Path) -> None:
    """A bot that is suspended and asked to stop does so when it wakes, as `systemctl stop` has it."""
    with world(tmp_path, seed=7) as around:
        for _ in range(5):
            with around.operator.runs() as bot:
                for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGCONT):
                    bot.process.send_signal(number)
                    sleep(0.05)
                assert bot.wait() == 0


def test_of_bots_that_begin_at_once_one_runs(tmp_path: Path) -> None:
    """Three bots on one new data directory: one comes up, the others are told why they may not."""
    with world(tmp_path, seed=6) as around:
        rivals = [replace(around.operator, port=free_port()) for _ in range(3)]
        bots = [rival.starts() for rival in rivals]
        await_that(lambda: sum(bot.process.poll() is not None for bot in bots) == 2)
        (running,) = [bot for bot in bots if bot.process.poll() is None]
        await_that(lambda: "stop with Ctrl-C" in running.output)
        assert running.stop() == 0
        assert [bot.wait() for bot in bots if bot is not running] == [2, 2]
        refusals = [bot.output for bot in bots if bot is not running]
    assert all("in use by a running bot" in said for said in refusals), refusals
