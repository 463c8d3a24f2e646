"""The end points that the bot uses; each raises only PlatformError."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bot.core.errors import PlatformError, RetryLater
from bot.core.model.picture import EncodedPicture
from bot.core.ports.kept_files import KeptFiles
from bot.core.ports.network_state import RequestLimits
from bot.core.ports.platform import Clock
from bot.outbound import json_values
from bot.outbound.json_requests import Answer
from bot.outbound.json_values import Record
from bot.outbound.session import Carrier
from bot.platforms.bluesky.http.errors import STALE_TOKEN, ErrorContext, translate
from bot.platforms.bluesky.http.kept_session import KeptSession, names_of
from bot.platforms.bluesky.http.session import Session
from bot.platforms.bluesky.http.sign_in import Sessions
from bot.platforms.bluesky.http.xrpc import AnswerError, Xrpc, XrpcRequest

PATIENCE = 50.0
"""Seconds that all requests of one call may take together."""
POST = "app.bsky.feed.post"
LIKE = "app.bsky.feed.like"
PROFILE = "app.bsky.actor.profile"
MANY = 25
"""Posts or profiles that are asked for at once: the most that getPosts and getProfiles take."""
NOTIFICATIONS = 100
"""Notifications a page: the most that listNotifications gives."""
REASONS = ("reply", "mention", "quote")

_NOT_FOUND = frozenset({"NotFound", "RecordNotFound"})


class Api:
    """One account on one server; threads share only its session."""

    def __init__(
        self,
        account: str,
        context: ErrorContext,
        clock: Clock,
        handle: str,
        password: str,
        *,
        files: KeptFiles | None = None,
        carrier: Carrier | None = None,
        limits: RequestLimits | None = None,
    ) -> None:
        self.context = context
        self.clock = clock
        self.handle = handle
        self.xrpc = Xrpc(context.server, clock, password, carrier=carrier, limits=limits)
        made_for = names_of(context.server, handle, password)
        kept = KeptSession(files=files, account=account, made_for=made_for) if files else None
        self.sessions = Sessions(self.xrpc, handle, password, context, clock, kept)

    def call(self) -> Call:
        """The requests of one call of a port, which end in time together."""
        return Call(self, time.monotonic() + PATIENCE)


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the account, and the moment of `time.monotonic` at which it has to end."""

    api: Api
    until: float

    @property
    def has_time(self) -> bool:
        """Whether there is time for one more page."""
        return time.monotonic() < self.until - PATIENCE / 2

    def session(self) -> Session:
        """The account's session, made if there is none."""
        return self.api.sessions.current(self.until)

    def me(self) -> str:
        """The permanent id (DID) of the account."""
        return self.session().did

    def ask_session(self) -> Answer:
        """What the server says of the session: proves that it is accepted."""
        return self._ask(XrpcRequest(name="com.atproto.server.getSession"))

    def put(self, collection: str, key: str, record: Mapping[str, Any]) -> Record:
        """Write a record under our key, once: the identical record again changes nothing.

        `swapRecord: null` keeps another record under that key from being overwritten: the server
        answers InvalidSwap then, which raises Duplicate.
        https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/repo/putRecord.json
        """
        place = {"repo": self.me(), "collection": collection, "rkey": key}
        body = {**place, "record": record, "swapRecord": None}
        request = XrpcRequest(name="com.atproto.repo.putRecord", method="POST", body=body)
        return self._ask(request, writes=True).document

    def upload(self, picture: EncodedPicture) -> Record:
        """Upload a picture; the reference to it, which is the same for the same bytes.

        https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/repo/uploadBlob.json
        """
        request = XrpcRequest(
            name="com.atproto.repo.uploadBlob",
            method="POST",
            data=picture.data,
            media_type=picture.kind.value,
        )
        blob = json_values.record(self._ask(request).document.get("blob"))
        if not json_values.word(json_values.record(blob.get("ref")).get("$link")):
            raise self._odd("a reference to the picture")
        return blob

    def delete(self, collection: str, key: str) -> None:
        """Delete a record of ours; one that is not there is fine, and so it may be repeated."""
        body = {"repo": self.me(), "collection": collection, "rkey": key}
        self._ask(XrpcRequest(name="com.atproto.repo.deleteRecord", method="POST", body=body))

    def get(self, collection: str, key: str) -> Record | None:
        """A record of ours as its own server has it, with uri and cid; None: it has none."""
        params = {"repo": self.me(), "collection": collection, "rkey": key}
        return self._ask_or_none(XrpcRequest(name="com.atproto.repo.getRecord", params=params))

    def did_of(self, handle: str) -> str | None:
        """The permanent id of the person who has a handle now; None: nobody has it."""
        request = XrpcRequest(
            name="com.atproto.identity.resolveHandle", params={"handle": handle.lower()}
        )
        refusals = _NOT_FOUND | {"InvalidRequest", "HandleNotFound"}
        found = self._ask_or_none(request, refusals)
        return (json_values.word(found.get("did")) or None) if found else None

    def posts(self, uris: Iterable[str]) -> list[Record]:
        """These posts as the network shows them to us; those that it does not show are left out."""
        return list(self._many("app.bsky.feed.getPosts", "uris", "posts", uris))

    def profiles(self, dids: Iterable[str]) -> dict[str, Record]:
        """The profiles of these people by DID, with their descriptions."""
        found = self._many("app.bsky.actor.getProfiles", "actors", "profiles", dids)
        return {json_values.word(one.get("did")): one for one in found}

    def thread(self, uri: str, depth: int) -> Record | None:
        """What is said below a post, to this depth; None where the network does not have it."""
        params = {"uri": uri, "depth": depth, "parentHeight": 0}
        return self._ask_or_none(XrpcRequest(name="app.bsky.feed.getPostThread", params=params))

    def notifications(self, page: str) -> tuple[list[Record], str]:
        """A page of replies, mentions and quotes, newest first, and the next page ("": none).

        Of everybody: a setting of the account can leave out those whom it does not follow.
        """
        params = {"limit": NOTIFICATIONS, "reasons": list(REASONS), "priority": "false"}
        if page:
            params["cursor"] = page
        name = "app.bsky.notification.listNotifications"
        found = self._ask(XrpcRequest(name=name, params=params)).document
        if not isinstance(found.get("notifications"), list):
            raise self._odd("a list of notifications")
        return json_values.records(found["notifications"]), json_values.word(found.get("cursor"))

    def _many(self, name: str, asked: str, told: str, of: Iterable[str]) -> Iterator[Record]:
        """Ask for many of something, as many at once as the network takes."""
        left = iter(dict.fromkeys(of))
        while part := list(islice(left, MANY)):
            found = self._ask(XrpcRequest(name=name, params={asked: part})).document.get(told)
            if not isinstance(found, list):
                raise self._odd(f"a list of {told}")
            yield from json_values.records(found)

    def _ask_or_none(
        self, request: XrpcRequest, refusals: frozenset[str] = _NOT_FOUND
    ) -> Record | None:
        """The answer, or None where the server itself says that there is no such thing."""
        try:
            return self._translated(lambda: self._authorised(request), writes=False).document
        except _Missing as missing:
            if missing.name in refusals:
                return None
            raise missing.error from None

    def _ask(self, request: XrpcRequest, *, writes: bool = False) -> Answer:
        try:
            return self._translated(lambda: self._authorised(request), writes=writes)
        except _Missing as missing:
            raise missing.error from None

    def _translated(self, ask: Callable[[], Answer], *, writes: bool) -> Answer:
        context, clock = self.api.context, self.api.clock
        try:
            return ask()
        except PlatformError:
            raise
        except AnswerError as error:
            found = translate(error, context, writes=writes, now=clock.now())
            if error.status in {400, 404} and error.name is not None:
                raise _Missing(error.name, found) from None
            raise found from None
        except Exception as error:  # noqa: BLE001 - an unclassified error is an unknown outcome
            raise translate(error, context, writes=writes, now=clock.now()) from None

    def _authorised(self, request: XrpcRequest) -> Answer:
        """Send it, and once more with a new session where the server refuses the token.

        A request with a refused token was not carried out.
        """
        session = self.session()
        try:
            return self.api.xrpc.send(request, self.until, session.access)
        except AnswerError as error:
            if error.name not in STALE_TOKEN or error.status not in {400, 401}:
                raise
        session = self.api.sessions.renewed(session, self.until)
        return self.api.xrpc.send(request, self.until, session.access)

    def _odd(self, wanted: str) -> RetryLater:
        return RetryLater(
            f"{self.api.context.server} answers without {wanted}", "it is tried again"
        )


class _Missing(Exception):
    """The server's own 400 or 404: the name of its error, and the error of our tree."""

    def __init__(self, name: str, error: PlatformError) -> None:
        self.name = name
        self.error = error
        super().__init__(name)
