"""Processes that are frozen in the middle of their work, and bots that start at the same time."""

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
from tests.whole.checks import PERIODS, check_all, run_until_settled
from tests.whole.operator import PATIENCE, Bot, await_that, free_port
from tests.whole.request_watcher import RequestPhase, Trigger
from tests.whole.scenario import BUSY, QUIET, Scenario, open_scenario
from tests.whole.stored_data import StoredDelivery

PAST_ITS_LEASE = timedelta(minutes=5)
TIP = "hand-1"


@dataclass
class Freezer:
    """Freezes a process at its request, and delays the request until it is released."""

    bot: Bot
    is_frozen: threading.Event = field(default_factory=threading.Event)
    may_go: threading.Event = field(default_factory=threading.Event)

    def freeze(self) -> None:
        """Stop the process, and delay its request."""
        self.bot.process.send_signal(signal.SIGSTOP)
        self.is_frozen.set()
        self.may_go.wait(4 * PATIENCE)

    def wake(self) -> None:
        """Let the process continue."""
        self.bot.process.send_signal(signal.SIGCONT)


@contextmanager
def frozen(scenario: Scenario, bot: Bot) -> Iterator[Freezer]:
    """A process that is frozen with a post under way; killed at the end of the block."""
    freezer = Freezer(bot)
    scenario.watcher.set_trigger(
        Trigger(method="POST", phase=RequestPhase.RECEIVED_LATER, action=freezer.freeze)
    )
    try:
        assert freezer.is_frozen.wait(PATIENCE), bot.output
        yield freezer
    finally:
        freezer.may_go.set()
        bot.kill()


@pytest.fixture
def scenario(tmp_path: Path) -> Iterator[Scenario]:
    """A scenario without failures, whose bot knows its networks."""
    with open_scenario(tmp_path, seed=5) as made:
        made.end_failures()
        made.write(QUIET)
        with made.operator.runs() as bot:
            await_that(lambda: bot.output.count('"learned"') == 3)
        yield made


def only(scenario: Scenario, account: str) -> StoredDelivery:
    """The only delivery of an account."""
    (one,) = [one for one in scenario.stored.deliveries() if one.account == account]
    return one


def look_once(scenario: Scenario, account: str) -> None:
    """Let another bot find the expired lease, and search for the post once, without result."""
    scenario.advance(PAST_ITS_LEASE)
    with scenario.operator.runs():
        await_that(lambda: only(scenario, account).reason == "not found; looking again")


def run_until_posted(scenario: Scenario, account: str) -> None:
    """Run a bot until the post is recorded."""
    scenario.advance(PAST_ITS_LEASE)
    with scenario.operator.runs():
        await_that(lambda: only(scenario, account).state is State.POSTED)


@pytest.mark.parametrize("account", ["mastodon", "x"])
def test_a_request_that_arrives_after_another_has_sent_it_again(
    scenario: Scenario, account: str
) -> None:
    """A command continues after a bot has sent its post: its late request makes no second one."""
    command = scenario.operator.begins("post", TIP, "--to", account)
    with frozen(scenario, command) as freezer:
        look_once(scenario, account)
        run_until_posted(scenario, account)
        freezer.wake()
        freezer.may_go.set()
        assert command.wait() == 0
    assert f"{account}: posted" in command.output
    (made,) = scenario.made(account)
    assert (only(scenario, account).remote_id, only(scenario, account).attempt) == (made[0], 2)
    assert not scenario.operator.status()["paused"]


def test_a_request_that_arrives_between_two_looks(scenario: Scenario) -> None:
    """A post that appears after a search is found by the next one, and not sent again."""
    command = scenario.operator.begins("post", TIP, "--to", "mastodon")
    with frozen(scenario, command) as freezer:
        look_once(scenario, "mastodon")
        freezer.may_go.set()
        await_that(lambda: scenario.made("mastodon"))
        run_until_posted(scenario, "mastodon")
        freezer.wake()
        assert command.wait() == 0
    (made,) = scenario.made("mastodon")
    assert (only(scenario, "mastodon").remote_id, only(scenario, "mastodon").attempt) == (
        made[0],
        1,
    )


def test_a_frozen_bot_keeps_others_out_and_goes_on(scenario: Scenario) -> None:
    """No second bot starts while one is frozen, and it takes the late answer after its lease."""
    scenario.write(BUSY)
    with scenario.operator.runs():
        await_that(lambda: PERIODS.keys() <= scenario.stored.known_schedules())
    scenario.advance(timedelta(minutes=2))
    bot = scenario.operator.starts()
    with frozen(scenario, bot) as freezer:
        scenario.advance(PAST_ITS_LEASE)
        second = scenario.operator.does("run")
        assert second.code == 2
        assert "in use by a running bot" in second.err
        assert [one for one in scenario.operator.status()["waiting"] if one["state"] == "sending"]
        freezer.wake()
        freezer.may_go.set()
        await_that(lambda: not scenario.stored.sending())
        assert bot.stop() == 0
    run_until_settled(scenario, set())
    check_all(scenario)


def test_frozen_again_and_again(scenario: Scenario) -> None:
    """A machine that suspends at any time, on failing connections, posts each slot once."""
    scenario.write(BUSY)
    scenario.watcher.failure_percent = 15
    with scenario.operator.runs() as bot:
        for _ in range(8):
            sleep(scenario.chance.uniform(0.2, 2.2))
            bot.process.send_signal(signal.SIGSTOP)
            scenario.people_post()
            scenario.advance(timedelta(seconds=scenario.chance.choice([20, 70, 200, 400])))
            bot.process.send_signal(signal.SIGCONT)
    run_until_settled(scenario, set())
    check_all(scenario)


def test_told_to_stop_while_frozen(tmp_path: Path) -> None:
    """A suspended bot that is asked to stop does so when it continues, as with `systemctl stop`."""
    with open_scenario(tmp_path, seed=7) as scenario:
        for _ in range(5):
            with scenario.operator.runs() as bot:
                for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGCONT):
                    bot.process.send_signal(number)
                    sleep(0.05)
                assert bot.wait() == 0


def test_of_bots_that_begin_at_once_one_runs(tmp_path: Path) -> None:
    """Of three bots on one new data directory one starts, and the others report the reason."""
    with open_scenario(tmp_path, seed=6) as scenario:
        rivals = [replace(scenario.operator, port=free_port()) for _ in range(3)]
        bots = [rival.starts() for rival in rivals]
        await_that(lambda: sum(bot.process.poll() is not None for bot in bots) == 2)
        (running,) = [bot for bot in bots if bot.process.poll() is None]
        await_that(lambda: "stop with Ctrl-C" in running.output)
        assert running.stop() == 0
        assert [bot.wait() for bot in bots if bot is not running] == [2, 2]
        refusals = [bot.output for bot in bots if bot is not running]
    assert all("in use by a running bot" in said for said in refusals), refusals
