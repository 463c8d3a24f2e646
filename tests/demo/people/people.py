"""The people of all places, and the bot's operator: each line is carried out at its time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.demo.people.conversation import Conversation
from tests.demo.people.networks import Network, OnBluesky, OnMastodon, OnThreads, OnX
from tests.demo.script import Line, Place
from tests.demo.servers import Servers
from tests.demo.waiting import Failed, Waiting
from tests.whole.operator import Operator
from tests.whole.visitor import Visitor, visitor

HEARD_WITHIN = 60.0
"""How long the bot may take to read the entry that its operator answers, in seconds."""


@dataclass(kw_only=True)
class People:
    """The people of the script. `tip` is the id of the tip that they talk about."""

    operator: Operator
    servers: Servers
    tip: str
    talk: Conversation
    stack: ExitStack
    waiting: Waiting
    _visitors: dict[str, Visitor] = field(default_factory=dict)
    _networks: Mapping[Place, Network] = field(init=False)

    def __post_init__(self) -> None:
        """People on the networks know the same conversation."""
        servers, talk = self.servers, self.talk
        self._networks = {
            Place.MASTODON: OnMastodon(server=servers.mastodon, talk=talk),
            Place.X: OnX(server=servers.x, talk=talk),
            Place.BLUESKY: OnBluesky(server=servers.bluesky, talk=talk),
            Place.THREADS: OnThreads(server=servers.threads, talk=talk),
        }

    def act(self, line: Line) -> None:
        """Carry a line out at its time. Raises Stopped or Failed."""
        finish = self._begin(line)
        self.waiting.rest(line.after)
        remote_id = finish()
        if remote_id is not None:
            self.talk.add(line, remote_id)

    def _begin(self, line: Line) -> Callable[[], str | None]:
        """Do what comes before the line's time; returns how it is carried out."""
        if line.place is Place.SITE:
            return self._on_site(line)
        if line.place is Place.OPERATOR:
            return self._as_operator(line)
        return lambda: self._networks[line.place].act(line)

    def _on_site(self, line: Line) -> Callable[[], str | None]:
        """Open the page at once, and send the form when the text is written."""
        browser = self._visitor(line.who)
        if line.deletes:
            return lambda: browser.delete(self.talk.id_of(line.deletes))
        browser.open(self.talk.parent(line))
        return lambda: browser.send(line.who, line.text)

    def _visitor(self, who: str) -> Visitor:
        if who not in self._visitors:
            came = visitor(self.operator.site, self.tip)
            self._visitors[who] = self.stack.enter_context(came)
        return self._visitors[who]

    def _as_operator(self, line: Line) -> Callable[[], str | None]:
        """Answer with `tipsbot reply`, once the bot has read the entry."""
        answered = self.talk.id_of(line.to)
        what = f"the bot reads the line {line.to}"
        self.waiting.until(lambda: self._entry_number(answered), what, HEARD_WITHIN)
        return lambda: self._reply(answered, line)

    def _entry_number(self, remote_id: str) -> int | None:
        """The number of an entry in the bot's log."""
        found = (one["id"] for one in self.operator.entries() if one["remote_id"] == remote_id)
        return next(found, None)

    def _reply(self, answered: str, line: Line) -> str:
        done = self.operator.does("reply", str(self._entry_number(answered)), line.text)
        if done.code:
            raise Failed(f"tipsbot reply ended with {done.code}: {done.err.strip()}")
        posts = self.servers.mastodon.posts()
        return next(str(one["id"]) for one in posts if one["in_reply_to_id"] == answered)
