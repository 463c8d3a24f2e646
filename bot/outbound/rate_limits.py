"""Rate limits of end points, and the times in the answers of servers from which they come."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256

from bot.core.ports.network_state import Counted, LimitKey, RequestLimits

_EPOCH = 1e8
"""Seconds; a number above it is a moment since 1970, a smaller one a span from now on."""
_EPOCH_IN_MILLISECONDS = 1e10


class RateLimits:
    """`core.ports.network_state.RequestLimits` in memory: they are kept while the process runs."""

    def __init__(self) -> None:
        self._held: dict[LimitKey, tuple[datetime, datetime]] = {}

    def hold(self, key: LimitKey, now: datetime, wait: timedelta) -> None:
        """Send no request for the time `wait` from `now` on."""
        self._held[key] = (now, now + wait)

    def wait(self, key: LimitKey, now: datetime) -> timedelta | None:
        """For how long no request may be sent from `now` on; None: it may.

        A limit that began after `now` was noted by a clock that ran ahead, and does not count.
        """
        since, until = self._held.get(key, (now, now))
        return until - now if since <= now < until else None


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountLimits:
    """The limits of the end points that one account uses, by what its network counts."""

    limits: RequestLimits = field(default_factory=RateLimits)
    server: str = ""
    #: the token and the app of the account; empty for an address
    counted: Mapping[Counted, str] = field(default_factory=lambda: dict.fromkeys(Counted, ""))

    def hold(self, counted: Counted, end_point: str, now: datetime, wait: timedelta) -> None:
        """Send no request to an end point for a time, for all that are counted together."""
        self.limits.hold(self._key(counted, end_point), now, wait)

    def wait(self, end_point: str, now: datetime) -> timedelta | None:
        """How long an end point takes no requests from `now` on; None: it takes them."""
        waits = (self.limits.wait(self._key(one, end_point), now) for one in self.counted)
        return max((wait for wait in waits if wait is not None), default=None)

    def _key(self, counted: Counted, end_point: str) -> LimitKey:
        who = _hashed(self.counted[counted])
        return LimitKey(server=self.server, counted=counted, who=who, end_point=end_point)


def _hashed(secret: str) -> str:
    """A name for a secret, which does not tell it: networks make secrets too long to be guessed."""
    return sha256(secret.encode()).hexdigest()[:32] if secret else ""


def date_of(headers: Mapping[str, str]) -> datetime | None:
    """The server's own time, by the `Date` of its answer."""
    return http_date(headers.get("date", ""))


def http_date(text: str) -> datetime | None:
    """The moment of an HTTP date in UTC, or None where the text is none."""
    try:
        return _aware(parsedate_to_datetime(text))
    except (OverflowError, ValueError):
        return None


def iso_date(text: str) -> datetime | None:
    """The moment of an ISO 8601 date in UTC, or None where the text is none."""
    try:
        return _aware(datetime.fromisoformat(text))
    except (OverflowError, ValueError):
        return None


def _aware(moment: datetime) -> datetime:
    """The moment in UTC; without a zone it is taken as UTC."""
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def asked_wait(
    headers: Mapping[str, str],
    names: Iterable[str],
    now: datetime,
    *,
    otherwise: timedelta,
    longest: timedelta,
) -> timedelta:
    """How long the server of an answer wants us to wait, `longest` at most.

    The first header of these names that can be read counts; without one it is `otherwise`. Moments
    are reckoned by the server's own clock where it tells its time, else by `now`.
    """
    present = date_of(headers) or now
    for name in names:
        wait = span_of(headers.get(name, "").strip(), present)
        if wait is not None and wait > timedelta(0):
            return min(wait, longest)
    return otherwise


def span_of(text: str, present: datetime) -> timedelta | None:
    """The time to wait that a server asks for, in any of the forms that servers use.

    These are seconds, a moment since 1970, an ISO 8601 date and an HTTP date; None for others.
    """
    try:
        number = float(text)
    except ValueError:
        moment = iso_date(text) or http_date(text)
        return moment - present if moment else None
    try:
        if abs(number) < _EPOCH:
            return timedelta(seconds=number)
        seconds = number / 1000 if number >= _EPOCH_IN_MILLISECONDS else number
        return datetime.fromtimestamp(seconds, UTC) - present
    except (OverflowError, OSError, ValueError):
        return None
