"""X with many people: the strict server, and faults of its lists."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from tests.servers.x.messages import Request
from tests.servers.x.model import Post, User
from tests.sim.x import SimulatedX

PEOPLE = 12
EDITABLE = timedelta(minutes=30)
EDITS = 5


class XWithPeople(SimulatedX):
    """One bot and some people; ids carry X's time, so posts are never backdated, but some come late."""

    def __init__(self, host: str, now: Callable[[], datetime]) -> None:
        super().__init__(host, now)
        self._people = {name: self.add_user(name) for name in people("x", PEOPLE)}

    def post(self, who: str, text: str, to: str | None = None, *, mentions_bot: bool = True) -> str:
        """Post as a person; returns the id. A reply mentions the bot unless told otherwise."""
        user = self._people[who]
        without = () if mentions_bot else (self.bot,)
        if mentions_bot and (to is None or not self._would_name_us(user, to)):
            text = self._mention + text
        return self.say(user, text, reply_to=to, without=without).id

    def mentions_bot(self, post_id: str) -> bool:
        """Whether a post mentions the bot; every reply to the bot's own posts does."""
        return self.bot.id in self._records.posts[post_id].mentions

    def edit(self, post: Post | str, text: str) -> Post:
        """Edit a post; a mention at its start stays."""
        old = post if isinstance(post, Post) else self._records.posts[post]
        mentioned = old.written.startswith(self._mention)
        return super().edit(post, self._mention + text if mentioned else text)

    def come_late(self, post_id: str, at: datetime) -> None:
        """List a post only from then on."""
        self._state.late[post_id] = at

    def hold_back(self, post_id: str) -> None:
        """Count a post for a page without showing it."""
        self._state.pages.blank.add(post_id)

    def may_edit(self, post_id: str) -> bool:
        """Whether the author may still edit it."""
        post = self._records.posts[post_id]
        return len(post.versions) <= EDITS and self._records.now() - post.at < EDITABLE

    def lists_messages(self, request: Request) -> bool:
        """Whether this request lists messages."""
        return request.path.endswith(("/mentions", "/search/recent"))

    def searches_below(self, request: Request) -> str | None:
        """The post whose conversation this request searches; None if it lists mentions."""
        found = re.search(r"conversation_id:(\d+)", dict(request.query).get("query", ""))
        return found[1] if found else None

    def is_next_page(self, request: Request) -> bool:
        """Whether this request is for a further page of a list."""
        return any(name in {"until_id", "pagination_token"} for name, _ in request.query)

    @property
    def _mention(self) -> str:
        return f"@{self.bot.username} "

    def _would_name_us(self, user: User, to: str) -> bool:
        parent = self._records.posts[to]
        return self._mention in self._records.greeting(user, parent)


def people(network: str, many: int) -> list[str]:
    """The usernames of people."""
    return [f"{network}person{number}" for number in range(many)]
