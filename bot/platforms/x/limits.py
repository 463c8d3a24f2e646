"""How long X wants us to wait, and which of its end points may be asked again.

https://docs.x.com/x-api/fundamentals/rate-limits: X limits each end point for each account, and a
429 says when the limit ends. Until then every request to it would be refused, so none is sent.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.core.errors import RetryLater

WINDOW = timedelta(minutes=15)
"""X's usual rate-limit window, where it does not say when the present one ends."""
LONGEST_WAIT = timedelta(days=1)

DAILY = ("x-user-limit-24hour", "x-app-limit-24hour")
"""Limits of a day; each has a header that ends in -remaining, and one in -reset."""
ENDS = ("x-rate-limit-reset", "retry-after")
FIRST_EPOCH = 1_000_000_000
"""A smaller number counts seconds from now, a larger one since 1970."""
FIRST_MILLISECONDS = 100_000_000_000
"""A number from here on counts milliseconds since 1970."""


class Limits:
    """Until when each end point of one account is not to be asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[str, datetime] = {}

    def require(self, end_point: str, now: datetime) -> None:
        """Raises RetryLater while X's limit for this end point lasts."""
        with self._lock:
            wait = self._until.get(end_point, now) - now
        if timedelta(0) < wait <= LONGEST_WAIT:  # more: our clock was put back meanwhile
            raise RetryLater(
                "X asked us to slow down, and its limit for this kind of request still lasts",
                "the bot goes on when X allows it",
                after=wait,
            )

    def reached(self, end_point: str, until: datetime) -> None:
        """Note that X wants no more such requests until then."""
        with self._lock:
            self._until[end_point] = until


def wait(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long a 429's limits last; missing, past or senseless ends stand for one window."""
    ends = [*ENDS, *(f"{one}-reset" for one in DAILY if headers.get(f"{one}-remaining") == "0")]
    waits = [_until(headers.get(name), now) for name in ends]
    longest = max(waits)
    return min(longest, LONGEST_WAIT) if longest > timedelta(0) else WINDOW


def _until(text: str | None, now: datetime) -> timedelta:
    """The time from now to an end: seconds, an epoch in seconds or milliseconds, or a date."""
    try:
        return _moment(text or "", now) - now
    except (OverflowError, OSError, ValueError):
        return timedelta(0)


def _moment(text: str, now: datetime) -> datetime:
    try:
        number = float(text)
    except ValueError:
        return _date(text)
    if number < FIRST_EPOCH:
        return now + timedelta(seconds=number)
    return datetime.fromtimestamp(number / (1000 if number >= FIRST_MILLISECONDS else 1), UTC)


def _date(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = parsedate_to_datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
