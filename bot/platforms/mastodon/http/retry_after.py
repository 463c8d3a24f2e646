"""How long a server asks us to wait, by its headers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.outbound.rate_limits import date_of, span_of

WAIT = timedelta(minutes=5)
"""How long to hold back where a server says "too many" without a usable time."""
LONGEST_WAIT = timedelta(hours=1)

_HEADERS = ("retry-after", "x-ratelimit-reset", "ratelimit-reset")
"""The headers that tell, the first of them that can be read counts."""


def asked_wait(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long the server of an answer with these headers wants us to wait, within reason.

    Moments are reckoned by the server's own clock where it tells its time, else by `now`.
    """
    present = date_of(headers) or now
    for name in _HEADERS:
        wait = span_of(headers.get(name, "").strip(), present)
        if wait is not None and wait > timedelta(0):
            return min(wait, LONGEST_WAIT)
    return WAIT
