"""Bluesky with many people: the strict server, and faults of its lists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import regex

from tests.servers.bluesky.lexicon import MOST_BYTES, MOST_GRAPHEMES
from tests.servers.x.messages import Answer, Request
from tests.sim.bluesky import SimulatedBluesky
from tests.sim.listening.x import PEOPLE, people

HIDDEN = {"labels": {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "porn"}]}}
"""What an author writes into a post that is not to be shown to everybody."""


class BlueskyWithPeople(SimulatedBluesky):
    """One bot and some people; posts cannot be edited, and every reply notifies up to a depth."""

    def __init__(self, host: str, now: Callable[[], datetime]) -> None:
        super().__init__(host, now)
        names = people("bluesky", PEOPLE)
        self._persons = {name: self.add_person(f"{name}.{host}", name.title()) for name in names}
        self._stranger = self.add_person(f"stranger.{host}", "Stranger")
        self._stranger.blocks.add(self.bot.did)
        self._late: dict[str, datetime] = {}

    def post(
        self,
        who: str,
        text: str,
        to: str | None = None,
        *,
        mentions_bot: bool = True,
        is_hidden: bool = False,
        at: datetime | None = None,
    ) -> str:
        """Post as a person; returns the id. `at` is the post's claimed time.

        Without a mention the bot is not told of it, as where its settings leave that out.
        """
        if mentions_bot and to is None:
            text = f"@{self.bot.handle} {text}"
        more: dict[str, Any] = HIDDEN if is_hidden else {}
        uri = self.say(self._persons[who], _fit(text), reply_to=to, at=at, **more)
        if not mentions_bot:
            self.get(uri).told.clear()
        return uri

    def mentions_bot(self, post_id: str) -> bool:
        """Whether the bot is told of a post."""
        return self.bot.did in self.get(post_id).told

    def come_late(self, post_id: str, at: datetime) -> None:
        """Show a post only from then on: the network comes to know it late."""
        self.get(post_id).is_indexed = False
        self._late[post_id] = at

    def add_blanks(self, many: int) -> None:
        """Add notifications that count for a page and are not shown: their author blocks the bot."""
        for _ in range(many):
            self.say(self._stranger, f"@{self.bot.handle} Nobody is shown this.")

    def block(self, who: str) -> None:
        """Let a person block the bot: it is not shown anything of theirs any more."""
        self._persons[who].blocks.add(self.bot.did)

    def lists_messages(self, request: Request) -> bool:
        """Whether this request lists messages."""
        return request.path.endswith((".listNotifications", ".getPostThread"))

    def is_next_page(self, request: Request) -> bool:
        """Whether this request is for a further page of a list."""
        return any(name == "cursor" for name, _ in request.query)

    def answer(self, request: Request) -> Answer:
        """Carry a request out, by what the network knows by now."""
        for uri in [one for one, at in self._late.items() if at <= self._now()]:
            del self._late[uri]
            if (found := self.network.repository.records.get(uri)) is not None:
                found.is_indexed = True
        return super().answer(request)


def _fit(text: str) -> str:
    """As much of a text as a post may have, in whole characters."""
    sound = text.encode("utf-8", "replace").decode()
    kept: list[str] = regex.findall(r"\X", sound)[:MOST_GRAPHEMES]
    return "".join(kept).encode()[:MOST_BYTES].decode(errors="ignore")
