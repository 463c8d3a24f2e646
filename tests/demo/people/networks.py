"""What people do on each network. Each class carries out lines and returns the ids of posts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from tests.demo.people.conversation import Conversation
from tests.demo.script import Line
from tests.demo.servers import DOMAIN, HANDLE
from tests.servers import bluesky, threads
from tests.servers.mastodon import BOT, MastodonServer
from tests.servers.x import User, XServer

_Person = TypeVar("_Person")


class Network(Protocol):
    """A network on which people act."""

    def act(self, line: Line) -> str | None:
        """Carry a line out; the id of its post, or None where nothing has a new one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OnMastodon:
    """By the API that people's apps use."""

    server: MastodonServer
    talk: Conversation

    def act(self, line: Line) -> str | None:
        """Post, edit or delete."""
        if line.deletes:
            self.server.delete(line.who, self.talk.id_of(line.deletes))
            return None
        text = self._mentions(line) + line.text
        if line.edits:
            self.server.edit(line.who, self.talk.id_of(line.edits), text)
            return None
        more = {"spoiler_text": line.warning} if line.warning else {}
        return self.server.say(line.who, text, to=self.talk.parent(line), **more)

    def _mentions(self, line: Line) -> str:
        """The mentions that a Mastodon client puts first: the answered author, and the bot."""
        answered = self.talk.author_above(line) or BOT
        named = dict.fromkeys(one for one in (answered, BOT) if one != line.who)
        return "".join(f"@{one} " for one in named)


@dataclass(frozen=True, kw_only=True, slots=True)
class OnX:
    """As on X's own pages: its API allows neither edits nor replies without a mention."""

    server: XServer
    talk: Conversation
    _users: dict[str, User] = field(default_factory=dict)

    def act(self, line: Line) -> str | None:
        """Post, edit or delete."""
        if line.deletes:
            self.server.delete(self.talk.id_of(line.deletes))
            return None
        if line.edits:
            return self.server.edit(self.talk.id_of(line.edits), line.text).id
        parent = self.talk.parent(line)
        text = line.text if parent else f"@{HANDLE} {line.text}"
        who = _known(self._users, line.who, self._add)
        return self.server.say(who, text, reply_to=parent).id

    def _add(self, who: str) -> User:
        return self.server.add_user(f"{who}_example", who.title())


@dataclass(frozen=True, kw_only=True, slots=True)
class OnBluesky:
    """As in Bluesky's app, which knows no edits."""

    server: bluesky.BlueskyServer
    talk: Conversation
    _people: dict[str, bluesky.Person] = field(default_factory=dict)

    def act(self, line: Line) -> str | None:
        """Post or delete."""
        if line.deletes:
            self.server.delete(self.talk.id_of(line.deletes))
            return None
        who = _known(self._people, line.who, self._add)
        return self.server.say(who, line.text, reply_to=self.talk.parent(line))

    def _add(self, who: str) -> bluesky.Person:
        return self.server.add_person(f"{who}.{DOMAIN}", who.title())


@dataclass(frozen=True, kw_only=True, slots=True)
class OnThreads:
    """As in the Threads app; an edit there is told to no program."""

    server: threads.ThreadsServer
    talk: Conversation
    _people: dict[str, threads.Person] = field(default_factory=dict)

    def act(self, line: Line) -> str | None:
        """Post or delete."""
        if line.deletes:
            self.server.delete(self.talk.id_of(line.deletes))
            return None
        who = _known(self._people, line.who, self._add)
        return self.server.say(who, line.text, reply_to=self.talk.parent(line))

    def _add(self, who: str) -> threads.Person:
        return self.server.add_person(f"{who}_example", who.title())


def _known(people: dict[str, _Person], who: str, add: Callable[[str], _Person]) -> _Person:
    """Somebody's account, which is made when it is wanted first."""
    if who not in people:
        people[who] = add(who)
    return people[who]
