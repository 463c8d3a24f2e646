"""A world of its own for one test: an operator, two networks behind spoilt lines, and the time."""

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
from tests.whole.books import Books
from tests.whole.operator import Operator, free_port
from tests.whole.trap import Trap

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

FORGETFUL = "4.5.0 (compatible; GoToSocial 0.20.0)"
"""The version of a server that makes a second post when it is asked twice, whatever the key."""

DAILY = 60
BY_HAND = 12


@dataclass(kw_only=True)
class World:
    """Everything around one bot. Its time is that of all servers, and of each command's machine."""

    operator: Operator
    mastodon: MastodonServer
    x: XServer
    critic: User
    trap: Trap
    chance: Random
    clock: time_machine.Traveller
    addresses: dict[str, str]
    said: list[tuple[str, str]] = field(default_factory=list)
    """account and remote id of everything that people said"""
    asked: int = 0
    """how many deliveries only the operator could settle"""
    _faults: list[Fault] = field(default_factory=list)
    _ahead: timedelta = timedelta(0)

    @property
    def books(self) -> Books:
        """What the bot has written down."""
        return Books(data=self.operator.home / "data")

    def later(self, by: timedelta) -> None:
        """Let time pass, for everybody."""
        self._ahead += by
        self.clock.shift(by)
        if self.operator.ahead is not None:
            self.operator.ahead.write_text(str(self._ahead.total_seconds()))

    def write(self, schedule: str) -> None:
        """Save tips.yaml with these schedules."""
        tips = [*map(_daily, range(DAILY)), *map(_by_hand, range(BY_HAND))]
        self.operator.write(FILE.format(**self.addresses, schedule=schedule, tips="".join(tips)))

    def chat(self) -> None:
        """Let people answer what the bot posted last, and call it out of the blue."""
        text = f"@tips remark {len(self.said)}"
        posts = self.mastodon.posts()
        heard = self.mastodon.say("alice", text, to=posts[0]["id"] if posts else None)
        self.said.append(("mastodon", heard))
        tweets = [post for post in self.x.posts if post.author_id == self.x.bot.id]
        standing = [post for post in tweets if not post.deleted]
        if standing:
            self.said.append(("x", self.x.say(self.critic, text, reply_to=standing[-1]).id))

    def break_x(self, what: Trouble | int) -> None:
        """Let X fail at the next post."""
        self._faults.append(self.x.fail(what, method="POST", path="/2/tweets"))

    def heal(self) -> None:
        """From now on nothing goes wrong."""
        self.trap.spoils = 0
        for fault in self._faults:
            fault.left = 0

    def made(self, account: str) -> list[tuple[str, str]]:
        """Id and words of everything that the bot ever posted there, deleted posts included."""
        if account == "x":
            return [(one.id, one.written) for one in self.x.posts if one.author_id == self.x.bot.id]
        return list((self.trap.statuses if account == "mastodon" else self.books.pages()).items())

    def stands(self, account: str, remote_id: str) -> bool:
        """Whether this post of the bot is there now."""
        if account == "x":
            return any(one.id == remote_id and not one.deleted for one in self.x.posts)
        if account == "mastodon":
            return self.mastodon.read(remote_id) is not None
        return remote_id in self.books.pages()


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


def _mastodon(*, forgetful: bool) -> AbstractContextManager[MastodonServer]:
    return mastodon_server(version=FORGETFUL) if forgetful else mastodon_server()


@contextmanager
def world(home: Path, seed: int, *, forgetful: bool = False) -> Iterator[World]:
    """A world that lasts as long as the block; the seed decides what happens in it.

    Where it is `forgetful`, the Mastodon server knows no idempotency keys, and says so.
    """
    chance = Random(seed)
    trap = Trap(chance=Random(seed + 1), spoils=15)
    with ExitStack() as stack:
        clock = stack.enter_context(time_machine.travel(datetime.now(UTC), tick=True))
        mastodon = stack.enter_context(_mastodon(forgetful=forgetful))
        x = stack.enter_context(XServer(username="tips", hold=2.0))
        unseen = "idempotency-key" if forgetful else "connection"
        lines = {
            "mastodon": stack.enter_context(proxy(mastodon.url, trap, unseen)),
            "x": stack.enter_context(proxy(x.url, trap)),
        }
        x.stands_behind(lines["x"].url)
        operator = Operator(home=home, port=free_port(), ahead=home / "ahead")
        operator.secrets = secrets(mastodon, x)
        made = World(
            operator=operator,
            mastodon=mastodon,
            x=x,
            critic=x.add_user("critic"),
            trap=trap,
            chance=chance,
            clock=clock,
            addresses={name: line.url for name, line in lines.items()},
        )
        made.later(timedelta(0))
        made.write(BUSY)
        yield made
