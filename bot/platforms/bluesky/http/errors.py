"""The errors of our tree for answers of a server and failures of the network: the one table.

    not sent (refused, no such host, connect time-out, certificate)   RetryLater
    429                                                               RetryLater, and when
    401; AccountTakedown, AccountDeactivated and their kin            Unauthorised
    InvalidSwap: another record has the key                           Duplicate
    ExpiredToken, InvalidToken after a new session was made           RetryLater
    other 4xx in XRPC's own form                                      Refused
    everything else, and any answer that is not in XRPC's own form    OutcomeUnknown for a write,
                                                                      RetryLater for a read

An answer is the server's own if it is an object of `error`, a name, and perhaps `message`
(https://atproto.com/specs/xrpc). The answer of a proxy or a gateway says nothing about our posts.
"""

from dataclasses import dataclass
from datetime import datetime

import requests

from bot.core.errors import (
    Duplicate,
    OutcomeUnknown,
    PlatformError,
    Refused,
    RetryLater,
    Unauthorised,
)
from bot.core.text.redact import Redactor
from bot.core.text.sanitize import one_line
from bot.outbound.json_requests import HeldBack, NoDocument, OutOfTime
from bot.outbound.session import not_sent
from bot.platforms.bluesky.http.xrpc import AnswerError, asked_wait

STALE_TOKEN = frozenset({"ExpiredToken", "InvalidToken"})
"""Errors with which a server proves that it did nothing, and asks for a new session."""

_ACCOUNT = {
    "AccountTakedown": "has taken the account down",
    "AccountSuspended": "has suspended the account",
    "AccountDeactivated": "says that the account is deactivated",
    "AccountNotFound": "does not have the account",
    "RepoNotFound": "does not have the account",
    "RepoTakendown": "has taken the account down",
    "RepoDeactivated": "says that the account is deactivated",
}
LOG_IN = "log in with the Bluesky app and follow the instructions"
_WAITS = "it waits until the server takes more"
_AGAIN = "it is tried again"
_LOOKED_FOR = "it is looked for before anything is sent again"


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorContext:
    """Where a call went: the server, the variable of the app password, and what to redact."""

    server: str
    variable: str
    redactor: Redactor

    def quoting(self, error: AnswerError) -> str:
        """The status, name and message of a refusal, for a message of ours."""
        parts = (str(error.status), error.name or "", self.redactor.text(error.message))
        return one_line(" ".join(filter(None, parts)))


def translate(
    error: Exception, context: ErrorContext, *, writes: bool, now: datetime
) -> PlatformError:
    """The error of our tree. `writes`: carried out and not known, it has to be looked for."""
    server = context.server
    if isinstance(error, HeldBack):
        until = f"{now + error.wait:%Y-%m-%d %H:%M} UTC"
        what = f"{server} takes no more requests of this kind before {until}"
        return RetryLater(what, _WAITS, after=error.wait)
    if isinstance(error, OutOfTime):
        return RetryLater(f"{server} answers too slowly: there was no time left to ask", _AGAIN)
    if isinstance(error, AnswerError) and (told := _answered(error, context, now)) is not None:
        return told
    if (why := not_sent(error)) is not None:
        return RetryLater(f"{server} cannot be reached: {why}", _AGAIN)
    what = f"{server}: {_what(error, context)}"
    return OutcomeUnknown(what, _LOOKED_FOR) if writes else RetryLater(what, _AGAIN)


def _answered(error: AnswerError, context: ErrorContext, now: datetime) -> PlatformError | None:
    """The error for the server's own answer, or None where it settles nothing."""
    told = f"{context.server} answers {context.quoting(error)}"
    if error.name is None or not 400 <= error.status < 500 or error.status == 408:
        return None
    if error.status == 429:
        return RetryLater(told, _WAITS, after=asked_wait(error, now))
    if (state := _ACCOUNT.get(error.name)) is not None:
        what = f"{context.server} {state}"
        return Unauthorised(what, LOG_IN)
    if error.name in STALE_TOKEN:
        return RetryLater(f"{told} to a session that was just made", _AGAIN)
    if error.status == 401:
        return Unauthorised(
            told, f"check the handle, and put an app password in {context.variable}"
        )
    if error.name == "InvalidSwap":
        return Duplicate(f"{told}: another record has its key", _LOOKED_FOR)
    return Refused(told, "change what the server objects to, or the account in tips.yaml")


def _what(error: Exception, context: ErrorContext) -> str:
    if isinstance(error, AnswerError):
        form = "" if error.name else ", not in the form of a Bluesky server"
        moved = ", a redirect: check `server` in tips.yaml" if 300 <= error.status < 400 else ""
        return f"it answers {context.quoting(error)}{moved or form}, which settles nothing"
    if isinstance(error, NoDocument):
        return "its answer is no JSON object"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.RequestException):
        return "the connection broke before its answer was complete"
    return f"its answer makes no sense ({type(error).__name__})"
