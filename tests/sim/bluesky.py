"""Bluesky for the simulation: the strict server of tests/servers/bluesky, without its socket."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from tests.servers.bluesky import Bluesky
from tests.servers.bluesky.model import StoredRecord
from tests.servers.bluesky.service import PASSWORD
from tests.servers.x.messages import JSON, Answer, Request

POST, LIKE = "app.bsky.feed.post", "app.bsky.feed.like"
UPLOAD = "/xrpc/com.atproto.repo.uploadBlob"
PUT, GET = "/xrpc/com.atproto.repo.putRecord", "/xrpc/com.atproto.repo.getRecord"


class SimulatedBluesky(Bluesky):
    """A server of the AT Protocol and the network behind it, in true time.

    A post that is written again under the key of one that was deleted or differs is another post.
    """

    def __init__(self, host: str, now: Callable[[], datetime]) -> None:
        super().__init__(now=now, handle=f"tips.{host}")
        self.host = host
        self.favourites: list[tuple[datetime, str]] = []
        self._made: list[StoredRecord] = []

    # The interface of every model.

    def creates(self, request: Request) -> bool:
        """Whether this request makes a post."""
        return request.path == PUT and _body(request)["collection"] == POST

    def uploads_picture(self, request: Request) -> bool:
        """Whether this request uploads a picture."""
        return request.path == UPLOAD

    def drop_uploads(self) -> None:
        """Drop every upload that no post has."""
        self.network.repository.blobs.drop_unused()

    def has_picture(self, post_id: str) -> bool:
        """Whether a post of the bot has a picture, of its own or as the thumbnail of a card."""
        made = next(one for one in reversed(self._made) if one.uri == post_id)
        embed = made.value.get("embed", {})
        return "images" in embed or "thumb" in embed.get("external", {})

    def lists_own(self, request: Request) -> bool:
        """Whether this request looks for a post of the bot: each has a key of the bot's choice."""
        return request.path == GET and ("collection", POST) in request.query

    def has_session(self, request: Request) -> bool:
        """Whether this request is sent with an access token."""
        return "com.atproto.server." not in request.path and "Authorization" in request.headers

    def tells(self, answer: Answer) -> bool:
        """Whether the answer to such a request says that the post is there, or that it is not."""
        return answer.status == 200 or b'"RecordNotFound"' in answer.body

    def text_of(self, request: Request) -> str:
        """The text that a request would post."""
        return str(_body(request)["record"]["text"])

    def key_of(self, request: Request) -> str:
        """The record key of a request."""
        return str(_body(request)["rkey"])

    def ids(self) -> list[str]:
        """The ids of all posts of the bot, deleted ones too; one that was made twice is there twice."""
        return [one.uri for one in self._made]

    def text_there(self, post_id: str) -> str | None:
        """The text of a post of the bot, also of a deleted one; None if there never was one."""
        found = [one for one in self._made if one.uri == post_id]
        return str(found[-1].value["text"]) if found else None

    def hide(self, post_id: str, until: datetime) -> None:
        """Nothing can be left out: the bot's own server tells of each record by its key."""

    def remove(self, post_id: str) -> None:
        """Let the bot's owner delete a post by hand."""
        self.delete(post_id)

    @property
    def revoked(self) -> bool:
        """Whether the bot's app password is revoked."""
        return not self.bot.password

    @revoked.setter
    def revoked(self, is_so: bool) -> None:
        if is_so:
            self.revoke()
        else:
            self.bot.password = PASSWORD

    # Requests.

    def answer(self, request: Request) -> Answer:
        """Carry a request out without keeping it in the request log."""
        body = _body(request) if request.path == PUT else None
        place = f"at://{self.bot.did}/{body['collection']}/{body['rkey']}" if body else ""
        before = self.network.repository.records.get(place)
        found = super().answer(request)
        self.requests.clear()
        after = self.network.repository.records.get(place)
        if after is not None and after is not before:
            self._note(after)
        return replace(found, headers=found.headers | self._date())

    def error(self, status: int, name: str, headers: dict[str, str] | None = None) -> Answer:
        """The server's own refusal, or (without a name) the page of a gateway in front of it."""
        document = json.dumps({"error": name, "message": "It is refused."})
        kind = JSON if name else {"Content-Type": "text/html"}
        body = document if name else "<html>no healthy upstream</html>"
        return Answer(
            status=status, body=body.encode(), headers=kind | self._date() | (headers or {})
        )

    def _note(self, made: StoredRecord) -> None:
        """Remember a post, or a like, that was made."""
        if made.collection == POST:
            self._made.append(made)
        else:
            self.favourites.append((made.indexed_at, made.value["subject"]["uri"]))

    def _date(self) -> dict[str, str]:
        return {"Date": format_datetime(self._now(), usegmt=True)}


def _body(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(request.body)
    return found
