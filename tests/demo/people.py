"""The made-up people: each line of the script is carried out on its network, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.demo.script import TIP, Line, Place
from tests.demo.settings import X_NAME
from tests.demo.waiting import Failed, Waiting
from tests.servers.mastodon import BOT, MastodonServer
from tests.servers.x import User, XServer
from tests.whole.operator import Operator
from tests.whole.visitor import Visitor, visitor

HEARD_WITHIN = 60.0
"""How long the bot may take to read the entry that its operator answers, in seconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CarriedOut:
    """A line that was carried out: its author, and its id on its network."""

    who: str
    id: str


@dataclass(kw_only=True)
class People:
    """The people of the script. `roots` are the ids of the tip's posts by network."""

    operator: Operator
    mastodon: MastodonServer
    x: XServer
    tip: str
    roots: dict[Place, str]
    stack: ExitStack
    waiting: Waiting
    _said: dict[str, CarriedOut] = field(default_factory=dict)
    _visitors: dict[str, Visitor] = field(default_factory=dict)
    _users: dict[str, User] = field(default_factory=dict)

    def act(self, line: Line) -> None:
        """Carry a line out at its time. Raises Stopped or Failed."""
        ways = {
            Place.MASTODON: self._on_mastodon,
            Place.X: self._on_x,
            Place.SITE: self._on_site,
            Place.OPERATOR: self._as_operator,
        }
        finish = ways[line.place](line)
        self.waiting.rest(line.after)
        remote_id = finish()
        if remote_id is not None:
            self._said[line.edits or line.id] = CarriedOut(who=line.who, id=remote_id)

    def _id(self, line: str | None) -> str:
        return self._said[line or ""].id

    def _on_mastodon(self, line: Line) -> Callable[[], str | None]:
        server = self.mastodon
        if line.deletes:
            return lambda: server.delete(line.who, self._id(line.deletes))
        text = self._mentions(line) + line.text
        if line.edits:
            return lambda: server.edit(line.who, self._id(line.edits), text)
        more = {"spoiler_text": line.warning} if line.warning else {}
        parent = self._parent(line)
        return lambda: server.say(line.who, text, to=parent, **more)

    def _mentions(self, line: Line) -> str:
        """The mentions that a Mastodon client puts first: the answered author, and the bot."""
        answered = self._said[line.to].who if line.to and line.to != TIP else BOT
        named = dict.fromkeys(one for one in (answered, BOT) if one != line.who)
        return "".join(f"@{one} " for one in named)

    def _on_x(self, line: Line) -> Callable[[], str | None]:
        """As on X's own pages: its API allows neither edits nor replies without a mention."""
        if line.deletes:
            return lambda: self.x.delete(self._id(line.deletes))
        if line.edits:
            return lambda: self.x.edit(self._id(line.edits), line.text).id
        parent = self._parent(line)
        text = line.text if parent else f"@{X_NAME} {line.text}"
        return lambda: self.x.say(self._user(line.who), text, reply_to=parent).id

    def _user(self, who: str) -> User:
        if who not in self._users:
            self._users[who] = self.x.add_user(f"{who}_example", who.title())
        return self._users[who]

    def _on_site(self, line: Line) -> Callable[[], str | None]:
        """Open the page at once, and send the form when the text is written."""
        browser = self._visitor(line.who)
        if line.deletes:
            return lambda: browser.delete(self._id(line.deletes))
        browser.open(self._parent(line))
        return lambda: browser.send(line.who, line.text)

    def _visitor(self, who: str) -> Visitor:
        if who not in self._visitors:
            came = visitor(self.operator.site, self.tip)
            self._visitors[who] = self.stack.enter_context(came)
        return self._visitors[who]

    def _as_operator(self, line: Line) -> Callable[[], str | None]:
        """Answer with `tipsbot reply`, once the bot has read the entry."""
        answered = self._id(line.to)
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
        posts = self.mastodon.posts()
        return next(str(one["id"]) for one in posts if one["in_reply_to_id"] == answered)

    def _parent(self, line: Line) -> str | None:
        """The id that a line answers; a comment on the site answers its page without one."""
        if line.to == TIP:
            return self.roots.get(line.place)
        return self._id(line.to) if line.to else None
