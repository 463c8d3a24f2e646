"""Rate limits of end points, and the times in the answers of servers from which they come."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_EPOCH = 1e8
"""Seconds; a number above it is a moment since 1970, a smaller one a span from now on."""
_EPOCH_IN_MILLISECONDS = 1e10


class RateLimits:
    """The end points of one account that take no more requests, and until when.

    They are kept while the process runs, and may be asked from several threads. An end point is
    any text that names one.
    """

    def __init__(self) -> None:
        self._held: dict[str, tuple[datetime, datetime]] = {}

    def hold(self, end_point: str, now: datetime, wait: timedelta) -> None:
        """Send no request to an end point for the time `wait` from `now` on."""
        self._held[end_point] = (now, now + wait)

    def wait(self, end_point: str, now: datetime) -> timedelta | None:
        """How long an end point takes no requests from `now` on; None: it takes them.

        A limit that began after `now` was noted by a clock that ran ahead, and does not count.
        """
        since, until = self._held.get(end_point, (now, now))
        return until - now if since <= now < until else None


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
