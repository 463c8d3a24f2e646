"""Machines whose clocks are twenty minutes apart, on one PostgreSQL database."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bot.app.posting.by_hand.post_now import post
from bot.bootstrap.container import open_container
from bot.core.model.delivery import Delivery, State
from tests.servers.mastodon import MastodonServer
from tests.servers.proxy import proxy
from tests.servers.x import XServer
from tests.whole.accounts import secrets
from tests.whole.conftest import tips
from tests.whole.operator import PATIENCE, Operator, await_that, free_port
from tests.whole.request_watcher import RequestPhase, RequestWatcher, Trigger

OFF = 600
"""Seconds by which one clock is ahead, and the other is behind."""
INEXACT = timedelta(minutes=3)
"""More than anything here takes, and less than the clocks are off."""
LONDON = ZoneInfo("Europe/London")
NEVER = 'cron: "0 9 29 feb *"'

Machine = Callable[[int, str], Operator]

DELIVER = """
import os, sys, time_machine
from datetime import UTC, datetime
from pathlib import Path
from bot.bootstrap.container import open_container
from bot.bootstrap.settings import log_setup
from tests.whole.shifted_clock import read
log_setup.configure(quiet=True)
with time_machine.travel(datetime.now(UTC) + read(Path(sys.argv[1])), tick=True):
    bot = open_container(Path("tips.yaml"), variables=os.environ)
    bot.adopt(bot.loaded)
    print("ready", flush=True)
    for line in sys.stdin:
        print(bot.deliverer.step(bot.config, bot.config.account("mastodon")), flush=True)
    bot.close()
"""


class Worker:
    """A process on a machine that delivers on Mastodon whenever it is told to."""

    def __init__(self, machine: Operator) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", DELIVER, str(machine.ahead)],
            cwd=machine.home,
            env=machine.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def tell(self) -> None:
        """Have it deliver what is due."""
        assert self.process.stdin is not None
        self.process.stdin.write("deliver\n")

    def answer(self) -> str:
        """Its next line: `ready`, or how many attempts it made."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@contextmanager
def workers(*machines: Operator) -> Iterator[list[Worker]]:
    """A worker on each machine, ready; all end with the block."""
    made = [Worker(one) for one in machines]
    try:
        assert [one.answer() for one in made] == ["ready"] * len(made)
        yield made
    finally:
        for one in made:
            one.process.communicate(timeout=PATIENCE)


@dataclass
class HeldPost:
    """A post on its way to the network: whether it is there, and whether it may go on."""

    is_there: threading.Event = field(default_factory=threading.Event)
    may_go: threading.Event = field(default_factory=threading.Event)

    def hold(self) -> None:
        """Hold it back until it may go on."""
        self.is_there.set()
        self.may_go.wait(PATIENCE)


def plan(machine: Operator, tip: str) -> None:
    """Plan a post of this tip, and deliver it to the site, whose page is linked to."""
    with closing(open_container(machine.home / "tips.yaml", variables=machine.environment)) as bot:
        bot.adopt(bot.loaded)
        assert bot.config.site is not None
        post(bot.store, bot.drafter, bot.config, tip, [], bot.clock.now(), again=False)
        assert bot.deliverer.step(bot.config, bot.config.site) == 1


def deliveries(machine: Operator) -> list[Delivery]:
    """Every delivery on Mastodon, the newest first."""
    with (
        closing(open_container(machine.home / "tips.yaml", variables=machine.environment)) as bot,
        bot.store.reading() as tx,
    ):
        return [one for one in tx.ledger.recent(9) if one.account == "mastodon"]


@pytest.fixture
def machine(tmp_path: Path, mastodon: MastodonServer, x: XServer, postgres_url: str) -> Machine:
    """Make a machine whose clock is ahead by these seconds, with this tips file."""

    def machine(ahead: int, text: str) -> Operator:
        home = tmp_path / f"ahead{ahead}"
        home.mkdir()
        clock = tmp_path / f"clock{ahead}"
        clock.write_text(str(ahead))
        operator = Operator(home=home, port=free_port(), ahead=clock)
        operator.secrets = {**secrets(mastodon, x), "TIPSBOT_DATABASE_URL": postgres_url}
        operator.write(text)
        return operator

    return machine


either_way = pytest.mark.parametrize("ahead", [OFF, -OFF])


@either_way
def test_neither_takes_the_other_s_claim(
    machine: Machine, mastodon: MastodonServer, ahead: int
) -> None:
    """While one sends, the other neither gives its claim up nor sends it; then each goes on."""
    watcher, held = RequestWatcher(chance=Random(1)), HeldPost()
    trigger = Trigger(method="POST", phase=RequestPhase.RECEIVED_LATER, action=held.hold)
    with proxy(mastodon.url, watcher) as line:
        text = tips(mastodon_url=line.url)
        machines = machine(ahead, text), machine(-ahead, text)
        plan(machines[0], "short")
        with workers(*machines) as (sender, other):
            watcher.set_trigger(trigger)
            sender.tell()
            assert held.is_there.wait(PATIENCE)
            other.tell()
            assert other.answer() == "0"
            (claimed,) = deliveries(machines[1])
            held.may_go.set()
            assert sender.answer() == "1"
            plan(machines[0], "sources")
            other.tell()
            assert other.answer() == "1"
    assert claimed.state is State.SENDING
    assert [(one.state, one.attempt) for one in deliveries(machines[0])] == [(State.POSTED, 1)] * 2
    assert len(mastodon.posts()) == 2


def test_one_of_two_claims_a_delivery(machine: Machine, mastodon: MastodonServer) -> None:
    """Two processes whose clocks are apart, and who both see what is due, post it once."""
    text = tips(mastodon_url=mastodon.url)
    machines = machine(OFF, text), machine(-OFF, text)
    with workers(*machines) as both:
        for tip in ("short", "sources", "ask"):
            plan(machines[0], tip)
            for one in both:
                one.tell()
            assert sorted(one.answer() for one in both) == ["0", "1"]
    assert len(mastodon.posts()) == 3


@pytest.mark.timeout(400)
@either_way
def test_a_post_is_made_when_it_is_due(
    machine: Machine, mastodon: MastodonServer, ahead: int
) -> None:
    """A machine whose clock is wrong posts at the slot's time: not before, and not minutes later."""
    due = (datetime.now(UTC) + timedelta(seconds=90)).replace(second=0, microsecond=0)
    rule = f'cron: "{due:%M %H} * * *"\n    timezone: UTC'
    with machine(ahead, tips(mastodon_url=mastodon.url).replace(NEVER, rule)).runs("--no-now"):
        await_that(mastodon.posts, 4 * PATIENCE)
    (post,) = mastodon.posts()
    made = datetime.fromisoformat(post["created_at"])
    assert due <= made + timedelta(seconds=1)
    assert made - due < INEXACT


def test_time_is_the_same_on_both(machine: Machine, x: XServer) -> None:
    """Both show the same time, slot and pause, and X takes the signatures of both."""
    now = datetime.now(UTC)
    soon = now + timedelta(minutes=5)
    text = tips(x_url=x.url).replace(NEVER, f'at: "{soon:%H:%M}"\n    timezone: UTC')
    ahead, behind = machine(OFF, text), machine(-OFF, text)
    end = f"{soon.astimezone(LONDON):%Y-%m-%dT%H:%M}"
    assert behind.does("pause", "yearly", "--until", end).code == 0
    for operator, tip in ((ahead, "short"), (behind, "sources")):
        done = operator.does("post", tip)
        assert done.code == 0, done.err
        status = operator.status()
        assert abs(datetime.fromisoformat(status["at"]) - now) < INEXACT
        assert [one["name"] for one in status["paused"]] == ["schedule:yearly"]
        due = datetime.fromisoformat(status["next"][0]["due"])
        assert timedelta(minutes=1) < due - now < timedelta(minutes=6)
    assert len(x.posts) == 2
