"""Every fault by its name.

A `Blow` befalls one request, a `Lie` is a server's, about one post, and a `Harm` befalls the host.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
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
from tests.servers.x.exchange import Answer, End, Request, refusal
from tests.sim.mastodon import Mastodon
from tests.sim.timeline import Timeline
from tests.sim.x import SimX

Server = Mastodon | SimX

SILENCE = 30.0
"""Seconds that the product waits for a byte."""
CONNECTING = 10.0
"""Seconds that the product waits for a connection."""


class Blow(Enum):
    """What happens to one request."""

    REFUSED = "the connection is refused"
    NO_NAME = "the server's name is not found"
    NO_CONNECTION = "the server does not answer the connection"
    LOST = "it is lost before it arrives, and the line breaks"
    RESET = "it is carried out, and the line breaks before the answer"
    TIMEOUT = "it is carried out, and no answer comes"
    TRUNCATED = "it is carried out, and half of the answer comes"
    BAD_JSON = "it is carried out, and the answer is no JSON"
    BAD_HEADER = "it is carried out, and the answer says that it is packed, which it is not"
    BAD_LIMITS = "it is carried out, and the answer's rate limits are nonsense"
    LATE = "it is carried out, but only after we gave up waiting"
    DUPLICATED = "it arrives twice, and the second answer comes back"
    ERROR_500 = "it is carried out, and the answer is 500"
    ERROR_502 = "the answer is 502, whether or not it was carried out"
    ERROR_503 = "the answer is 503"
    ERROR_504 = "the answer is 504, whether or not it was carried out"
    LIMIT_MISSING = "429, and no word of when to come back"
    LIMIT_PAST = "429, to come back at a moment that has passed"
    LIMIT_NONSENSE = "429, to come back at a moment that is none"
    UNAUTHORISED = "401: this once, the token is not accepted"
    REFUSED_ODDLY = "403 in words that nobody knows"
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


class Lie(Enum):
    """What a server does wrong with one post, whose answer was lost."""

    STALE = "its author's own list shows it minutes late"
    FORGETS = "its key is forgotten at once"
    IGNORES = "its key is ignored, as by a server that only claims to know keys"
    BROKEN_REPLAY = "a repeat with its key is answered with 500"
    KEY_3599 = "it is repeated when its key is 3,599 s old"
    KEY_3601 = "nothing can be read until its key is 3,601 s old"


class Harm(Enum):
    """What happens to the host."""

    KILLED_BEFORE_COMMIT = "killed just before a commit"
    KILLED_AFTER_COMMIT = "killed just after a commit"
    KILLED_BEFORE_CALL = "killed just before a request leaves"
    KILLED_AFTER_CALL = "killed after a request, before its answer is read"
    KILLED_RECOVERING = "killed again while it recovers"
    DISK_FULL = "the disk is full for a while"
    LOCKED = "the database is locked for a while"
    RESTORED = "an older copy of the database is put back"
    TWO_COPIES = "a second copy of the bot works on the same database"
    FROZEN = "frozen in the middle of a request, past its lease, and woken"
    CLOCK_FORWARD = "the clock is put forward, and right again later"
    CLOCK_BACK = "the clock is put back, and right again later"
    DOWN_MINUTES = "it is down for minutes"
    DOWN_HOURS = "it is down for hours"
    DOWN_WEEKS = "it is down for weeks"
    FILE_HALF_WRITTEN = "tips.yaml is found half written"
    FILE_EDITED = "tips.yaml is edited in the middle of an attempt"
    TOKEN_REVOKED = "a token is revoked for a day"


class Night(Enum):
    """The nights on which clocks are changed."""

    FORWARD = "a slot falls into the hour that is left out"
    BACK = "a slot falls into the hour that is shown twice"


ANYWHERE = frozenset(Blow) - {
    Blow.CREDITS,
    Blow.SUSPENDED,
    Blow.LOCKED,
    Blow.READ_ONLY,
    Blow.NOT_ENROLLED,
    Blow.NO_REPLY,
    Blow.NOT_VISIBLE,
    Blow.TOO_LONG,
    Blow.WRONG_SCOPE,
    Blow.DISABLED,
}
BLOWS: dict[str, tuple[Blow, ...]] = {
    "x": tuple(one for one in Blow if one not in {Blow.WRONG_SCOPE, Blow.DISABLED}),
    "mastodon": tuple(one for one in Blow if one in ANYWHERE | {Blow.WRONG_SCOPE, Blow.DISABLED}),
    # Where keys are ignored nobody can prevent that a request which arrives twice posts twice.
    "island": tuple(one for one in Blow if one in ANYWHERE - {Blow.DUPLICATED}),
}
"""What can befall a request that makes a post, by account."""

LIES: dict[str, tuple[Lie, ...]] = {
    "x": (Lie.STALE,),
    "mastodon": tuple(Lie),
    "island": (Lie.STALE,),
}

ON_READING = (
    Blow.REFUSED,
    Blow.LOST,
    Blow.TIMEOUT,
    Blow.TRUNCATED,
    Blow.BAD_JSON,
    Blow.BAD_HEADER,
    Blow.ERROR_500,
    Blow.ERROR_503,
    Blow.LIMIT_MISSING,
    Blow.LIMIT_NONSENSE,
)
"""What can befall a request that only reads."""

X_DETAILS = {
    Blow.REFUSED_ODDLY: "Something about this request is not to our liking.",
    Blow.SUSPENDED: "The user used for authentication is suspended: your account is suspended.",
    Blow.LOCKED: "To protect our users, your account is temporarily locked. Please unlock it.",
    Blow.READ_ONLY: "Your client app is not configured with the appropriate oauth1 app permissions.",
    Blow.NOT_ENROLLED: "Your App must be attached to a Project with the appropriate API access.",
    Blow.NO_REPLY: "Reply to this conversation is not allowed because you have not been mentioned.",
    Blow.NOT_VISIBLE: "You attempted to reply to a Tweet that is deleted or not visible to you.",
    Blow.TOO_LONG: "Your Tweet text is too long.",
}
MASTODON_ERRORS = {
    Blow.UNAUTHORISED: (401, "The access token is invalid"),
    Blow.REFUSED_ODDLY: (403, "This action is not allowed"),
    Blow.INVALID: (422, "Validation failed: Text character limit exceeded"),
    Blow.WRONG_SCOPE: (403, "This action is outside the authorized scopes"),
    Blow.DISABLED: (403, "Your login is currently disabled"),
}
STATUSES = {
    Blow.ERROR_502: 502,
    Blow.ERROR_503: 503,
    Blow.ERROR_504: 504,
    Blow.LIMIT_MISSING: 429,
    Blow.LIMIT_PAST: 429,
    Blow.LIMIT_NONSENSE: 429,
    Blow.UNAUTHORISED: 401,
    Blow.INVALID: 400,
    Blow.CREDITS: 402,
}
RESETS = {
    Blow.LIMIT_MISSING: faults.Reset.MISSING,
    Blow.LIMIT_PAST: faults.Reset.PAST,
    Blow.LIMIT_NONSENSE: faults.Reset.NONSENSE,
}


@dataclass(kw_only=True, slots=True)
class Way:
    """One request on its way, and how it fares. `serve` has the server carry it out, now."""

    server: Server
    request: Request
    serve: Callable[[Request], Answer]
    time: Timeline
    chance: random.Random

    def fare(self, blow: Blow | None) -> Answer:  # noqa: C901 - one case a blow
        """The answer, or what the connection raises."""
        match blow:
            case None:
                return self.serve(self.request)
            case Blow.REFUSED:
                raise NewConnectionError(_conn(self), "refused")
            case Blow.NO_NAME:
                raise NameResolutionError(self.server.host, _conn(self), _no_name())
            case Blow.NO_CONNECTION:
                self.time.sleep(CONNECTING)
                raise ConnectTimeoutError(_conn(self), "timed out")
            case Blow.LATE:
                return self._late()
            case Blow.LOST:
                raise _broken()
            case Blow.RESET | Blow.TIMEOUT:
                self.serve(self.request)
                return self._silence() if blow is Blow.TIMEOUT else _break()
            case Blow.DUPLICATED:
                self.serve(self.request)
                return self.serve(self.request)
            case Blow.TRUNCATED | Blow.BAD_JSON | Blow.BAD_HEADER | Blow.BAD_LIMITS:
                return _spoilt(blow, self.serve(self.request))
            case Blow.ERROR_500:
                self.serve(self.request)
                return self._refusal(500, "Internal Server Error")
            case Blow.ERROR_502 | Blow.ERROR_504 if self.chance.random() < 0.5:
                self.serve(self.request)
                return self._refused(blow)
            case _:
                return self._refused(blow)

    def _late(self) -> Answer:
        """It hangs on its way; what arrived is carried out when we have long given up."""
        arrived, request = self.time.true, self.request

        def happen() -> None:
            if isinstance(self.server, SimX):
                self.server.arrived(arrived)
            self.serve(request)

        delay = timedelta(seconds=SILENCE + self.chance.choice((1, 20, 45, 100, 200, 400, 900)))
        self.time.at(arrived + delay, happen)
        return self._silence()

    def _silence(self) -> Answer:
        self.time.sleep(SILENCE)
        raise ReadTimeoutError(_conn(self), self.request.path, "timed out")

    def _refused(self, blow: Blow) -> Answer:
        """A refusal in the server's own form; nothing was done."""
        if isinstance(self.server, SimX):
            fault = faults.Fault(
                what=STATUSES.get(blow, 403),
                detail=X_DETAILS.get(blow),
                reset=RESETS.get(blow, faults.Reset.NORMAL),
            )
            return fault.strike(
                lambda: self.serve(self.request), {}, self.server.bot.id, self.time.true
            )
        if blow in MASTODON_ERRORS:
            status, error = MASTODON_ERRORS[blow]
            return self._refusal(status, error)
        return self._refusal(STATUSES[blow], "No", _limits(blow, self.time.true))

    def _refusal(self, status: int, error: str, headers: dict[str, str] | None = None) -> Answer:
        if isinstance(self.server, SimX):
            problem = problems.plain(status, error)
            return refusal(problem, {})
        return self.server.told(status, {"error": error}, headers)


def _limits(blow: Blow, now: datetime) -> dict[str, str]:
    """The headers of a 429."""
    told = {
        Blow.LIMIT_PAST: (now - timedelta(days=1)).isoformat(),
        Blow.LIMIT_NONSENSE: "soon",
    }
    return {"X-RateLimit-Reset": told[blow]} if blow in told else {}


def _spoilt(blow: Blow, true: Answer) -> Answer:
    if blow is Blow.TRUNCATED:
        return replace(true, end=End.TRUNCATED)
    if blow is Blow.BAD_JSON:
        return replace(true, body=b"<html>200 OK, but this is no JSON</html>")
    if blow is Blow.BAD_HEADER:
        return replace(true, headers=true.headers | {"Content-Encoding": "gzip"})
    nonsense = {"X-RateLimit-Remaining": "many", "X-RateLimit-Reset": "soon"}
    return replace(true, headers=true.headers | nonsense)


def _conn(way: Way) -> Any:
    """What urllib3's errors want to be told of."""
    return way.server


def _no_name() -> Any:
    return OSError("Name or service not known")


def _broken() -> ProtocolError:
    return ProtocolError("Connection aborted.", ConnectionResetError(104, "reset by peer"))


def _break() -> Answer:
    raise _broken()
