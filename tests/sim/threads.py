"""Threads for the simulation: the strict server of tests/servers/threads, without its socket."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qsl

from tests.servers.threads import Media, Threads
from tests.servers.threads.model import Container
from tests.servers.threads.quotas import DAY, TOTALS
from tests.servers.threads.service import AGE
from tests.servers.threads.tokens import LASTS
from tests.servers.x.messages import JSON, Answer, Request

CONTAINERS, PUBLISH, OWN = "/v1.0/me/threads", "/v1.0/me/threads_publish", "/v1.0/me/threads"


class SimulatedThreads(Threads):
    """Threads in true time: a container that is published again makes a second post.

    Together with some other faults that would be one too many: see `keep_single`, and
    docs/adr/0011-what-is-promised.md.
    """

    def __init__(self, host: str, now: Callable[[], datetime]) -> None:
        super().__init__(now=now)
        self.host = host
        self.network.tokens.lasts = timedelta(days=4000)
        self._made: list[Media] = []
        self._asked: dict[str, datetime] = {}
        self._last: Request | None = None
        self._awaiting: dict[str, tuple[int, Callable[[], None]]] = {}
        self._forgotten: dict[str, Container] = {}

    # The interface of every model.

    def creates(self, request: Request) -> bool:
        """Whether this request makes a post."""
        return (request.method, request.path) == ("POST", PUBLISH)

    def prepares(self, request: Request) -> bool:
        """Whether this request makes a container."""
        return (request.method, request.path) == ("POST", CONTAINERS)

    def uploads_picture(self, request: Request) -> bool:
        """Threads takes no upload: it fetches the picture when a container is made."""
        return False

    def drop_uploads(self) -> None:
        """There is no upload; see `forget`."""

    def has_picture(self, post_id: str) -> bool:
        """Whether a post of the bot has a picture."""
        return any(one.id == post_id and one.kind == "IMAGE" for one in self._made)

    def lists_own(self, request: Request) -> bool:
        """Whether this request lists the bot's own posts."""
        return (request.method, request.path) == ("GET", OWN)

    def text_of(self, request: Request) -> str:
        """The text that a request would post."""
        return self._container(request).fields["text"]

    def key_of(self, request: Request) -> str:
        """The container that a request publishes."""
        return dict(parse_qsl(request.body.decode()))["creation_id"]

    def ids(self) -> list[str]:
        """The ids of all posts of the bot, deleted ones too."""
        return [one.id for one in self._made]

    def text_there(self, post_id: str) -> str | None:
        """The text of a post of the bot, also of a deleted one; None if there never was one."""
        return next((one.text for one in self._made if one.id == post_id), None)

    def hide(self, post_id: str, until: datetime) -> None:
        """Leave a post out of its author's own list until then."""
        for one in self._made:
            if one.id == post_id:
                one.listed_at = until

    def remove(self, post_id: str) -> None:
        """Let the bot's owner delete a post by hand."""
        self.delete(post_id)

    @property
    def revoked(self) -> bool:
        """Whether the bot's person has taken the permissions back."""
        return self.token.is_revoked

    @revoked.setter
    def revoked(self, is_so: bool) -> None:
        if is_so:
            self.revoke()
        else:
            self.network.tokens.restore()

    # What is odd about Threads.

    def keep_single(self, request: Request) -> None:
        """Let the second publishing of what this request publishes be refused."""
        self._container(request).is_single = True

    def arrives_late(self, request: Request) -> None:
        """Refuse a late request to publish what is there, and one that it overtakes.

        Nobody could prevent the second post then. What is published later on may ask before.
        """
        asked = self._asked.get(self.key_of(request))
        is_overtaking = asked is not None and self._now() - asked < timedelta(seconds=2)
        if self._container(request).published or is_overtaking:
            self.keep_single(request)

    def when_asked(
        self, request: Request, happen: Callable[[], None], *, after: int
    ) -> Callable[[], None]:
        """Let a late request arrive while the bot is about to publish its container again.

        That is right before it is told the status which it asks for without a look at its posts,
        or `after` some of these. What is returned lets it arrive if it has not arrived so far.
        """
        name = self.key_of(request)
        self._awaiting[name] = (after, happen)
        return lambda: self._let_arrive(name)

    def let_tokens_end(self) -> None:
        """Let every token end after sixty days, also the bot's, which is a new one."""
        self.network.tokens.lasts = LASTS
        self.token = self.network.tokens.make(self.bot, AGE)

    def settle(self) -> None:
        """Let every status tell the truth, and no container be published twice."""
        for one in self.network.posting.containers.values():
            one.told_at, one.is_single = None, True

    def delay_status(self, request: Request, until: datetime) -> None:
        """Let the status of what this request published tell of it only from then on."""
        self._container(request).told_at = until

    def forget(self, container: Container) -> None:
        """Let the server know nothing more of a container, unless it is published."""
        if not container.published:
            self._forgotten[container.id] = self.network.posting.containers.pop(container.id)

    def newest_container(self) -> Container:
        """The container that was made last."""
        return next(reversed(self.network.posting.containers.values()))

    def use_up_quota(self, until: datetime) -> None:
        """Let the profile have posted as much as it may in a day, until then."""
        self.network.quotas.used[""] += [until - DAY] * TOTALS[""]

    # Requests.

    def answer(self, request: Request) -> Answer:
        """Carry a request out without keeping it in the request log."""
        name = request.path.rpartition("/")[2]
        self._count_question(name)
        self._last = request
        known = set(self.network.posting.media) if self.creates(request) else set()
        found = super().answer(request)
        self.requests.clear()
        self._asked[name] = self._now()
        if self.creates(request):
            media = self.network.posting.media
            self._made += [media[name] for name in media if name not in known]
        return replace(found, headers=found.headers | self._date())

    def error(self, status: int, code: int | None, headers: dict[str, str] | None = None) -> Answer:
        """The server's own refusal, or (without a code) the page of a gateway in front of it."""
        error = {"message": "It is refused.", "type": "OAuthException", "code": code}
        is_own = code is not None
        kind = JSON if is_own else {"Content-Type": "text/html"}
        body = json.dumps({"error": error}) if is_own else "<html>no healthy upstream</html>"
        return Answer(
            status=status, body=body.encode(), headers=kind | self._date() | (headers or {})
        )

    def _count_question(self, name: str) -> None:
        """Let the late request for this container arrive if it waited for this question."""
        if name not in self._awaiting or (self._last and self.lists_own(self._last)):
            return
        left, happen = self._awaiting[name]
        self._awaiting[name] = (left - 1, happen)
        if left == 0:
            self._let_arrive(name)

    def _let_arrive(self, name: str) -> None:
        """Carry out the late request for this container, if it has not arrived so far."""
        _, happen = self._awaiting.pop(name, (0, None))
        if happen is not None:
            self._asked.pop(name, None)
            happen()

    def _container(self, request: Request) -> Container:
        name = self.key_of(request)
        return self.network.posting.containers.get(name) or self._forgotten[name]

    def _date(self) -> dict[str, str]:
        return {"Date": format_datetime(self._now(), usegmt=True)}
