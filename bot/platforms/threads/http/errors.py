"""The errors of our tree for answers of the server and failures of the network: the one table.

    not sent (refused, no such host, connect time-out, certificate)   RetryLater
    4, 17, 32, 341, 613, 80000 to 80099, or a 429: too many requests  RetryLater, and when
    102, 190, 450 to 467: the token has expired or is not valid       Unauthorised
    3, 10, 200 to 299: a permission is missing                        Unauthorised, or Refused for
                                                                      an answer to one post
    368: blocked for a while                                          RetryLater, in an hour
    506: the same post again                                          Duplicate
    100: a parameter is wrong                                         Refused
    24, 100 with subcode 33: there is no such thing                   OutcomeUnknown for a post,
                                                                      Missing for others
    1, 2, transient ones, others                                      OutcomeUnknown for a post,
                                                                      RetryLater for a read
    others that make a container or delete                            Refused
    any answer that is not in the server's own form                   OutcomeUnknown for a post,
                                                                      RetryLater for a read

https://developers.facebook.com/docs/graph-api/guides/error-handling. Only code 24 is not there; it
is what the server says of a container that is not ready, and may be what it says of one that the
same request published, where that arrived twice. The answer of a proxy or a gateway says nothing
about our posts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

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
from bot.platforms.threads.http.graph import AnswerError, asked_wait

BAD_TOKEN = frozenset({102, 190, *range(450, 468)})
"""Codes with which the server proves that it did nothing, since it does not take the token."""
NO_PERMISSION = frozenset({3, 10, *range(200, 300)})
NOT_THERE = frozenset({24, 100})
"""Codes of what does not exist, or may not be seen: the server does not tell which."""
NO_OBJECT = 33
"""The subcode of 100 for it."""
SOON = timedelta(seconds=30)
"""https://developers.facebook.com/docs/threads/posts recommends to wait so long."""

_BLOCKED = 368
_TWICE = 506
_WAITS = "it waits until the server takes more"
_AGAIN = "it is tried again"
LOOKED_FOR = "it is looked for before anything is sent again"


class Purpose(Enum):
    """What a request is for."""

    READ = "read"
    #: something that shows nothing to anybody, or may be repeated: a container, a deletion
    CHANGE = "change"
    #: the one that makes a post
    PUBLISH = "publish"


class Missing(Refused):
    """The server's own word that something is not there, or may not be seen."""


class NotPermitted(Unauthorised):
    """The token is taken, but lacks a permission."""


@dataclass(kw_only=True, slots=True)
class ErrorContext:
    """Where a call went: the server, the variable of the token, and what to redact."""

    server: str
    variable: str
    #: of all tokens that are known: each new one replaces it
    redactor: Redactor

    def quoting(self, error: AnswerError) -> str:
        """The status, code and message of a refusal, for a message of ours."""
        code = "" if error.code is None else f"(code {error.code})"
        parts = (str(error.status), self.redactor.text(error.message), code)
        return one_line(" ".join(filter(None, parts)), 240)


def translate(
    error: Exception, context: ErrorContext, purpose: Purpose, now: datetime
) -> PlatformError:
    """The error of our tree for whatever a request raised."""
    server = context.server
    if isinstance(error, HeldBack):
        until = f"{now + error.wait:%Y-%m-%d %H:%M} UTC"
        what = f"{server} takes no more requests of this kind before {until}"
        return RetryLater(what, _WAITS, after=error.wait)
    if isinstance(error, OutOfTime):
        return RetryLater(f"{server} answers too slowly: there was no time left to ask", _AGAIN)
    if isinstance(error, AnswerError) and (told := _answered(error, context, purpose, now)):
        return told
    if (why := not_sent(error)) is not None:
        return RetryLater(f"{server} cannot be reached: {why}", _AGAIN)
    what = f"{server}: {_what(error, context)}"
    if purpose is Purpose.PUBLISH:
        return OutcomeUnknown(what, LOOKED_FOR)
    return RetryLater(what, _AGAIN)


def _answered(
    error: AnswerError, context: ErrorContext, purpose: Purpose, now: datetime
) -> PlatformError | None:
    """The error for the server's own answer, or None where it settles nothing."""
    told = f"{context.server} answers {context.quoting(error)}"
    if error.is_too_many:
        return RetryLater(told, _WAITS, after=asked_wait(error, now))
    if error.code is None or not 400 <= error.status < 500 or error.status == 408:
        return None
    if error.code in BAD_TOKEN:
        return Unauthorised(told, f"make a new long-lived token, and put it in {context.variable}")
    if error.code in NO_PERMISSION:
        return NotPermitted(told, f"give the token in {context.variable} the permission for this")
    if error.code == _BLOCKED:
        return RetryLater(told, "log in with the Threads app and look", after=timedelta(hours=1))
    if error.code in {1, 2} or error.is_transient:
        return None
    if error.code == _TWICE:
        return Duplicate(told, LOOKED_FOR)
    return _refused(error, told, purpose)


def _refused(error: AnswerError, told: str, purpose: Purpose) -> PlatformError | None:
    is_missing = error.code == 24 or (error.code == 100 and error.subcode == NO_OBJECT)
    if (is_missing or error.code != 100) and purpose is Purpose.PUBLISH:
        return None  # nobody says that such a refusal leaves nothing behind
    if is_missing:
        return Missing(told, "what is asked for is gone, or may not be seen")
    return Refused(told, "change what the server objects to, or the account in tips.yaml")


def _what(error: Exception, context: ErrorContext) -> str:
    if isinstance(error, AnswerError):
        form = "" if error.code is not None else ", not in the form of Threads"
        moved = ", a redirect: check `server` in tips.yaml" if 300 <= error.status < 400 else ""
        return f"it answers {context.quoting(error)}{moved or form}, which settles nothing"
    if isinstance(error, NoDocument):
        return "its answer is no JSON object"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.RequestException):
        return "the connection broke before its answer was complete"
    return f"its answer makes no sense ({type(error).__name__})"
