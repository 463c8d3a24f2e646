"""Every fault by its name: of one request, of a server about one post, of the host, of clocks."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from enum import Enum
from typing import Any

from urllib3.exceptions import (
    ConnectTimeoutError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)

from tests.servers.x import faults, problems
from tests.servers.x.messages import Answer, End, Request, refusal
from tests.sim.bluesky import SimulatedBluesky
from tests.sim.mastodon import Mastodon
from tests.sim.threads import SimulatedThreads
from tests.sim.timeline import Timeline
from tests.sim.x import SimulatedX

Server = Mastodon | SimulatedBluesky | SimulatedThreads | SimulatedX

SILENCE = 30.0
"""How long the bot waits for a byte, in seconds."""
CONNECTING = 10.0
"""How long the bot waits for a connection, in seconds."""


class RequestFault(Enum):
    """A fault of one request."""

    REFUSED = "the connection is refused"
    NO_NAME = "the server's name is not found"
    NO_CONNECTION = "the server does not answer the connection"
    LOST = "it is lost before it arrives, and the line breaks"
    RESET = "it is carried out, and the line breaks before the answer"
    TIMEOUT = "it is carried out, and no answer comes"
    TRUNCATED = "it is carried out, and half of the answer comes"
    BAD_JSON = "it is carried out, and the answer is no JSON"
    BAD_HEADER = "it is carried out, and the answer claims a compression that it does not have"
    BAD_LIMITS = "it is carried out, and the answer's rate limits are invalid"
    LATE = "it is carried out, but only after the bot stopped waiting"
    DUPLICATED = "it arrives twice, and the second answer comes back"
    ERROR_500 = "it is carried out, and the answer is 500"
    ERROR_502 = "the answer is 502, whether or not it was carried out"
    ERROR_503 = "the answer is 503"
    ERROR_504 = "the answer is 504, whether or not it was carried out"
    LIMIT_MISSING = "429 without a time to retry"
    LIMIT_PAST = "429 with a time to retry in the past"
    LIMIT_NONSENSE = "429 with an invalid time to retry"
    UNAUTHORISED = "401 for this request only"
    REFUSED_ODDLY = "403 with an unknown message"
    INVALID = "422 (400 on X): it is not valid"
    CREDITS = "402: out of credits"
    SUSPENDED = "403: the account is suspended"
    LOCKED = "403: the account is locked"
    READ_ONLY = "403: the app may only read"
    NOT_ENROLLED = "403: the app may not use the API"
    NO_REPLY = "403: this reply is not permitted"
    NOT_VISIBLE = "403: what it answers is gone"
    TOO_LONG = "403: the text is too long"
    WRONG_SCOPE = "403: the token lacks a scope"
    DISABLED = "403: the login is disabled"
    EXPIRED = "the session has expired just before it arrives"
    ALL_EXPIRED = "the session has expired just before it arrives, and cannot be renewed"


class ServerFault(Enum):
    """A fault of a server about one post, whose answer was lost."""

    STALE = "its author's own list shows it minutes late"
    FORGETS = "its key is forgotten at once"
    IGNORES = "its key is ignored, as by a server that only claims to know keys"
    BROKEN_REPLAY = "a repeat with its key is answered with 500"
    KEY_3599 = "the repeat arrives when its key is 3,599 s old"
    KEY_3601 = "no list can be read until its key is 3,601 s old"
    STATUS_LATE = "its container's status tells of it late, and its author's own list later"


class ContainerFault(Enum):
    """What becomes of a container of Threads before it is published."""

    IN_PROGRESS = "it is being processed for a while"
    FAILED = "it fails"
    EXPIRED = "it expires before its time"
    FORGOTTEN = "the server does not know it any more"
    QUOTA = "the day's quota is used up meanwhile"


class UploadFault(Enum):
    """A fault of a picture that is uploaded before its post."""

    NOT_ANSWERED = "whether or not it is carried out, it is not answered as it should be"
    DROPPED = "the server drops it before its post"


class HostFault(Enum):
    """A fault of the host."""

    KILLED_BEFORE_COMMIT = "killed just before a commit"
    KILLED_AFTER_COMMIT = "killed just after a commit"
    KILLED_BEFORE_CALL = "killed just before a request leaves"
    KILLED_AFTER_CALL = "killed after a request, before its answer is read"
    KILLED_RECOVERING = "killed again while it recovers"
    DISK_FULL = "the disk is full for a while"
    LOCKED = "the database is locked for a while"
    RESTORED = "an older copy of the database is put back"
    TWO_COPIES = "a second copy of the bot works on the same database"
    FROZEN = "frozen in the middle of a request until its lease is over"
    CLOCK_FORWARD = "the clock is ahead for a while"
    CLOCK_BACK = "the clock is behind for a while"
    DOWN_MINUTES = "the bot is down for minutes"
    DOWN_HOURS = "the bot is down for hours"
    DOWN_WEEKS = "the bot is down for weeks"
    FILE_HALF_WRITTEN = "tips.yaml is found half written"
    FILE_EDITED = "tips.yaml is edited in the middle of an attempt"
    TOKEN_REVOKED = "a token is revoked for a day"


class ClockChange(Enum):
    """The nights in which clocks change."""

    FORWARD = "a slot is in the hour that does not exist"
    BACK = "a slot is in the hour that comes twice"


ANYWHERE = frozenset(RequestFault) - {
    RequestFault.CREDITS,
    RequestFault.SUSPENDED,
    RequestFault.LOCKED,
    RequestFault.READ_ONLY,
    RequestFault.NOT_ENROLLED,
    RequestFault.NO_REPLY,
    RequestFault.NOT_VISIBLE,
    RequestFault.TOO_LONG,
    RequestFault.WRONG_SCOPE,
    RequestFault.DISABLED,
    RequestFault.EXPIRED,
    RequestFault.ALL_EXPIRED,
}
ONLY_MASTODON = {RequestFault.WRONG_SCOPE, RequestFault.DISABLED}
ONLY_BLUESKY = {RequestFault.EXPIRED, RequestFault.ALL_EXPIRED}
ALSO_THREADS = {
    RequestFault.SUSPENDED,
    RequestFault.LOCKED,
    RequestFault.NOT_VISIBLE,
    RequestFault.WRONG_SCOPE,
}
REQUEST_FAULTS: dict[str, tuple[RequestFault, ...]] = {
    "x": tuple(one for one in RequestFault if one not in ONLY_MASTODON | ONLY_BLUESKY),
    "bluesky": tuple(
        one
        for one in RequestFault
        if one in ANYWHERE | ONLY_BLUESKY | {RequestFault.SUSPENDED, RequestFault.NOT_VISIBLE}
    ),
    "threads": tuple(one for one in RequestFault if one in ANYWHERE | ALSO_THREADS),
    "mastodon": tuple(one for one in RequestFault if one in ANYWHERE | ONLY_MASTODON),
    # Without idempotency keys a request that arrives twice posts twice; nobody can prevent it.
    "island": tuple(one for one in RequestFault if one in ANYWHERE - {RequestFault.DUPLICATED}),
}
"""The faults of a request that makes a post, by account."""

SERVER_FAULTS: dict[str, tuple[ServerFault, ...]] = {
    "x": (ServerFault.STALE,),
    "bluesky": (),
    "threads": (ServerFault.STALE, ServerFault.STATUS_LATE),
    "mastodon": tuple(one for one in ServerFault if one is not ServerFault.STATUS_LATE),
    "island": (ServerFault.STALE,),
}

READING_FAULTS = (
    RequestFault.REFUSED,
    RequestFault.LOST,
    RequestFault.TIMEOUT,
    RequestFault.TRUNCATED,
    RequestFault.BAD_JSON,
    RequestFault.BAD_HEADER,
    RequestFault.ERROR_500,
    RequestFault.ERROR_503,
    RequestFault.LIMIT_MISSING,
    RequestFault.LIMIT_NONSENSE,
)
"""The faults of a request that only reads."""

SESSION_FAULTS = (RequestFault.EXPIRED, RequestFault.ALL_EXPIRED)
"""Those of a request that only reads on Bluesky, besides."""

X_DETAILS = {
    RequestFault.REFUSED_ODDLY: "Something about this request is not to our liking.",
    RequestFault.SUSPENDED: "The user used for authentication is suspended: your account is suspended.",
    RequestFault.LOCKED: "To protect our users, your account is temporarily locked. Please unlock it.",
    RequestFault.READ_ONLY: "Your client app is not configured with the appropriate oauth1 app permissions.",
    RequestFault.NOT_ENROLLED: "Your App must be attached to a Project with the appropriate API access.",
    RequestFault.NO_REPLY: "Reply to this conversation is not allowed because you have not been mentioned.",
    RequestFault.NOT_VISIBLE: "You attempted to reply to a Tweet that is deleted or not visible to you.",
    RequestFault.TOO_LONG: "Your Tweet text is too long.",
}
MASTODON_ERRORS = {
    RequestFault.UNAUTHORISED: (401, "The access token is invalid"),
    RequestFault.REFUSED_ODDLY: (403, "This action is not allowed"),
    RequestFault.INVALID: (422, "Validation failed: Text character limit exceeded"),
    RequestFault.WRONG_SCOPE: (403, "This action is outside the authorized scopes"),
    RequestFault.DISABLED: (403, "Your login is currently disabled"),
}
BLUESKY_ERRORS = {
    RequestFault.UNAUTHORISED: (401, "AuthenticationRequired"),
    RequestFault.REFUSED_ODDLY: (403, "NotToOurLiking"),
    RequestFault.INVALID: (400, "InvalidRequest"),
    RequestFault.SUSPENDED: (401, "AccountTakedown"),
    RequestFault.NOT_VISIBLE: (400, "RecordNotFound"),
}
THREADS_ERRORS = {
    RequestFault.UNAUTHORISED: (401, 190),
    RequestFault.REFUSED_ODDLY: (403, 9999),
    RequestFault.INVALID: (400, 100),
    RequestFault.SUSPENDED: (400, 190),
    RequestFault.LOCKED: (400, 368),
    RequestFault.NOT_VISIBLE: (400, 24),
    RequestFault.WRONG_SCOPE: (403, 10),
    RequestFault.LIMIT_MISSING: (403, 4),
    RequestFault.LIMIT_PAST: (429, 613),
    RequestFault.LIMIT_NONSENSE: (400, 80002),
}
"""The status and the code; other refusals are pages of a gateway."""
STATUSES = {
    RequestFault.ERROR_502: 502,
    RequestFault.ERROR_503: 503,
    RequestFault.ERROR_504: 504,
    RequestFault.LIMIT_MISSING: 429,
    RequestFault.LIMIT_PAST: 429,
    RequestFault.LIMIT_NONSENSE: 429,
    RequestFault.UNAUTHORISED: 401,
    RequestFault.INVALID: 400,
    RequestFault.CREDITS: 402,
}
RESETS = {
    RequestFault.LIMIT_MISSING: faults.Reset.MISSING,
    RequestFault.LIMIT_PAST: faults.Reset.PAST,
    RequestFault.LIMIT_NONSENSE: faults.Reset.NONSENSE,
}


@dataclass(kw_only=True, slots=True)
class FaultyRequest:
    """One request, sent with or without a fault; `serve` lets the server carry it out."""

    server: Server
    request: Request
    serve: Callable[[Request], Answer]
    time: Timeline
    chance: random.Random

    def send(self, request_fault: RequestFault | None) -> Answer:  # noqa: C901, PLR0911, PLR0912 - one case for each fault
        """The answer. Raises the connection's error."""
        match request_fault:
            case None:
                return self.serve(self.request)
            case RequestFault.REFUSED:
                raise NewConnectionError(_conn(self), "refused")
            case RequestFault.NO_NAME:
                raise NameResolutionError(self.server.host, _conn(self), _no_name())
            case RequestFault.NO_CONNECTION:
                self.time.sleep(CONNECTING)
                raise ConnectTimeoutError(_conn(self), "timed out")
            case RequestFault.LATE:
                return self._late()
            case RequestFault.LOST:
                raise _broken()
            case RequestFault.RESET | RequestFault.TIMEOUT:
                self.serve(self.request)
                return self._silence() if request_fault is RequestFault.TIMEOUT else _break()
            case RequestFault.DUPLICATED:
                if isinstance(self.server, SimulatedThreads):
                    self.server.keep_single(self.request)  # or nobody could prevent a second post
                self.serve(self.request)
                return self.serve(self.request)
            case (
                RequestFault.TRUNCATED
                | RequestFault.BAD_JSON
                | RequestFault.BAD_HEADER
                | RequestFault.BAD_LIMITS
            ):
                return _damaged(request_fault, self.serve(self.request))
            case RequestFault.EXPIRED | RequestFault.ALL_EXPIRED:
                assert isinstance(self.server, SimulatedBluesky)
                self.server.expire(refresh=request_fault is RequestFault.ALL_EXPIRED)
                return self.serve(self.request)
            case RequestFault.ERROR_500:
                self.serve(self.request)
                return self._refusal(500, "Internal Server Error")
            case RequestFault.ERROR_502 | RequestFault.ERROR_504 if self.chance.random() < 0.5:
                self.serve(self.request)
                return self._refused(request_fault)
            case _:
                return self._refused(request_fault)

    def _late(self) -> Answer:
        """The request is carried out long after the bot stopped waiting."""
        arrived, request = self.time.true, self.request

        def happen() -> None:
            if isinstance(self.server, SimulatedX):
                self.server.arrived(arrived)
            if isinstance(self.server, SimulatedThreads):
                self.server.arrives_late(request)
            self.serve(request)

        delay = timedelta(seconds=SILENCE + self.chance.choice((1, 20, 45, 100, 200, 400, 900)))
        if isinstance(self.server, SimulatedThreads) and self.chance.random() < 0.5:
            delay = timedelta(seconds=SILENCE + 900)
            happen = self.server.when_asked(request, happen, after=self.chance.randrange(2))
        self.time.at(arrived + delay, happen)
        return self._silence()

    def _silence(self) -> Answer:
        self.time.sleep(SILENCE)
        raise ReadTimeoutError(_conn(self), self.request.path, "timed out")

    def _refused(self, request_fault: RequestFault) -> Answer:
        """A refusal in the server's own format; the request is not carried out."""
        if isinstance(self.server, SimulatedX):
            fault = faults.Fault(
                what=STATUSES.get(request_fault, 403),
                detail=X_DETAILS.get(request_fault),
                reset=RESETS.get(request_fault, faults.Reset.NORMAL),
            )
            return fault.apply(
                lambda: self.serve(self.request), {}, self.server.bot.id, self.time.true
            )
        if isinstance(self.server, SimulatedBluesky):
            status, name = BLUESKY_ERRORS.get(request_fault, (STATUSES.get(request_fault, 0), ""))
            name = "RateLimitExceeded" if status == 429 else name
            return self.server.error(status, name, _resets(request_fault, self.time.true))
        if isinstance(self.server, SimulatedThreads):
            own = (STATUSES.get(request_fault, 0), None)
            status, code = THREADS_ERRORS.get(request_fault, own)
            return self.server.error(status, code, _retry(request_fault, self.time.true))
        if request_fault in MASTODON_ERRORS:
            status, error = MASTODON_ERRORS[request_fault]
            return self._refusal(status, error)
        return self._refusal(STATUSES[request_fault], "No", _limits(request_fault, self.time.true))

    def _refusal(self, status: int, error: str, headers: dict[str, str] | None = None) -> Answer:
        if isinstance(self.server, SimulatedX):
            problem = problems.plain(status, error)
            return refusal(problem, {})
        if isinstance(self.server, SimulatedBluesky):
            return self.server.error(status, "InternalServerError", headers)
        if isinstance(self.server, SimulatedThreads):
            return self.server.error(status, 2, headers)
        return self.server.json_answer(status, {"error": error}, headers)


def _limits(request_fault: RequestFault, now: datetime) -> dict[str, str]:
    """The headers of a 429."""
    headers = {
        RequestFault.LIMIT_PAST: (now - timedelta(days=1)).isoformat(),
        RequestFault.LIMIT_NONSENSE: "soon",
    }
    return {"X-RateLimit-Reset": headers[request_fault]} if request_fault in headers else {}


def _resets(request_fault: RequestFault, now: datetime) -> dict[str, str]:
    """The headers of a 429 of Bluesky."""
    resets = {
        RequestFault.LIMIT_PAST: str(int((now - timedelta(days=1)).timestamp())),
        RequestFault.LIMIT_NONSENSE: "soon",
    }
    return {"RateLimit-Reset": resets[request_fault]} if request_fault in resets else {}


def _retry(request_fault: RequestFault, now: datetime) -> dict[str, str]:
    """The headers of too many requests of Threads."""
    past = format_datetime(now - timedelta(days=1), usegmt=True)
    return {
        RequestFault.LIMIT_PAST: {"Retry-After": past},
        RequestFault.LIMIT_NONSENSE: {"X-Business-Use-Case-Usage": "[soon]"},
    }.get(request_fault, {})


def _damaged(request_fault: RequestFault, true: Answer) -> Answer:
    if request_fault is RequestFault.TRUNCATED:
        return replace(true, end=End.TRUNCATED)
    if request_fault is RequestFault.BAD_JSON:
        return replace(true, body=b"<html>200 OK, but this is no JSON</html>")
    if request_fault is RequestFault.BAD_HEADER:
        return replace(true, headers=true.headers | {"Content-Encoding": "gzip"})
    nonsense = {"X-RateLimit-Remaining": "many", "X-RateLimit-Reset": "soon"}
    return replace(true, headers=true.headers | nonsense)


def _conn(request: FaultyRequest) -> Any:
    """A stand-in for the connection, which urllib3's errors refer to."""
    return request.server


def _no_name() -> Any:
    return OSError("Name or service not known")


def _broken() -> ProtocolError:
    return ProtocolError("Connection aborted.", ConnectionResetError(104, "reset by peer"))


def _break() -> Answer:
    raise _broken()
