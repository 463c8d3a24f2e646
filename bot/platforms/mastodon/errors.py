"""What went wrong, in our terms: how far the request came decides, then the status.

The client library's exceptions say too little for that, so they are only asked for the server's
own words. What is in no table is an unknown outcome where we write.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.core.blanking import Blanker
from bot.core.errors import OutcomeUnknown, PlatformError, Refused, RetryLater, Unauthorised
from bot.core.safe import one_line
from bot.platforms.mastodon.wire import Reach, Wire

WAIT = timedelta(minutes=5)
"""How long to hold back where a server says "too many" without a usable time."""
LONGEST_WAIT = timedelta(hours=1)
SCOPES = "read:accounts read:statuses read:notifications write:statuses write:favourites"
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

_ABOUT_THE_TOKEN = ("scope", "permission", "login", "disabled", "suspended", "token")
"""Words in a 403 that speak of the account or its token, not of this one post."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a call went: the server's address, the variable that holds the token, and the token."""

    server: str
    variable: str
    token: str

    @property
    def blanker(self) -> Blanker:
        """Blanks the token in what the server says."""
        return Blanker([self.token])


def translate(
    error: Exception, wire: Wire, place: Place, *, writes: bool, now: datetime
) -> PlatformError:
    """The error of our tree for what came of a call. `writes`: carried out twice, it does harm."""
    if wire.reach is Reach.UNSENT:
        return RetryLater(f"{place.server} cannot be reached: {wire.why}", "it is tried again")
    if wire.reach is Reach.SENT or wire.status is None:
        return _unclear(f"{place.server}: {wire.why}", writes=writes)
    return _answered(wire.status, _told(error), wire, place, writes=writes, now=now)


def _answered(
    status: int, told: str, wire: Wire, place: Place, *, writes: bool, now: datetime
) -> PlatformError:
    what = f"{place.server} answers {status}{told}"
    if status == 429:
        return RetryLater(what, "it waits until the server takes more", after=_wait(wire, now))
    if status == 401 or (status == 403 and _blames_the_token(told, wire)):
        return Unauthorised(what, f"put a token with the scopes {SCOPES} into {place.variable}")
    if status == 403:
        return Refused(what, "look at the account on its server: it may be limited or blocked")
    if status in _REFUSALS:
        verdict, todo = _REFUSALS[status]
        return Refused(f"{place.server} {verdict} ({status}{told})", todo)
    if status in _MOVED_FOR_GOOD or (300 <= status < 400 and not writes):
        target = one_line(wire.headers_seen.get("location", "elsewhere"))
        return RetryLater(f"{what} and sends us to {target}", "put its new address into tips.yaml")
    return _unclear(f"{what}, which settles nothing", writes=writes)


def _unclear(what: str, *, writes: bool) -> PlatformError:
    if writes:
        return OutcomeUnknown(what, "it is looked for before anything is sent again")
    return RetryLater(what, "it is tried again")


def _blames_the_token(told: str, wire: Wire) -> bool:
    said = f"{told} {wire.headers_seen.get('www-authenticate', '')}".lower()
    return any(mark in said for mark in _ABOUT_THE_TOKEN)


def _told(error: Exception) -> str:
    """What the server itself said; the library hands it on as the fourth argument."""
    said = error.args[3] if len(error.args) > 3 else None
    return f": {one_line(said)}" if isinstance(said, str) and said.strip() else ""


def _wait(wire: Wire, now: datetime) -> timedelta:
    """How long the server wants us to wait, within reason."""
    seen = wire.headers_seen
    wait = _seconds(seen.get("retry-after")) or _until(seen.get("x-ratelimit-reset"), wire, now)
    return min(wait, LONGEST_WAIT) if wait and wait > timedelta(0) else WAIT


def _seconds(text: str | None) -> timedelta | None:
    return timedelta(seconds=int(text)) if text and text.isdecimal() and len(text) < 8 else None


def _until(text: str | None, wire: Wire, now: datetime) -> timedelta | None:
    """From the server's present to a moment that it names, as ISO 8601 or in epoch seconds."""
    try:
        named = float(text) if text and text.isdecimal() else None
        reset = datetime.fromtimestamp(named, UTC) if named else datetime.fromisoformat(text or "")
        return reset.astimezone(UTC) - (server_time(wire) or now)
    except (OverflowError, OSError, ValueError):
        return None


def server_time(wire: Wire) -> datetime | None:
    """The server's own present, as its latest answer said."""
    try:
        return parsedate_to_datetime(wire.headers_seen.get("date", "")).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
