"""How long a server asks us to wait, in each of the forms in which servers and proxies write it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bot.net.dates import date_of, http_date, iso_date

WAIT = timedelta(minutes=5)
"""How long to hold back where a server says "too many" without a usable time."""
LONGEST_WAIT = timedelta(hours=1)

_HEADERS = ("retry-after", "x-ratelimit-reset", "ratelimit-reset")
"""The headers that tell, the first of them that can be read counts."""
_EPOCH = 1e8
"""Seconds; a number above it is a moment since 1970, a smaller one a span from now on."""
_EPOCH_IN_MILLISECONDS = 1e10


def asked_wait(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long the server of an answer with these headers wants us to wait, within reason.

    Moments are reckoned by the server's own clock where it tells its time, else by `now`.
    """
    present = date_of(headers) or now
    for name in _HEADERS:
        wait = _wait(headers.get(name, "").strip(), present)
        if wait is not None and wait > timedelta(0):
            return min(wait, LONGEST_WAIT)
    return WAIT


def _wait(text: str, present: datetime) -> timedelta | None:
    """A number of seconds, a moment since 1970, an ISO 8601 date or an HTTP date as a span."""
    try:
        number = float(text)
    except ValueError:
        moment = iso_date(text) or http_date(text)
        return moment - present if moment else None
    return _span(number, present)


def _span(number: float, present: datetime) -> timedelta | None:
    try:
        if abs(number) < _EPOCH:
            return timedelta(seconds=number)
        seconds = number / 1000 if number >= _EPOCH_IN_MILLISECONDS else number
        return datetime.fromtimestamp(seconds, UTC) - present
    except (OverflowError, OSError, ValueError):
        return None
