"""X for the simulation: the strict server of tests/servers/x, without its socket."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from tests.servers.x import X
from tests.servers.x.messages import Answer, Request


class SimulatedX(X):
    """X in true time; requests are signed and checked as on the real network."""

    def __init__(self, host: str, now: Callable[[], datetime]) -> None:
        self._arrived: datetime | None = None
        super().__init__(host, scheme="https", now=now, wall=lambda: self._arrived or now())
        self.host = host
        self._ada = self.add_user("ada", "Ada")

    def creates(self, request: Request) -> bool:
        """Whether this request makes a post."""
        return (request.method, request.path) == ("POST", "/2/tweets")

    def uploads_picture(self, request: Request) -> bool:
        """Whether this request uploads a picture."""
        return (request.method, request.path) == ("POST", "/2/media/upload")

    def drop_uploads(self) -> None:
        """Drop every upload that no post has."""
        used = {medium.id for post in self._records.posts.values() for medium in post.media}
        self._state.media = {name: one for name, one in self._state.media.items() if name in used}

    def has_picture(self, post_id: str) -> bool:
        """Whether a post of the bot has a picture."""
        return bool(self._records.posts[post_id].media)

    def lists_own(self, request: Request) -> bool:
        """Whether this request lists the bot's own posts."""
        return request.path == f"/2/users/{self.bot.id}/tweets"

    def text_of(self, request: Request) -> str:
        """The text that a request would post."""
        return str(json.loads(request.body)["text"])

    def key_of(self, request: Request) -> str:
        """The text, in place of the idempotency keys that X does not have."""
        return self.text_of(request)

    def ids(self) -> list[str]:
        """The ids of all posts of the bot, deleted ones too."""
        return [one.id for one in self._records.posts.values() if one.author_id == self.bot.id]

    def text_there(self, post_id: str) -> str | None:
        """The text of a post of the bot, also of a deleted one; None if there never was one."""
        found = self._records.posts.get(post_id)
        return found.written if found is not None and found.author_id == self.bot.id else None

    def stands(self, text: str) -> bool:
        """Whether a post of the bot with this text exists."""
        mine = (one for one in self._records.standing() if one.author_id == self.bot.id)
        return any(one.written == text for one in mine)

    def hide(self, post_id: str, until: datetime) -> None:
        """Leave a post out of its author's own list until then."""
        self._state.hidden[post_id] = until

    def arrived(self, at: datetime) -> None:
        """Set when a late request arrived: its signature is checked by that time."""
        self._arrived = at

    @property
    def revoked(self) -> bool:
        """Whether the bot's token is revoked."""
        return self.bot.access_token in self._signatures.revoked

    @revoked.setter
    def revoked(self, is_so: bool) -> None:
        if is_so:
            self._signatures.revoked.add(self.bot.access_token)
        else:
            self._signatures.revoked.discard(self.bot.access_token)

    def answer(self, request: Request) -> Answer:
        """Carry a request out without keeping it in the request log."""
        try:
            return super().answer(request)
        finally:
            self._seen.clear()
            self._arrived = None

    def answer_post(self, text: str, to: str) -> str:
        """Let the person reply to a post; returns the reply's id."""
        return self.say(self._ada, text, reply_to=to).id

    def remove(self, post_id: str) -> None:
        """Let the bot's owner delete a post by hand."""
        self.delete(post_id)
