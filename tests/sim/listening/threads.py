"""Threads with many people: the strict server, and faults of its lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import regex

from tests.servers.threads.rules import MOST_CHARACTERS, characters
from tests.servers.x.messages import Answer, Request
from tests.sim.listening.x import PEOPLE, people
from tests.sim.threads import SimulatedThreads

EDITABLE = timedelta(minutes=15)
"""How long an author may edit a post."""
PAGE = 40
"""The most messages of a page, though more are asked for."""
HIDING = ("HIDDEN", "COVERED", "BLOCKED", "RESTRICTED")
"""Each `hide_status` of what nobody sees."""


class ThreadsWithPeople(SimulatedThreads):
    """One bot and some people, of whom every third is a tester of the bot's app.

    Without Meta's approval (`is_approved`) an app is told only of mentions by its testers, and sees
    only their posts by their ids. Nothing tells what was edited.
    """

    def __init__(self, host: str, now: Callable[[], datetime], *, is_approved: bool) -> None:
        super().__init__(host, now)
        self.network.reading.has_advanced_access = is_approved
        self.network.reading.page = PAGE
        self._persons = {
            name: self.add_person(name, name.title(), is_tester=number % 3 == 0)
            for number, name in enumerate(people("threads", PEOPLE))
        }
        self._private = self.add_person("threadsrecluse", "Recluse", is_private=True)
        self._stranger = self.add_person("threadsstranger", "Stranger", is_tester=True)
        self._blank: set[str] = set()

    def post(
        self,
        who: str,
        text: str,
        to: str | None = None,
        *,
        mentions_bot: bool = True,
        hidden_as: str | None = None,
    ) -> str:
        """Post as a person; returns the id.

        A reply can be hidden from the beginning; other posts that are `hidden_as` something come
        from somebody whose profile is private.
        """
        person = self._persons[who]
        if hidden_as is not None and to is None:
            person = self._private
        is_told = person.is_tester or self.network.reading.has_advanced_access
        if mentions_bot and is_told:
            text = f"@{self.bot.username} {text}"
        more = {"hide_status": hidden_as} if hidden_as is not None and to is not None else {}
        return self.say(person, _fit(text), reply_to=to, **more)

    def mentions_bot(self, post_id: str) -> bool:
        """Whether a post mentions the bot, and the bot is told so."""
        return self.get(post_id).text.startswith(f"@{self.bot.username} ")

    def edit(self, post_id: str, text: str) -> None:
        """Change the words of a post; a mention at its start stays."""
        mention = f"@{self.bot.username} " if self.mentions_bot(post_id) else ""
        self.get(post_id).text = mention + text

    def may_edit(self, post_id: str) -> bool:
        """Whether the author may still edit it."""
        return self._now() - self.get(post_id).at < EDITABLE

    def hide_reply(self, post_id: str, how: str) -> None:
        """Let the bot's owner, or Threads, hide a reply."""
        self.get(post_id).hide_status = how

    def come_late(self, post_id: str, at: datetime) -> None:
        """List a post only from then on."""
        self.get(post_id).listed_at = at

    def add_blanks(self, many: int) -> None:
        """Add mentions that count for a page and are not shown on it."""
        for _ in range(many):
            self._blank.add(self.say(self._stranger, f"@{self.bot.username} Nobody is shown this."))

    def block(self, who: str) -> None:
        """Let a person have a private profile from now on: Threads tells nothing of them."""
        self._persons[who].is_private = True

    def lists_messages(self, request: Request) -> bool:
        """Whether this request lists messages."""
        return request.path.endswith(("/mentions", "/conversation"))

    def is_next_page(self, request: Request) -> bool:
        """Whether this request is for a further page of a list."""
        return any(name == "after" for name, _ in request.query)

    def answer(self, request: Request) -> Answer:
        """Carry a request out; a list leaves out what is not shown, after it was counted.

        https://developers.facebook.com/docs/graph-api/results: so an empty page need not be the
        last one, which alone has no `next`.
        """
        answer = super().answer(request)
        if not self._blank or not self.lists_messages(request) or answer.status != 200:
            return answer
        body = json.loads(answer.body)
        shown = [one for one in body["data"] if one["id"] not in self._blank]
        if len(shown) == len(body["data"]):
            return answer
        body["data"] = shown
        body["paging"]["next"] = f"https://{self.host}{request.path}"
        return replace(answer, body=json.dumps(body).encode())


def _fit(text: str) -> str:
    """As much of a text as a post may have, in whole characters."""
    sound = text.encode("utf-8", "replace").decode()
    kept, length = [], 0
    for cluster in regex.findall(r"\X", sound):
        length += characters(cluster)
        if length > MOST_CHARACTERS:
            break
        kept.append(cluster)
    return "".join(kept)
