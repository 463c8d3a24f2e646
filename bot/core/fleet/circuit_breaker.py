"""When a server that fails is asked nothing for a while: the circuit breaker of each host."""

from dataclasses import dataclass
from datetime import datetime, timedelta

OPENS_AT = 5
"""So many failures in a row open it."""
FIRST = timedelta(seconds=30)
"""How long it is open for the first time; each failure after that time doubles it."""
LONGEST = timedelta(minutes=30)
HOSTS_AT_ONCE = 3
"""When more hosts than these fail in one process and none answers, its own network is at fault."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenHost:
    """A server that is asked nothing for now."""

    host: str
    #: how many requests failed in a row
    failures: int
    until: datetime


def open_for(failures: int) -> timedelta | None:
    """How long it is open after so many failures in a row; None: it stays closed."""
    if failures < OPENS_AT:
        return None
    return min(FIRST * (1 << min(failures - OPENS_AT, 10)), LONGEST)
