"""Bluesky without a socket, with the controls of a test."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import count
from typing import Any

from tests.servers.x.messages import JSON, Answer, Request

from .faults import Fault, Trouble
from .feed import POST, Feed
from .methods import Network, serve
from .model import Person, StoredRecord
from .names import HANDLE, cid_of, did_of, tid
from .refusal import Refusal
from .repository import Repository
from .sessions import Sessions
from .views import written

PASSWORD = "abcd-efgh-2345-wxyz"
_LINK = re.compile(r"https?://\S+")
_MENTION = re.compile(rf"@({HANDLE.pattern})")


def machine_clock() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


class Bluesky:
    """A strict Bluesky that answers requests."""

    def __init__(
        self, *, now: Callable[[], datetime] = machine_clock, handle: str = "tips.test"
    ) -> None:
        self._now = now
        self._lock = threading.RLock()
        self._people: dict[str, Person] = {}
        self._numbers = count(1)
        self._faults: list[Fault] = []
        repository = Repository(now)
        self.network = Network(
            people=self._people,
            repository=repository,
            sessions=Sessions(now),
            feed=Feed(repository, self._people),
        )
        self.requests: list[Request] = []
        self.bot = self.add_person(handle, "Ten Tips")
        self.bot.password, self.bot.self_labels = PASSWORD, ["bot"]

    # What a test can see.

    @property
    def secrets(self) -> dict[str, str]:
        """The bot's credentials."""
        return {"app_password": PASSWORD}

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables with the credentials of an account that is called bluesky."""
        return {"TIPSBOT_BLUESKY_APP_PASSWORD": PASSWORD}

    def posts_of(self, person: Person) -> list[StoredRecord]:
        """The posts of a person."""
        return self._of(person, POST)

    def likes_of(self, person: Person) -> list[StoredRecord]:
        """The likes that a person gave."""
        return self._of(person, "app.bsky.feed.like")

    def asked(self, method: str) -> list[Request]:
        """The requests to an end point whose name ends so."""
        return [one for one in self.requests if one.path.endswith(method)]

    # What people and moderators do.

    def add_person(self, handle: str, name: str, description: str = "") -> Person:
        """Add an account."""
        person = Person(did=did_of(handle), handle=handle, name=name, description=description)
        self._people[person.did] = person
        return person

    def say(
        self,
        person: Person,
        text: str,
        *,
        reply_to: str | None = None,
        quotes: str | None = None,
        at: datetime | None = None,
        mentions: bool = True,
        **more: Any,
    ) -> str:
        """Let a person post, with links and mentions as an app marks them; returns the address."""
        value: dict[str, Any] = {
            "$type": POST,
            "text": text,
            "createdAt": written(at or self._now()),
        }
        if facets := list(self._facets(text, mentions=mentions)):
            value["facets"] = facets
        if reply_to is not None:
            parent = self.network.repository.get(reply_to)
            root = parent.value.get("reply", {}).get("root") or _reference(parent)
            value["reply"] = {"root": root, "parent": _reference(parent)}
        if quotes is not None:
            record = _reference(self.network.repository.get(quotes))
            value["embed"] = {"$type": "app.bsky.embed.record", "record": record}
        number = next(self._numbers)
        key = tid(int(self._now().timestamp() * 1e6) + number, number)
        body = {"collection": POST, "rkey": key, "record": value | more}
        with self._lock:
            made = self.network.repository.put(person.did, body)
            self.network.feed.tell(made, self.bot)
            return made.uri

    def delete(self, uri: str) -> None:
        """Delete a record."""
        with self._lock:
            self.network.repository.delete(uri)

    def get(self, uri: str) -> StoredRecord:
        """A record."""
        return self.network.repository.get(uri)

    def blob(self, cid: str) -> bytes:
        """A file of the bot, which the server has."""
        found = self.network.repository.blobs.get(self.bot.did, cid)
        assert found is not None, f"there is no blob {cid}"
        return found.data

    def revoke(self) -> None:
        """Revoke the bot's app password, two hours ago: its tokens have expired, too."""
        with self._lock:
            self.bot.password = ""
            self.network.sessions.expire(refresh=True)

    def expire(self, *, refresh: bool = False) -> None:
        """Let the access tokens expire, and the refresh tokens, too, if so told."""
        with self._lock:
            self.network.sessions.expire(refresh=refresh)

    def lag(self, *, lags: bool) -> None:
        """Let the network know nothing of what is written, until it catches up."""
        self.network.repository.indexes = not lags
        for one in [] if lags else self.network.repository.records.values():
            one.is_indexed = True

    def fail(self, what: Trouble | int, method: str = "", error: str = "", **given: Any) -> None:
        """Order a fault for the next requests to an end point."""
        self._faults.append(Fault(what=what, method=method, error=error, **given))

    # Requests.

    def answer(self, request: Request) -> Answer:
        """Carry a request out, with a fault if one is ordered for it."""
        with self._lock:
            self.requests.append(request)
            fault = next((one for one in self._faults if one.fits(request.path)), None)
            return fault.apply(lambda: self._served(request)) if fault else self._served(request)

    def _served(self, request: Request) -> Answer:
        try:
            document = serve(request, self.network)
        except Refusal as refusal:
            body = json.dumps(refusal.document).encode()
            return Answer(status=refusal.status, body=body, headers=refusal.headers | JSON)
        return Answer(status=200, body=json.dumps(document).encode(), headers=JSON)

    def _of(self, person: Person, collection: str) -> list[StoredRecord]:
        every = list(self.network.repository.records.values())
        return [one for one in every if (one.author, one.collection) == (person.did, collection)]

    def _facets(self, text: str, *, mentions: bool) -> Iterable[dict[str, Any]]:
        for found in _LINK.finditer(text):
            yield facet(text, *found.span(), {"$type": f"{FACET}#link", "uri": found[0]})
        for found in _MENTION.finditer(text) if mentions else ():
            if person := self.network.person(found[1]):
                yield facet(text, *found.span(), {"$type": f"{FACET}#mention", "did": person.did})


FACET = "app.bsky.richtext.facet"


def facet(text: str, start: int, end: int, feature: dict[str, Any]) -> dict[str, Any]:
    """A facet for a stretch of a text, in code points."""
    begin = len(text[:start].encode())
    index = {"byteStart": begin, "byteEnd": begin + len(text[start:end].encode())}
    return {"index": index, "features": [feature]}


def _reference(one: StoredRecord) -> dict[str, str]:
    return {"uri": one.uri, "cid": cid_of(one.value)}
