"""How long a server asks us to wait, in each of the forms in which servers and proxies write it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.outbound.http_dates import http_date, iso_date

_EPOCH = 1e8
"""Seconds; a number above it is a moment since 1970, a smaller one a span from now on."""
_EPOCH_IN_MILLISECONDS = 1e10


def span_of(text: str, present: datetime) -> timedelta | None:
    """Seconds, a moment since 1970, an ISO 8601 date or an HTTP date as a span; None for others."""
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
