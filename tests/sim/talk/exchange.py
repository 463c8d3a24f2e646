"""X with many people in it: the strict server, and what its lists do wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from tests.servers.x.exchange import Request
from tests.servers.x.model import Post, User
from tests.sim.x import SimX

PEOPLE = 12
EDITABLE = timedelta(minutes=30)
EDITS = 5


class Exchange(SimX):
    """One bot and some people; ids are X's own, so nothing is backdated, but some come late."""

    def __init__(self, host: str, now: Callable[[], datetime]) -> None:
        super().__init__(host, now)
        self._people = {name: self.add_user(name) for name in people("x", PEOPLE)}

    def utter(self, who: str, text: str, to: str | None = None, *, names_us: bool = True) -> str:
        """Say something; returns its id. An answer names us unless it leaves us out."""
        user = self._people[who]
        without = () if names_us else (self.bot,)
        if names_us and (to is None or not self._would_name_us(user, to)):
            text = self._call + text
        return self.say(user, text, reply_to=to, without=without).id

    def names_us(self, post_id: str) -> bool:
        """Whether it names us, as whoever answers our own post cannot help doing."""
        return self.bot.id in self._world.posts[post_id].mentions

    def edit(self, post: Post | str, text: str) -> Post:
        """Edit a post; whoever called us in its words does so still."""
        old = post if isinstance(post, Post) else self._world.posts[post]
        called = old.written.startswith(self._call)
        return super().edit(post, self._call + text if called else text)

    def come_late(self, post_id: str, at: datetime) -> None:
        """Show a post in lists only from then on."""
        self._desk.late[post_id] = at

    def hold_back(self, post_id: str) -> None:
        """Count a post for a page, but do not show it."""
        self._desk.pages.blank.add(post_id)

    def may_edit(self, post_id: str) -> bool:
        """Whether X still lets its author edit it."""
        post = self._world.posts[post_id]
        return len(post.versions) <= EDITS and self._world.now() - post.at < EDITABLE

    def lists(self, request: Request) -> bool:
        """Whether this request lists what was said."""
        return request.path.endswith(("/mentions", "/search/recent"))

    def searches_below(self, request: Request) -> str | None:
        """The post below which this request searches; None where it lists mentions."""
        found = re.search(r"conversation_id:(\d+)", dict(request.query).get("query", ""))
        return found[1] if found else None

    def goes_on(self, request: Request) -> bool:
        """Whether this request is for a further page of a list."""
        return any(name in {"until_id", "pagination_token"} for name, _ in request.query)

    @property
    def _call(self) -> str:
        return f"@{self.bot.username} "

    def _would_name_us(self, user: User, to: str) -> bool:
        parent = self._world.posts[to]
        return self._call in self._world.greeting(user, parent)


def people(network: str, many: int) -> list[str]:
    """The names of some people."""
    return [f"{network}person{number}" for number in range(many)]
