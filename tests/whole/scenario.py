"""A scenario of one test: an operator, two networks behind failing connections, and the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import time_machine

from tests.servers.mastodon import MastodonServer, mastodon_server
from tests.servers.proxy import proxy
from tests.servers.x import Trouble, XServer
from tests.servers.x.faults import Fault
from tests.servers.x.model import User
from tests.whole.accounts import secrets
from tests.whole.operator import Operator, free_port
from tests.whole.request_watcher import RequestWatcher
from tests.whole.stored_data import StoredData

FILE = """\
bot:
  name: Many Tips
  site: https://tips.tipsbot.dev
platforms:
  site: {{}}
  mastodon: {{server: '{mastodon}', poll: 30s, gap: 0s}}
  x: {{api: '{x}', poll: 30s, gap: 0s}}
schedule:
{schedule}
tips:
{tips}"""

BUSY = """\
  - {name: minutely, every: 1m, tags: [daily], late: 2h}
  - {name: strict, every: 1m, from: 2026-01-01T00:00:30Z, tags: [daily], late: 2m}
  - {name: abroad, every: 5m, tags: [daily], late: 2h, platforms: [mastodon, x]}"""
QUIET = """\
  - {name: yearly, cron: "0 9 29 feb *", tags: [daily]}"""

WITHOUT_KEYS = "4.5.0 (compatible; GoToSocial 0.20.0)"
"""The version of a server without idempotency keys: a repeat makes a second post."""

DAILY = 60
BY_HAND = 12


@dataclass(kw_only=True)
class Scenario:
    """Everything around one bot; its clock is that of all servers and commands."""

    operator: Operator
    mastodon: MastodonServer
    x: XServer
    critic: User
    watcher: RequestWatcher
    chance: Random
    clock: time_machine.Traveller
    addresses: dict[str, str]
    people_posts: list[tuple[str, str]] = field(default_factory=list)
    """account and remote id of every post of a person"""
    asked: int = 0
    """how many deliveries only the operator could resolve"""
    _faults: list[Fault] = field(default_factory=list)
    _ahead: timedelta = timedelta(0)

    @property
    def stored(self) -> StoredData:
        """The bot's database."""
        return StoredData(data=self.operator.home / "data")

    def advance(self, by: timedelta) -> None:
        """Let time pass on all clocks."""
        self._ahead += by
        self.clock.shift(by)
        if self.operator.ahead is not None:
            self.operator.ahead.write_text(str(self._ahead.total_seconds()))

    def write(self, schedule: str) -> None:
        """Save tips.yaml with these schedules."""
        tips = [*map(_daily, range(DAILY)), *map(_by_hand, range(BY_HAND))]
        self.operator.write(FILE.format(**self.addresses, schedule=schedule, tips="".join(tips)))

    def people_post(self) -> None:
        """Let people reply to the bot's last posts, or mention it outside of any thread."""
        text = f"@tips remark {len(self.people_posts)}"
        posts = self.mastodon.posts()
        reply = self.mastodon.say("alice", text, to=posts[0]["id"] if posts else None)
        self.people_posts.append(("mastodon", reply))
        tweets = [post for post in self.x.posts if post.author_id == self.x.bot.id]
        standing = [post for post in tweets if not post.deleted]
        if standing:
            self.people_posts.append(("x", self.x.say(self.critic, text, reply_to=standing[-1]).id))

    def fail_next_x_post(self, what: Trouble | int) -> None:
        """Let X fail at the next post."""
        self._faults.append(self.x.fail(what, method="POST", path="/2/tweets"))

    def end_failures(self) -> None:
        """Let nothing go wrong from now on."""
        self.watcher.failure_percent = 0
        for fault in self._faults:
            fault.left = 0

    def made(self, account: str) -> list[tuple[str, str]]:
        """Id and text of every post of the bot on an account, deleted ones too."""
        if account == "x":
            return [(one.id, one.written) for one in self.x.posts if one.author_id == self.x.bot.id]
        return list(
            (self.watcher.statuses if account == "mastodon" else self.stored.pages()).items()
        )

    def exists(self, account: str, remote_id: str) -> bool:
        """Whether a post of the bot exists now."""
        if account == "x":
            return any(one.id == remote_id and not one.deleted for one in self.x.posts)
        if account == "mastodon":
            return self.mastodon.read(remote_id) is not None
        return remote_id in self.stored.pages()


def _daily(number: int) -> str:
    link = "" if number % 3 else f"    link: https://www.w3.org/Provider/Style/URI?n={number}\n"
    return f"""\
  - id: lesson-{number}
    title: Lesson {number}
    text: Whatever you learn on day {number}, write it down on day {number + 1}.
    summary: Write lesson {number} down before day {number + 1} is over.
    tags: [daily]
{link}"""


def _by_hand(number: int) -> str:
    return f"""\
  - id: hand-{number}
    title: News {number}
    text: What happened today is told in paragraph {number}.
    summary: The news of today, paragraph {number}, told by hand.
    tags: [hand]
"""


def _mastodon(*, without_keys: bool) -> AbstractContextManager[MastodonServer]:
    return mastodon_server(version=WITHOUT_KEYS) if without_keys else mastodon_server()


@contextmanager
def open_scenario(home: Path, seed: int, *, without_keys: bool = False) -> Iterator[Scenario]:
    """A scenario for the length of the block; the seed decides everything in it.

    `without_keys`: the Mastodon server has no idempotency keys, and says so.
    """
    chance = Random(seed)
    watcher = RequestWatcher(chance=Random(seed + 1), failure_percent=15)
    with ExitStack() as stack:
        clock = stack.enter_context(time_machine.travel(datetime.now(UTC), tick=True))
        mastodon = stack.enter_context(_mastodon(without_keys=without_keys))
        x = stack.enter_context(XServer(username="tips", hold=2.0))
        unseen = "idempotency-key" if without_keys else "connection"
        lines = {
            "mastodon": stack.enter_context(proxy(mastodon.url, watcher, unseen)),
            "x": stack.enter_context(proxy(x.url, watcher)),
        }
        x.set_address(lines["x"].url)
        operator = Operator(home=home, port=free_port(), ahead=home / "ahead")
        operator.secrets = secrets(mastodon, x)
        made = Scenario(
            operator=operator,
            mastodon=mastodon,
            x=x,
            critic=x.add_user("critic"),
            watcher=watcher,
            chance=chance,
            clock=clock,
            addresses={name: line.url for name, line in lines.items()},
        )
        made.advance(timedelta(0))
        made.write(BUSY)
        yield made
