"""Rate limits of one account: until when each end point of a network takes no more requests."""

from __future__ import annotations

from datetime import datetime, timedelta


class RateLimits:
    """Remembers, while the process runs, which end points have to be left alone, and how long.

    It may be asked from several threads. An end point is any text that names one.
    """

    def __init__(self) -> None:
        self._held: dict[str, tuple[datetime, datetime]] = {}

    def hold(self, end_point: str, now: datetime, wait: timedelta) -> None:
        """Leave an end point alone from `now` on for so long."""
        self._held[end_point] = (now, now + wait)

    def wait(self, end_point: str, now: datetime) -> timedelta | None:
        """How long an end point takes no requests from `now` on; None: it takes them.

        A limit that began after `now` was noted by a clock that ran ahead, and does not count.
        """
        since, until = self._held.get(end_point, (now, now))
        return until - now if since <= now < until else None
