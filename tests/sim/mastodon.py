"""A small strict Mastodon that knows the truth: each post, its key and its time.

Documented at docs.joinmastodon.org: statuses, media, accounts, notifications, instance. It has
what the adapter requests; any other request is an error of the simulation.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import Enum
from typing import Any
from urllib.parse import parse_qsl

from tests.servers.x.messages import Answer, Request

KEY_MEMORY = timedelta(seconds=3600)
UPLOAD_LASTS = timedelta(days=1)
"""How long an upload is kept that no status has."""
UPLOADS = {"/api/v1/media", "/api/v2/media"}
BOT, PERSON = "1", "2"
BEGINNING = datetime.min.replace(tzinfo=UTC)
LINK = re.compile(r"https?://\S+")


class Software(Enum):
    """The server's software; the value is the version that it reports."""

    MASTODON = "4.3.2"
    """keeps idempotency keys for an hour"""
    GOTOSOCIAL = "0.19.1"
    """ignores keys and posts again"""


@dataclass(kw_only=True)
class Status:
    """One status of the bot or of a person."""

    id: str
    author: str
    text: str
    at: datetime
    reply_to: str | None = None
    gone: bool = False
    hidden_until: datetime | None = None
    pictures: tuple[str, ...] = ()


@dataclass(kw_only=True)
class StoredKey:
    """An idempotency key: its time and its status."""

    at: datetime
    status: str


class ErrorAnswer(Exception):
    """An answer that is not a success."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status


@dataclass
class Mastodon:
    """One server with the bot's account and one person who replies."""

    host: str
    now: Callable[[], datetime]
    software: Software = Software.MASTODON
    token: str = "a-token-of-the-simulation"
    revoked: bool = False
    statuses: dict[str, Status] = field(default_factory=dict)
    keys: dict[str, StoredKey] = field(default_factory=dict)
    forgotten_keys: set[str] = field(default_factory=set)
    """keys that it forgets at once"""
    broken_replays: set[str] = field(default_factory=set)
    """keys whose next repeat it answers with 500, although the post exists"""
    on_replay: Callable[[str, timedelta], None] = lambda _key, _age: None
    uploads: dict[str, datetime] = field(default_factory=dict)
    """when each was made that no status has"""
    _uploaded: int = 0

    # The interface of every model.

    def creates(self, request: Request) -> bool:
        """Whether this request makes a post."""
        return (request.method, request.path) == ("POST", "/api/v1/statuses")

    def uploads_picture(self, request: Request) -> bool:
        """Whether this request uploads a picture."""
        return request.method == "POST" and request.path in UPLOADS

    def drop_uploads(self) -> None:
        """Drop every upload that no post has."""
        self.uploads.clear()

    def has_picture(self, post_id: str) -> bool:
        """Whether a post of the bot has a picture."""
        return bool(self.statuses[post_id].pictures)

    def lists_own(self, request: Request) -> bool:
        """Whether this request lists the bot's own posts."""
        return request.path == f"/api/v1/accounts/{BOT}/statuses"

    def text_of(self, request: Request) -> str:
        """The text that a request would post."""
        return _form(request)["status"]

    def key_of(self, request: Request) -> str:
        """The idempotency key of a request."""
        return str(request.headers.get("Idempotency-Key", ""))

    def ids(self) -> list[str]:
        """The ids of all posts of the bot, deleted ones too."""
        return [one.id for one in self.statuses.values() if one.author == BOT]

    def text_there(self, post_id: str) -> str | None:
        """The text of a post of the bot, also of a deleted one; None if there never was one."""
        found = self.statuses.get(post_id)
        return found.text if found is not None and found.author == BOT else None

    def hide(self, post_id: str, until: datetime) -> None:
        """Leave a post out of its author's own list until then."""
        self.statuses[post_id].hidden_until = until

    def answer_post(self, text: str, to: str) -> str:
        """Let the person reply to a post; returns the reply's id."""
        return self._add(PERSON, text, to).id

    def remove(self, post_id: str) -> None:
        """Let the bot's owner delete a post by hand."""
        self.statuses[post_id].gone = True

    # Requests.

    def answer(self, request: Request) -> Answer:
        """Carry a request out."""
        try:
            body = self._carry_out(request)
        except ErrorAnswer as problem:
            return self.json_answer(problem.status, {"error": str(problem)})
        return self.json_answer(200, body)

    def json_answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> Answer:
        """An answer in this server's format."""
        plain = {
            "Content-Type": "application/json; charset=utf-8",
            "Date": format_datetime(self.now(), usegmt=True),
        }
        return Answer(
            status=status, body=json.dumps(body).encode(), headers=plain | (headers or {})
        )

    def _carry_out(self, request: Request) -> Any:
        path = request.path.rstrip("/")
        if request.method == "GET" and path in {"/api/v2/instance", "/api/v1/instance"}:
            return self._instance()
        self._let_in(request)
        if self.creates(request):
            return self._create(request)
        if self.uploads_picture(request):
            return self._upload(request)
        asked = dict(request.query)
        if path == "/api/v1/accounts/verify_credentials":
            return {"id": BOT, "username": "tips", "acct": "tips"}
        if self.lists_own(request):
            return self._page([s for s in self.statuses.values() if self._shows(s)], asked)
        if path == "/api/v1/notifications":
            return self._notifications(asked)
        if path == "/api/v1/interaction_requests" and self.software is Software.GOTOSOCIAL:
            return []
        raise AssertionError(f"this Mastodon does not know {request.method} {path}")

    def _let_in(self, request: Request) -> None:
        if self.revoked or request.headers.get("Authorization") != f"Bearer {self.token}":
            raise ErrorAnswer(401, "The access token was revoked")

    def _instance(self) -> dict[str, Any]:
        is_other = self.software is Software.GOTOSOCIAL
        return {
            "domain": self.host,
            "version": self.software.value,
            "source_url": "https://codeberg.org/superseriousbusiness/gotosocial" * is_other,
            "configuration": {
                "statuses": {"max_characters": 500, "characters_reserved_per_url": 23}
            },
            "api_versions": {"mastodon": 2},
        }

    def _create(self, request: Request) -> dict[str, Any]:
        asked, key = _form(request), self.key_of(request)
        if asked.get("visibility") != "public":
            raise ErrorAnswer(422, "Validation failed: visibility has to be told")
        if not 0 < len(asked["status"]) <= 500:
            raise ErrorAnswer(422, "Validation failed: the text is empty or too long")
        known = self.keys.get(key)
        if known is not None and self.now() - known.at < KEY_MEMORY:
            self.on_replay(key, self.now() - known.at)
            if key in self.broken_replays:
                self.broken_replays.discard(key)
                raise ErrorAnswer(500, "Internal Server Error")
            return self._shown(self.statuses[known.status])
        pictures = self._take_pictures(request)
        made = self._add(BOT, asked["status"], asked.get("in_reply_to_id"))
        made.pictures = pictures
        if self.software is Software.MASTODON and key not in self.forgotten_keys:
            self.keys[key] = StoredKey(at=self.now(), status=made.id)
        return self._shown(made)

    def _upload(self, request: Request) -> dict[str, Any]:
        """https://docs.joinmastodon.org/methods/media/#v2."""
        sent = request.body
        if b'name="file"' not in sent or b'name="description"' not in sent:
            raise ErrorAnswer(422, "Validation failed: a picture and its description are needed")
        self._uploaded += 1
        made = str(700_000 + self._uploaded)
        self.uploads[made] = self.now()
        return {"id": made, "type": "image", "url": f"https://{self.host}/media/{made}.png"}

    def _take_pictures(self, request: Request) -> tuple[str, ...]:
        """The uploads that a new status names; no other status can have them."""
        asked = [value for name, value in parse_qsl(request.body.decode()) if name == "media_ids[]"]
        for one in asked:
            if self.now() - self.uploads.get(one, BEGINNING) >= UPLOAD_LASTS:
                raise ErrorAnswer(422, f"Validation failed: there is no media {one}")
        for one in asked:
            del self.uploads[one]
        return tuple(asked)

    def _add(self, author: str, text: str, reply_to: str | None) -> Status:
        new_id = str(1000 + len(self.statuses))
        made = Status(id=new_id, author=author, text=text, at=self.now(), reply_to=reply_to)
        self.statuses[new_id] = made
        return made

    def _shows(self, one: Status) -> bool:
        is_late = one.hidden_until is not None and self.now() < one.hidden_until
        return one.author == BOT and not one.gone and not is_late

    def _page(self, found: list[Status], asked: dict[str, str]) -> list[dict[str, Any]]:
        below = int(asked.get("max_id", "9" * 9))
        newest = [one for one in reversed(found) if int(one.id) < below]
        return [self._shown(one) for one in newest[: int(asked["limit"])]]

    def _notifications(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        """Newest first; with `min_id` the page right after it."""
        replies = [one for one in self.statuses.values() if one.author == PERSON and not one.gone]
        below, above = int(asked.get("max_id", "9" * 9)), int(asked.get("min_id", "0"))
        found = [one for one in replies if above < int(one.id) < below]
        limit = int(asked["limit"])
        page = found[:limit] if "min_id" in asked else found[-limit:]
        return [
            {"id": one.id, "type": "mention", "created_at": iso(one.at)}
            | {"account": _person(self.host), "status": self._shown(one)}
            for one in reversed(page)
        ]

    def _shown(self, one: Status) -> dict[str, Any]:
        address = f"https://{self.host}/@{'tips' if one.author == BOT else 'ada'}/{one.id}"
        return {
            "id": one.id,
            "created_at": iso(one.at),
            "in_reply_to_id": one.reply_to,
            "visibility": "public",
            "language": "en",
            "url": address,
            "uri": address,
            "content": f"<p>{_markup(one.text)}</p>",
            "media_attachments": [{"id": each, "type": "image"} for each in one.pictures],
            "mentions": [{"id": BOT, "username": "tips", "acct": "tips", "url": address}],
            "account": _person(self.host) if one.author == PERSON else {"id": BOT, "acct": "tips"},
        }


def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True))


def _person(host: str) -> dict[str, Any]:
    shown = {"id": PERSON, "acct": "ada", "username": "ada", "display_name": "Ada"}
    return shown | {"url": f"https://{host}/@ada"}


def _markup(text: str) -> str:
    """HTML with links, as Mastodon renders it."""
    parts, last = [], 0
    for found in LINK.finditer(text):
        address = html.escape(found[0])
        parts += [html.escape(text[last : found.start()]), f'<a href="{address}">{address}</a>']
        last = found.end()
    return "".join([*parts, html.escape(text[last:])]).replace("\n", "<br />")


def iso(moment: datetime) -> str:
    """A time in this server's format."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
