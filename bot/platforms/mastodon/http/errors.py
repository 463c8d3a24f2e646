"""The error of our tree for a failed call: by how far the request came, then by the status.

A status counts only where the answer is in the server's own form: a proxy, a CDN or a gateway
does not speak for the server. An error that is in no table is an unknown outcome of a write.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from bot.core.errors import OutcomeUnknown, PlatformError, Refused, RetryLater, Unauthorised
from bot.core.text.redact import Redactor
from bot.core.text.sanitize import one_line
from bot.outbound.rate_limits import date_of
from bot.platforms.mastodon.http.http_session import HttpSession, RequestProgress, asked_wait

SCOPES = (
    "read:accounts read:statuses read:notifications write:statuses write:favourites write:media"
)
"""All that a token must allow."""

_SHORTER = "change the tip or the account's settings in tips.yaml"
_ELSEWHERE = "what it answers may be gone, or the server in tips.yaml is no Mastodon server"
_REFUSALS = {
    400: ("does not accept this", _SHORTER),
    404: ("does not know what is asked for", _ELSEWHERE),
    405: ("does not offer this", _ELSEWHERE),
    410: ("says that this is gone", _ELSEWHERE),
    413: ("finds this too large", _SHORTER),
    415: ("does not accept this", _SHORTER),
    422: ("does not accept this", _SHORTER),
}
"""Statuses with which a server proves that it did nothing and never will, and what to do."""

_MOVED_FOR_GOOD = frozenset({301, 307, 308})
"""Redirects that come instead of doing; 302 and 303 may come after it."""

_WAITS = "it waits until the server takes more"

_ABOUT_THE_TOKEN = ("scope", "permission", "login", "disabled", "suspended", "token")
"""Words in a 403 that speak of the account or its token, not of this one post."""

_HAS_IT_ALREADY = re.compile(r"duplicate|already|conflict|not unique", re.IGNORECASE)
"""Words in a refusal that say that the post may be there: Mastodon's "Duplicate record" comes of
two requests with one key, one of which was carried out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorContext:
    """Where a call went: the server's address, the variable that holds the token, and the token."""

    server: str
    variable: str
    token: str

    @property
    def redactor(self) -> Redactor:
        """Redacts the token in the server's words."""
        return Redactor([self.token])


def translate(
    session: HttpSession, context: ErrorContext, *, writes: bool, now: datetime
) -> PlatformError:
    """The error of our tree for what came of a call. `writes`: carried out twice, it does harm."""
    if session.held_back is not None:
        until = f"{now + session.held_back:%Y-%m-%d %H:%M} UTC"
        what = f"{context.server} takes no more requests of this kind before {until}"
        return RetryLater(what, _WAITS, after=session.held_back)
    if session.progress is RequestProgress.UNSENT:
        return RetryLater(f"{context.server} cannot be reached: {session.why}", "it is tried again")
    if session.progress is RequestProgress.SENT or session.status is None:
        return _unclear(f"{context.server}: {session.why}", writes=writes)
    return _answered(session.status, session, context, writes=writes, now=now)


def _answered(
    status: int, session: HttpSession, context: ErrorContext, *, writes: bool, now: datetime
) -> PlatformError:
    if status in _MOVED_FOR_GOOD or (300 <= status < 400 and not writes):
        target = one_line(session.headers_seen.get("location", "elsewhere"))
        what = f"{context.server} answers {status} and sends us to {target}"
        return RetryLater(what, "put its new address into tips.yaml")
    if status == 429 and not (writes and session.refusal is None):
        what = f"{context.server} answers {status}{_told(session)}"
        return RetryLater(what, _WAITS, after=asked_wait(session.headers_seen, now))
    if session.refusal is None:
        what = f"{context.server} answers {status}, not in the form of a Mastodon server"
        return _unclear(f"{what}, which settles nothing", writes=writes)
    return _refused(status, _told(session), session, context, writes=writes)


def _refused(
    status: int, told: str, session: HttpSession, context: ErrorContext, *, writes: bool
) -> PlatformError:
    """What the server's own words mean."""
    what = f"{context.server} answers {status}{told}"
    if status == 401 or (status == 403 and _blames_the_token(told, session)):
        return Unauthorised(what, f"put a token with the scopes {SCOPES} into {context.variable}")
    if writes and _HAS_IT_ALREADY.search(told):
        return _unclear(f"{what}: it may be there", writes=writes)
    if status == 403:
        return Refused(what, "look at the account on its server: it may be limited or blocked")
    if status in _REFUSALS:
        verdict, todo = _REFUSALS[status]
        return Refused(f"{context.server} {verdict} ({status}{told})", todo)
    return _unclear(f"{what}, which settles nothing", writes=writes)


def _unclear(what: str, *, writes: bool) -> PlatformError:
    if writes:
        return OutcomeUnknown(what, "it is looked for before anything is sent again")
    return RetryLater(what, "it is tried again")


def _blames_the_token(told: str, session: HttpSession) -> bool:
    said = f"{told} {session.headers_seen.get('www-authenticate', '')}".lower()
    return any(mark in said for mark in _ABOUT_THE_TOKEN)


def _told(session: HttpSession) -> str:
    """What the server itself said."""
    return "" if session.refusal is None else f": {one_line(session.refusal)}"


def server_time(session: HttpSession) -> datetime | None:
    """The server's own present, as its latest answer said."""
    return date_of(session.headers_seen)
