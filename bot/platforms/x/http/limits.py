"""How long X wants us to wait.

https://docs.x.com/x-api/fundamentals/rate-limits: X limits each end point for each account, and a
429 says when the limit ends. Until then every request to it would be refused, so none is sent.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.core.errors import RetryLater
from bot.outbound.rate_limits import RateLimits, span_of

WINDOW = timedelta(minutes=15)
"""X's usual rate-limit window, where it does not say when the present one ends."""
LONGEST_WAIT = timedelta(days=1)

DAILY = ("x-user-limit-24hour", "x-app-limit-24hour")
"""Limits of a day; each has a header that ends in -remaining, and one in -reset."""
ENDS = ("x-rate-limit-reset", "retry-after")


def require(limits: RateLimits, end_point: str, now: datetime) -> None:
    """Raise RetryLater while X's limit for this end point lasts."""
    wait = limits.wait(end_point, now)
    if wait is not None:
        raise RetryLater(
            "X asked us to slow down, and its limit for this kind of request still lasts",
            "the bot goes on when X allows it",
            after=wait,
        )


def wait(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long a 429's limits last; missing, past or senseless ends stand for one window."""
    ends = [*ENDS, *(f"{one}-reset" for one in DAILY if headers.get(f"{one}-remaining") == "0")]
    waits = [span_of(headers.get(name, ""), now) or timedelta(0) for name in ends]
    longest = max(waits)
    return min(longest, LONGEST_WAIT) if longest > timedelta(0) else WINDOW
